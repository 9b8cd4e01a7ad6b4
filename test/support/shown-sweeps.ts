import type { Json } from '../../src/config/text/tree.js';
import type { SweepDirectory } from '../../src/sweep/sweep-store.js';
import { finishedSweepIn } from './finished-sweeps.js';

type Values = Record<string, Json>;

/** Every combination of some values. */
function grid(parameters: Record<string, Json[]>): Values[] {
  return Object.entries(parameters).reduce<Values[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}

/** A score between chance and perfect that depends on the variant and the seed, and repeats. */
function scoreOf(values: Values, seed: number): number {
  const spread = Array.from(JSON.stringify(values)).reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 997, 7);
  return 0.8 + 0.15 * (spread / 997) + 0.003 * ((seed * 7) % 5);
}

const finished = (values: Values, seed: number) => ({
  metrics: { val_accuracy: scoreOf(values, seed), test_accuracy: scoreOf(values, seed) - 0.01 },
});

const sgd = { name: 'sgd', learning_rate: 0.1, momentum: 0.9, clipnorm: 1 };
const optimizers: Json[] = [
  { ...sgd, nesterov: true },
  { ...sgd, nesterov: false },
  { name: 'adam', learning_rate: 0.003, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
];
const shifted = { rotation: { factor: 0.04 }, translation: { height_factor: 0.07, width_factor: 0.07 } };

/** What `shownSweepsIn` makes. */
export const SHOWN_SWEEPS = [
  'two variants',
  'twelve variants',
  'forty variants',
  'a random search',
  'seeds that were added',
  'one variant',
  'long names',
  'failed variants',
] as const;

export type ShownSweeps = Record<(typeof SHOWN_SWEEPS)[number], SweepDirectory>;

/** Sweeps of every shape that a user looks at, which have ended; their trials were never trained. */
export function shownSweepsIn(runsDirectory: string): ShownSweeps {
  const twelve = { 'model.kernel_size': [3, 5], 'model.pooling': ['max', 'average'] };
  const sweep = (variants: Values[], seeds: number[], more: Partial<Parameters<typeof finishedSweepIn>[1]> = {}) =>
    finishedSweepIn(runsDirectory, { variants, seeds, run: finished, ...more });
  return {
    'two variants': sweep(grid({ 'model.kernel_size': [3, 5] }), [0, 1, 2]),
    'twelve variants': sweep(grid({ ...twelve, 'model.activation': ['relu', 'tanh', 'sigmoid'] }), [0, 1, 2]),
    'forty variants': sweep(
      grid({ ...twelve, 'training.batch_size': [16, 32, 64, 128, 256], 'model.dropout': [0, 0.5] }),
      [0, 1],
    ),
    'a random search': sweep(
      Array.from({ length: 20 }, (_, i) => ({
        'training.optimizer.learning_rate': 10 ** -(1 + i / 5),
        'model.blocks.filters': 4 + ((7 * i) % 21),
      })),
      [0],
      { begun: { method: 'random' } },
    ),
    'seeds that were added': sweep(grid({ 'model.pooling': ['max', 'average'] }), [0, 1, 2, 3], {
      begun: { seed_range: { min: 3, max: 6 } },
    }),
    'one variant': sweep([{ 'model.pooling': 'max' }], [0, 1, 2]),
    'long names': sweep(grid({ 'training.optimizer': optimizers, augmentation: [{}, shifted] }), [0, 1]),
    'failed variants': sweep(grid(twelve), [0, 1, 2], {
      run: (values, seed) =>
        values['model.kernel_size'] === 5 && values['model.pooling'] === 'max'
          ? { status: 'FAILED' }
          : values['model.pooling'] === 'average' && seed === 2
            ? { status: 'DIVERGED' }
            : finished(values, seed),
    }),
  };
}
