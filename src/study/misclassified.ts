import { dirname } from 'node:path';
import { mean } from '../analysis/statistics/describe.js';
import { loadExperiment } from '../config/load.js';
import type { TaskOptions } from '../data/dataset.js';
import type { ImageDataset } from '../data/images/image-dataset.js';
import { imagePng } from '../data/images/image-png.js';
import { imagesIfThere } from '../data/images/images-if-there.js';
import { readIdentity, readSummary, runDirectory } from '../tracking/run-store.js';
import { ifReadable } from './if-readable.js';
import { readPredictions, type Predictions } from './artifacts.js';
import type { Misclassified, StudyRun, StudyVariant } from './study.js';

/**
 * The images of the test set that most runs of a variant get wrong, as PNGs; none where its data are gone or have changed.
 * @param count at most so many
 */
export async function misclassifiedBy(
  { runs }: StudyVariant,
  count: number,
  { onProgress }: Pick<TaskOptions, 'onProgress'>,
): Promise<Misclassified[]> {
  const tested = runs.filter(({ value }) => value !== null);
  const predictions = tested.flatMap(({ directory }) => readPredictions(directory) ?? []);
  const dataset = tested.length > 0 ? await imagesOf(tested[0], onProgress) : null;
  if (!dataset || predictions.some(({ labels }) => labels.length !== dataset.test.labels.length)) return [];
  return Promise.all(mostOftenWrong(predictions, count).map((image) => describeImage(image, predictions, dataset)));
}

/** Indices of images, those that most runs get wrong first. */
function mostOftenWrong(predictions: readonly Predictions[], count: number): number[] {
  if (predictions.length === 0) return [];
  const wrong = new Int32Array(predictions[0].labels.length);
  for (const each of predictions) {
    each.predictions.forEach((prediction, image) => {
      if (prediction !== each.labels[image]) wrong[image]++;
    });
  }
  const images = [...wrong.keys()].filter((image) => wrong[image] > 0);
  return images.sort((a, b) => wrong[b] - wrong[a] || a - b).slice(0, count);
}

function imagesOf({ directory, id }: StudyRun, onProgress: TaskOptions['onProgress']): Promise<ImageDataset | null> {
  const run = runDirectory(dirname(directory), id);
  const source = ifReadable(() => ({
    config: loadExperiment(run.config).config.dataset,
    baseDirectory: dirname(readIdentity(run).source ?? run.config),
    digest: readSummary(run)?.dataset_digest,
  }));
  return source ? imagesIfThere({ ...source, onProgress }) : Promise.resolve(null);
}

async function describeImage(
  index: number,
  predictions: readonly Predictions[],
  dataset: ImageDataset,
): Promise<Misclassified> {
  const { test, classes } = dataset;
  const votes = new Map<number, Predictions[]>();
  for (const each of predictions) {
    const prediction = each.predictions[index];
    if (prediction !== test.labels[index]) votes.set(prediction, [...(votes.get(prediction) ?? []), each]);
  }
  const [[prediction, voters]] = [...votes].sort(([, a], [, b]) => b.length - a.length);
  const confidences = voters.flatMap((each) => each.confidences?.[index] ?? []);
  const told = {
    runs: voters.length,
    tested: predictions.length,
    confidence: confidences.length < voters.length ? null : mean(confidences),
  };
  const png = await imagePng(test, index, dataset);
  return { index, label: classes[test.labels[index]], prediction: classes[prediction], ...told, png };
}
