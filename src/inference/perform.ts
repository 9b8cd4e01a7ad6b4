import { type ImageDataset, type ImageSet, asImages } from '../data/images/image-dataset.js';
import { imagePng } from '../data/images/image-png.js';
import { splitDataset } from '../data/split.js';
import { UserError } from '../text/errors.js';
import { sourceSeeds } from '../random.js';
import { loadDatasetOf } from '../run/dataset.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { mostProbable } from '../metrics/classification.js';
import type { InferenceHooks } from './hooks.js';
import { imageStatistics } from '../data/images/image-statistics.js';
import { type Predictor, loadPredictor } from './predictor.js';
import { scoreRobustness } from './robustness.js';
import type {
  InferenceAnswers,
  InferenceTask,
  LoadTask,
  LoadedOn,
  Predicted,
  PredictTask,
  OwnData,
  Sample,
  ReferenceTask,
  TestTask,
  TestedModel,
} from './tasks.js';
import { isOfRows, performRows } from './rows.js';
import type { TrainedModel } from './trained-model.js';

/** Scored between two looks at whether to continue. */
const IMAGES_AT_ONCE = 1024;

/**
 * Does what a worker is asked of a trained model.
 * @throws UserError `model-not-found`, `model-invalid`, `dataset-mismatch`, and what reading a dataset throws
 */
export async function performInference(
  task: InferenceTask,
  start: () => Promise<Runtime>,
  hooks: InferenceHooks,
): Promise<InferenceAnswers[InferenceTask['type']]> {
  if (isOfRows(task)) return performRows(task, await start(), hooks);
  const predictor = await loadPredictor(await start(), task.model);
  switch (task.type) {
    case 'load':
      return load(task, predictor);
    case 'predict':
      return predict(task, predictor);
    case 'test':
      return test(task, predictor, hooks);
    case 'reference':
      return describeData(task, predictor, hooks);
  }
}

function load({ largestBatch }: LoadTask, predictor: Predictor): LoadedOn {
  predictor.warmUp(largestBatch);
  const { device, version } = predictor.runtime;
  return { device, version };
}

function predict({ images }: PredictTask, predictor: Predictor): Predicted {
  return { values: predictor.predict(images) };
}

async function test(
  { experiment, robustness }: TestTask,
  predictor: Predictor,
  hooks: InferenceHooks,
): Promise<TestedModel> {
  const dataset = asImages(await loadDatasetOf(experiment, hooks), 'a test');
  requireSameTask(dataset, predictor.description);
  const values = await predictAll(predictor, dataset.test, hooks);
  const scores = robustness
    ? await scoreRobustness(predictor, dataset.test, {
        ...robustness,
        signal: hooks.signal,
        onProgress: (done, total, subject) => {
          hooks.onProgress({ type: 'data-progress', step: 'Testing with', subject, done, total, unit: 'distortions' });
        },
      })
    : [];
  const predictions = mostProbable(values, dataset.classes.length);
  return {
    digest: dataset.digest,
    labels: dataset.test.labels.slice(),
    values,
    predictions,
    files: dataset.test.files,
    robustness: scores,
  };
}

async function predictAll(
  predictor: Predictor,
  { images, labels }: ImageSet,
  hooks: InferenceHooks,
): Promise<Float32Array> {
  const classes = predictor.description.classes.length;
  const values = new Float32Array(labels.length * classes);
  for (let start = 0; start < labels.length; start += IMAGES_AT_ONCE) {
    hooks.signal?.throwIfAborted();
    const end = Math.min(start + IMAGES_AT_ONCE, labels.length);
    const batch = images.subarray(start * predictor.imageSize, end * predictor.imageSize);
    values.set(predictor.predict(batch), start * classes);
    hooks.onProgress({
      type: 'data-progress',
      step: 'Testing',
      subject: predictor.description.name,
      done: end,
      total: labels.length,
      unit: 'images',
    });
    await new Promise(setImmediate);
  }
  return values;
}

/** Validation images, which the model wasn't fitted to; where there are none, training images. */
async function describeData(
  { experiment, images, samples }: ReferenceTask,
  predictor: Predictor,
  hooks: InferenceHooks,
): Promise<OwnData> {
  const columns = await loadDatasetOf(experiment, hooks);
  const dataset = asImages(columns, 'the reference of drift');
  requireSameTask(dataset, predictor.description);
  const { config } = experiment;
  const split = splitDataset(columns, { ...config.dataset, seed: sourceSeeds(config.training).split });
  const source = split.validation.length > 0 ? 'validation' : 'training';
  const chosen = (source === 'validation' ? split.validation : split.train).subarray(0, images);
  const size = predictor.imageSize;
  const pixels = Buffer.concat(
    Array.from(chosen, (index) => dataset.train.images.subarray(index * size, (index + 1) * size)),
  );
  const values = predictor.predict(pixels);
  const classes = dataset.classes.length;
  const statistics = Array.from(chosen, (_, index) =>
    imageStatistics(pixels.subarray(index * size, (index + 1) * size)),
  );
  const predictions = mostProbable(values, classes);
  const reference = {
    brightness: Float32Array.from(statistics, ({ brightness }) => brightness),
    contrast: Float32Array.from(statistics, ({ contrast }) => contrast),
    confidence: Float32Array.from(predictions, (prediction, index) => values[index * classes + prediction]),
    predictions,
    source,
  } as const;
  return { reference, samples: await samplesOf(dataset, chosen, samples) };
}

/** The first image of each class. */
function samplesOf(dataset: ImageDataset, chosen: Int32Array, count: number): Promise<Sample[]> {
  const { train, classes } = dataset;
  const first = new Map<number, number>();
  for (const index of chosen) if (!first.has(train.labels[index])) first.set(train.labels[index], index);
  const shown = [...first].sort(([a], [b]) => a - b).slice(0, count);
  return Promise.all(
    shown.map(async ([label, index]) => ({ class: classes[label], png: await imagePng(train, index, dataset) })),
  );
}

function requireSameTask(dataset: ImageDataset, model: TrainedModel): void {
  const difference = differenceBetween(dataset, model);
  if (difference === undefined) return;
  throw new UserError(`${dataset.source} doesn't fit ${model.name}: ${difference}`, {
    code: 'dataset-mismatch',
    hint: 'give an experiment file whose dataset has the same classes and image size: --dataset FILE',
  });
}

function differenceBetween(dataset: ImageDataset, model: TrainedModel): string | undefined {
  const shape = ({ height, width, channels }: TrainedModel | ImageDataset): string => `${height}×${width}×${channels}`;
  if (shape(dataset) !== shape(model)) return `its images are ${shape(dataset)}, the model takes ${shape(model)}`;
  if (dataset.classes.join('\0') === model.classes.join('\0')) return undefined;
  return `its classes are ${dataset.classes.join(', ')}, the model's ${model.classes.join(', ')}`;
}
