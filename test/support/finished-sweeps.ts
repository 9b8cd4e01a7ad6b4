import { variantLabel } from '../../src/config/sweep/label.js';
import type { Json } from '../../src/config/text/tree.js';
import { type SweepEvent, SweepJournal } from '../../src/sweep/sweep-journal.js';
import { createSweep, type SweepDirectory } from '../../src/sweep/sweep-store.js';
import { createRun, type RunDirectory, type Summary, writeSummary } from '../../src/tracking/run-store.js';
import { append, identity, writeFiles } from './runs.js';
import { sweepEvent } from './sweeps.js';

/** What a made-up run came to. */
export interface MadeRun {
  seed: number;
  status?: Summary['status'];
  metrics?: Record<string, number>;
  configHash?: string;
  config?: string;
  name?: string;
  digest?: string;
  samples?: Summary['samples'];
  chance?: Summary['chance'];
  /** Of each test image. */
  labels?: number[];
  predictions?: number[];
}

/** A run on disk that has ended, without training. */
export function endedRunIn(runsDirectory: string, made: MadeRun): RunDirectory {
  const { seed, status = 'FINISHED', metrics = {}, configHash = 'c0ffee', name = 'study', digest = 'd1' } = made;
  const run = createRun(
    runsDirectory,
    identity({ name, seed, config_hash: configHash, versions: { ablate: '0.1.0', node: '20.0.0' } }),
    made.config ?? 'name: study\n',
  );
  append(run, (journal) => {
    Array.from({ length: 3 }, (_, i) => i + 1).forEach((epoch) => {
      journal.append({ type: 'metrics', step: 10 * epoch, epoch, values: { val_accuracy: 1 - 1 / (epoch + 1) } });
    });
    journal.append({ type: 'state', status });
  });
  if (made.labels) writePredictions(run, made.labels, made.predictions ?? made.labels);
  writeSummary(run, {
    ...{ id: run.id, name, status, seed, config_hash: configHash, dataset_digest: digest, metrics },
    ...{ epochs: 3, steps: 30, weights_epoch: 3, samples_per_second: 1000, training_seconds: 2, duration_seconds: 3 },
    samples: made.samples,
    chance: made.chance,
    ...{ parameters: 7850, flops: 15_680, tensorflow: { version: '2.21.0', device: 'CPU' } },
    error: status === 'FAILED' ? 'the disk is full' : null,
  });
  return run;
}

function writePredictions(run: RunDirectory, labels: readonly number[], predictions: readonly number[]): void {
  const classes = [...new Set([...labels, ...predictions])].sort((a, b) => a - b);
  const counts = classes.map((label) =>
    classes.map((prediction) => labels.filter((l, i) => l === label && predictions[i] === prediction).length),
  );
  const lines = (rows: (string | number)[][]): string => rows.map((row) => `${row.join(',')}\n`).join('');
  writeFiles(run, {
    'artifacts/test_predictions.csv': lines([
      ['index', 'label', 'prediction'],
      ...labels.map((label, i) => [i, label, predictions[i]]),
    ]),
    'artifacts/confusion_matrix.csv': lines([
      ['true \\ predicted', ...classes],
      ...counts.map((row, i) => [classes[i], ...row]),
    ]),
  });
}

export interface MadeSweep {
  /** The variants. */
  variants: Record<string, Json>[];
  seeds: number[];
  /** What a run came to. */
  run: (variant: Record<string, Json>, seed: number) => Omit<MadeRun, 'seed'>;
  begun?: Partial<SweepEvent>;
}

/** A sweep on disk whose trials have ended, without training. */
export function finishedSweepIn(
  runsDirectory: string,
  { variants, seeds, run: make, begun }: MadeSweep,
): SweepDirectory {
  const sweep = createSweep(runsDirectory, 'study', 'name: study\n');
  const journal = new SweepJournal(sweep);
  const event = sweepEvent({ seeds, trials: variants.length * seeds.length, ...begun, id: sweep.id });
  journal.append(event);
  const keys = [...new Set(variants.flatMap((values) => Object.keys(values)))];
  for (const seed of seeds) {
    for (const [variant, values] of variants.entries()) {
      const made = { seed, ...make(values, seed) };
      const run = endedRunIn(runsDirectory, { configHash: JSON.stringify(values), ...made });
      const { status = 'FINISHED', metrics = {} } = made;
      const value = status === 'FINISHED' ? (metrics[event.metric.name] ?? null) : null;
      const end = { run: run.id, status, value, seconds: 3, error: null, reused: false };
      journal.append({ type: 'end', cell: variant, seed, label: variantLabel(values, keys), values, ...end });
    }
  }
  journal.append({ type: 'state', status: 'FINISHED', jobs: 1 });
  journal.close();
  return sweep;
}
