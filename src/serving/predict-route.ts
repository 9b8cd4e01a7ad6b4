import type { FastifyInstance } from 'fastify';
import type { Counter } from 'prom-client';
import { imageStatistics } from '../inference/image-statistics.js';
import { mostProbableClasses } from '../inference/class-probabilities.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { DriftMonitor } from './drift.js';
import type { MicroBatcher } from './micro-batcher.js';
import { type PredictBody, imageOf } from './request-images.js';
import { IMAGE_TYPES, predictSchema } from './schemas.js';

/** Classes that are named unless the request says otherwise. */
const DEFAULT_TOP = 10;

/** What answers a prediction, and what watches it. */
export interface Predicting {
  model: TrainedModel;
  /** Pixels to probabilities. */
  batcher: MicroBatcher<Uint8Array, Float32Array>;
  drift: DriftMonitor | undefined;
  predictions: Counter<'class'>;
}

/** Adds `POST /predict`. */
export function addPredictRoute(app: FastifyInstance, { model, batcher, drift, predictions }: Predicting): void {
  app.post<{ Body: PredictBody | Buffer | undefined; Querystring: { top?: string } }>(
    '/predict',
    { schema: predictSchema(model) },
    async ({ body, query, headers }) => {
      const sent = headers['content-type']?.toLowerCase();
      const isFile = IMAGE_TYPES.some((type) => sent?.startsWith(type));
      const pixels = await imageOf(body, isFile, model);
      const probabilities = await batcher.submit(pixels);
      const top = mostProbableClasses(probabilities, 0, model.classes, Number(query.top ?? DEFAULT_TOP));
      const [best] = top;
      predictions.inc({ class: best.class });
      drift?.observe({
        ...imageStatistics(pixels),
        confidence: best.probability,
        prediction: model.classes.indexOf(best.class),
      });
      return { ...best, top };
    },
  );
}
