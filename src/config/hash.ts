import { createHash } from 'node:crypto';
import type { Experiment, TrainingConfig } from './experiment.js';
import { parseReference } from './model-reference.js';

/** Keys that came later: left out where they ask for nothing, so that the runs of before keep their identity. */
const LATER_KEYS: ReadonlySet<string> = new Set(['classes', 'unfreeze', 'learning_rate_multipliers', 'pruning']);

/**
 * SHA-256 (hex) of all that affects training: dataset, augmentation, layers and training, as canonical JSON (keys sorted).
 * Not part of it are words (name, description, tags, question, tracking), the sweep around a run, model-wide defaults
 * (layers hold what they inherited) and what identifies a run beside it: the seed, and where the dataset lies (its digest
 * says what it holds). Initial weights count by what they are, not by where they lie. So two runs with the same hash differ by their seed and data alone.
 */
export function configHash({ dataset, augmentation, model, training }: Experiment): string {
  const relevant = {
    dataset: without(dataset, ['path', 'train_images', 'train_labels', 'test_images', 'test_labels']),
    augmentation,
    layers: model.layers,
    training: relevantTraining(training),
  };
  return createHash('sha256').update(canonicalJson(relevant)).digest('hex');
}

/** The layers themselves say which of them are trained. */
function relevantTraining(training: TrainingConfig): object {
  const { initial_weights: weights } = training;
  const identity = weights === null ? null : (parseReference(weights).sha256 ?? weights);
  return { ...without(training, ['seed', 'trainable']), initial_weights: identity };
}

function without(mapping: object, keys: string[]): object {
  return Object.fromEntries(
    Object.entries(mapping).filter(([key, value]) => !keys.includes(key) && !isIdle(key, value)),
  );
}

function isIdle(key: string, value: unknown): boolean {
  return value === null && LATER_KEYS.has(key);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
