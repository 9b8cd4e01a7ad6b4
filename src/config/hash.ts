import { createHash } from 'node:crypto';
import { withInner } from './inner-layers.js';
import type { Experiment, LayerConfig, TrainingConfig } from './schema/experiment.generated.js';
import { parseReference } from './model-reference.js';
import { testsFolds } from './tested-folds.js';

/** Keys that came later, with what asks for nothing: left out then, so that the runs of before keep their identity. */
const LATER_KEYS: ReadonlyMap<string, unknown> = new Map([
  ['classes', null],
  ['background', 'white'],
  ['unfreeze', null],
  ['learning_rate_multipliers', null],
  ['pruning', null],
  ['seeds', null],
  ['split', null],
  ['word_swap', null],
  ['word_deletion', null],
  ['word_dropout', null],
  ['stddev', null],
  ['snr', null],
  ['speed', null],
  ['time_shift', null],
  ['gain', null],
  ['time_masking', null],
  ['frequency_masking', null],
  ['oversampling', null],
  ['focal', null],
  ['tversky', null],
  ['threshold', null],
]);

/** Where the dataset lies. */
const DATA_PATHS = [
  'path',
  'train',
  'validation',
  'test',
  ...['train', 'validation', 'test'].flatMap((set) => [`${set}_images`, `${set}_labels`]),
];

/**
 * SHA-256 (hex) of all that affects training: dataset, augmentation, layers and training, as canonical JSON (keys sorted).
 * Not part of it are words (name, description, tags, question, tracking), the sweep around a run, model-wide defaults
 * (layers hold what they inherited) and what identifies a run beside it: the seed, and where the dataset lies (its digest
 * says what it holds). Initial weights count by what they are, not by where they lie. So two runs with the same hash differ by their seed and data alone.
 */
export function configHash({ dataset, augmentation, model, training }: Experiment): string {
  const relevant = {
    dataset: without(withoutUnset(dataset, 'split'), DATA_PATHS),
    augmentation: without(augmentation, []),
    layers: model.layers.map(withoutLaterMerge),
    training: relevantTraining(training),
    // Such folds only validated once; the runs of then are others.
    ...(testsFolds(dataset) ? { folds: 'tested' } : {}),
  };
  return createHash('sha256').update(canonicalJson(relevant)).digest('hex');
}

/** A residual layer's `merge` came later; all of before added. */
function withoutLaterMerge(layer: LayerConfig): LayerConfig {
  const whole = withInner(layer, withoutLaterMerge);
  if (whole.type !== 'residual' || whole.merge !== 'add') return whole;
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key !== 'merge')) as unknown as LayerConfig;
}

/** The layers themselves say which of them are trained. */
function relevantTraining(training: TrainingConfig): object {
  const { initial_weights: weights } = training;
  const identity = weights === null ? null : (parseReference(weights).sha256 ?? weights);
  return { ...without(withoutUnset(training, 'seeds'), ['seed', 'trainable']), initial_weights: identity };
}

function without(mapping: object, keys: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(mapping).filter(([key, value]) => !keys.includes(key) && !isIdle(key, value)),
  );
}

/** A mapping that came later, of keys that say nothing where they are null: it holds what was set, or is null. */
function withoutUnset<Key extends string>(section: Partial<Record<Key, object | null>>, key: Key): object {
  const set = Object.entries(section[key] ?? {}).filter(([, value]) => value !== null);
  return { ...section, [key]: set.length > 0 ? Object.fromEntries(set) : null };
}

function isIdle(key: string, value: unknown): boolean {
  return LATER_KEYS.get(key) === value;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
