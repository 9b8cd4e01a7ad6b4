import * as tf from '@tensorflow/tfjs';
import { CORRUPTIONS, type Corruption, corrupted, corruptionSeed } from '../data/corruptions.js';
import type { ImageSet } from '../data/images/image-dataset.js';
import { mostProbable } from '../metrics/classification.js';
import type { Predictor } from './predictor.js';
import type { CorruptedScore } from './tasks.js';

const BATCH_SIZE = 250;

/** Which images are distorted, and how chance is seeded. */
export interface RobustnessOptions {
  /** How many, from the first on; all if there are fewer. */
  images: number;
  seed: number;
  onProgress: (done: number, total: number, corruption: string) => void;
  signal?: AbortSignal;
}

/**
 * Scores a model on images distorted in every way and strength. All models see the same distorted images.
 * @throws the signal's reason, if aborted
 */
export async function scoreRobustness(
  predictor: Predictor,
  { images, labels }: ImageSet,
  options: RobustnessOptions,
): Promise<CorruptedScore[]> {
  const count = Math.min(options.images, labels.length);
  const set = { images: images.subarray(0, count * predictor.imageSize), labels: labels.subarray(0, count) };
  const kinds = CORRUPTIONS.flatMap((corruption) => corruption.strengths.map((_, index) => ({ corruption, index })));
  const scores: CorruptedScore[] = [];
  for (const { corruption, index } of kinds) {
    options.signal?.throwIfAborted();
    options.onProgress(scores.length, kinds.length, corruption.name);
    const { name, unit, strengths } = corruption;
    const correct = countCorrect(predictor, set, { corruption, strength: strengths[index], seed: options.seed });
    scores.push({ corruption: name, severity: index + 1, strength: strengths[index], unit, correct, images: count });
    // An interrupt is heard between two strengths.
    await new Promise(setImmediate);
  }
  return scores;
}

interface Distortion {
  corruption: Corruption;
  strength: number;
  seed: number;
}

function countCorrect(predictor: Predictor, { images, labels }: ImageSet, distortion: Distortion): number {
  const { runtime, imageSize } = predictor;
  const { height, width, channels } = predictor.description;
  const shape: [number, number, number, number] = [BATCH_SIZE, height, width, channels];
  const { corruption, strength } = distortion;
  const specs = [
    { shape, dtype: 'float32' as const },
    { shape: [2], dtype: 'int32' as const },
  ];
  const program = runtime.compile(`test_${corruption.name}`, specs, ([originals, key]) => [
    predictor.apply(corrupted(corruption, originals as tf.Tensor4D, strength, { runtime, key })),
  ]);
  const seed = corruptionSeed(corruption, distortion.seed);
  let correct = 0;
  for (let start = 0; start < labels.length; start += BATCH_SIZE) {
    const padded = new Float32Array(BATCH_SIZE * imageSize);
    padded.set(images.subarray(start * imageSize, (start + BATCH_SIZE) * imageSize));
    const inputs = [tf.tensor(padded, shape), tf.tensor1d([seed, start / BATCH_SIZE], 'int32')];
    const [output] = program.run(inputs);
    const predictions = mostProbable(output.dataSync() as Float32Array, predictor.description.classes.length);
    labels.subarray(start, start + BATCH_SIZE).forEach((label, image) => {
      if (predictions[image] === label) correct += 1;
    });
    tf.dispose([...inputs, output]);
  }
  program.dispose();
  return correct;
}
