import { imagesAtOnce } from '../../data/limits.js';
import { valueName } from '../../inference/class-values.js';
import type { OwnData } from '../../inference/tasks.js';
import type { TrainedModel } from '../../inference/trained-model.js';
import { counted } from '../../text/words.js';
import type { Answering, Batching, TestScore } from '../answering.js';
import { imageDrift } from './image-drift.js';
import { MicroBatcher } from '../micro-batcher.js';
import { addModelDescription, addModelFiles } from '../model-files.js';
import { DRAWING_PAGE, addPage } from '../page.js';
import { addPredictRoute } from './predict-route.js';
import { LARGEST_BATCH, type PredictionService } from '../prediction-service.js';
import { BYTE_TYPES } from '../schemas.js';

/** Answers requests for a model of images. @param own absent where the model's own data can't be read */
export function answerImages(
  service: PredictionService<TrainedModel>,
  own: OwnData | undefined,
  { queueLimit, onBatch }: Batching,
): Answering {
  const { model } = service;
  const { name, classes } = model;
  const imageSize = model.height * model.width * model.channels;
  const drift = own && imageDrift(own.reference, classes.length, valueName(model));
  const batcher = new MicroBatcher<Uint8Array, Float32Array>({
    process: async (images) => split(await service.predict(Buffer.concat(images)), model),
    largestBatch: imagesAtOnce(LARGEST_BATCH, imageSize),
    queueLimit,
    onBatch,
  });
  return {
    name,
    about: `Tells ${counted(classes.length, 'class')} apart: ${classes.join(', ')}.`,
    byteTypes: BYTE_TYPES,
    valueBytes: imageSize,
    queueLength: () => batcher.length,
    drift,
    addRoutes: async (app, { bytes, metrics, score }) => {
      await addPredictRoute(app, { model, batcher, bytes, drift, predictions: metrics.predictions });
      addModelDescription(app, describe(model, score));
      addModelFiles(app, model);
      const samples = own?.samples ?? [];
      addPage(
        app,
        DRAWING_PAGE,
        samples.map(({ class: of, png }) => ({ class: of, png: Buffer.from(png).toString('base64') })),
      );
    },
  };
}

function describe(model: TrainedModel, score: TestScore | null): object {
  const { name, height, width, channels, classes, normalization, background, dataset } = model;
  const test = score?.metrics.accuracy === undefined ? null : { accuracy: score.metrics.accuracy, images: score.count };
  return { name, height, width, channels, classes, values: valueName(model), normalization, background, dataset, test };
}

/** The values of each image. */
function split(values: Float32Array, { classes }: TrainedModel): Float32Array[] {
  return Array.from({ length: values.length / classes.length }, (_, image) =>
    values.subarray(image * classes.length, (image + 1) * classes.length),
  );
}
