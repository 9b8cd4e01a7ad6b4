import * as tf from '@tensorflow/tfjs';
import { CORRUPTIONS, type Corruption, corrupted, corruptionSeed } from '../data/corruptions.js';
import { accuracy, mostProbable } from '../metrics/classification.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { type EvaluationParts, Evaluator } from '../training/evaluation.js';

/** The third of five strengths. */
const MIDDLE = 2;

/**
 * The mean accuracy on images that are made worse in each of the ways of `CORRUPTIONS`, at middle strength (after
 * Hendrycks and Dietterich, 2019). The distortions are the same in every run.
 * @param indices the examples to score
 * @param labels the class of every example of the dataset
 * @returns in [0, 1]
 */
export function robustAccuracy(parts: EvaluationParts, indices: Int32Array, labels: Int32Array): number {
  const scores = CORRUPTIONS.map((corruption) => {
    const distort = distortion(corruption, parts.runtime);
    const evaluator = new Evaluator({ ...parts, distort });
    const { outputs } = evaluator.evaluate(indices);
    evaluator.dispose();
    const predictions = mostProbable(outputs, outputs.length / indices.length);
    return accuracy(
      predictions,
      indices.map((index) => labels[index]),
    );
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function distortion(corruption: Corruption, runtime: Runtime): EvaluationParts['distort'] {
  return (images, indices) => {
    const seed = tf.scalar(corruptionSeed(corruption, 0), 'int32');
    // Each batch draws by its first image, so that what is drawn doesn't depend on what was scored before.
    const key = tf.stack([seed, tf.reshape(tf.slice(indices, 0, 1), [])]);
    return corrupted(corruption, images, corruption.strengths[MIDDLE], { runtime, key });
  };
}
