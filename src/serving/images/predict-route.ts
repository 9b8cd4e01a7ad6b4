import type { FastifyInstance } from 'fastify';
import type { Counter } from 'prom-client';
import { imageStatistics } from '../../data/images/image-statistics.js';
import { type ClassValue, greatestClasses, namedValue, valueName } from '../../inference/class-values.js';
import type { TrainedModel } from '../../inference/trained-model.js';
import { confidenceName } from './image-drift.js';
import type { DriftMonitor } from '../drift.js';
import type { MicroBatcher } from '../micro-batcher.js';
import { type PredictBody, imageOf } from './request-images.js';
import type { BytesInFlight } from '../bytes-in-flight.js';
import { type Example, examplePicture } from './example.js';
import { documentedPredictSchema, predictSchema } from '../schemas.js';

/** Classes that are named unless the request says otherwise. */
const DEFAULT_TOP = 10;

/** What answers a prediction, and what watches it. */
export interface Predicting {
  model: TrainedModel;
  /** Pixels to what the model says of each class. */
  batcher: MicroBatcher<Uint8Array, Float32Array>;
  bytes: BytesInFlight;
  drift: DriftMonitor | undefined;
  predictions: Counter<'class'>;
}

/** Adds `POST /predict`; its description shows an example that the model has answered. */
export async function addPredictRoute(app: FastifyInstance, predicting: Predicting): Promise<void> {
  const { model, bytes } = predicting;
  const example = await exampleOf(predicting);
  const swaggerTransform = ({ url }: { url: string }): { schema: object; url: string } => ({
    schema: documentedPredictSchema(model, example),
    url,
  });
  app.post<{ Body: PredictBody | Buffer | undefined; Querystring: { top?: string } }>(
    '/predict',
    { schema: predictSchema(model, example), config: { swaggerTransform } },
    ({ body, query, headers, raw }) => {
      bytes.hold(raw, model.height * model.width * model.channels);
      const image = imageOf(body, headers['content-type'] ?? '', model);
      return bytes.during(raw, predict(image, Number(query.top ?? DEFAULT_TOP), predicting));
    },
  );
}

async function predict(
  image: Promise<Uint8Array>,
  count: number,
  { model, batcher, drift, predictions }: Predicting,
): Promise<Example['answer']> {
  const pixels = await image;
  const top = greatestClasses(await batcher.submit(pixels), 0, model.classes, count);
  const [best] = top;
  predictions.inc({ class: best.class });
  drift?.observe({
    ...imageStatistics(pixels),
    [confidenceName(valueName(model))]: best.value,
    prediction: model.classes.indexOf(best.class),
  });
  return answerOf(top, model);
}

async function exampleOf({ model, batcher }: Predicting): Promise<Example> {
  const { pixels, file } = examplePicture(model);
  const top = greatestClasses(await batcher.submit(pixels), 0, model.classes, DEFAULT_TOP);
  return { file, answer: answerOf(top, model) };
}

function answerOf(top: readonly ClassValue[], model: TrainedModel): Example['answer'] {
  const name = valueName(model);
  const named = top.map((each) => namedValue(name, each));
  return { ...named[0], top: named };
}
