import { isDeepStrictEqual } from 'node:util';
import { FEWEST_SEEDS } from '../analysis/comparison.js';
import { configHash } from '../config/hash.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import { loadExperiment } from '../config/load.js';
import { type EarlierLook, readSweepRecord, type SweepRecord } from './sweep-journal.js';
import { sweepParams } from './sweep-params.js';
import { sweepDirectory, type SweepDirectory, sweepIds } from './sweep-store.js';

/**
 * The sweeps that have compared the same variants with other seeds. Whoever adds seeds until a fixed-size test finds
 * something errs more often than α (Armitage, McPherson and Rowe, "Repeated significance tests on accumulating data",
 * 1969), so an answer has to tell of them. What had too few seeds to decide anything doesn't count.
 * @param except the sweep itself
 */
export function earlierLooks(runsDirectory: string, experiment: Experiment, except: string): EarlierLook[] {
  if (!experiment.sweep) return [];
  const params = sweepParams(experiment.sweep);
  return sweepIds(runsDirectory).flatMap((id) => {
    const sweep = sweepDirectory(runsDirectory, id);
    const record = id === except ? undefined : readOrNone(() => readSweepRecord(sweep));
    // A journal is read ten times as fast as a configuration is loaded.
    if (!record || !isDeepStrictEqual(record.begun.params ?? params, params)) return [];
    const seeds = seedsSeen(record);
    return seeds >= FEWEST_SEEDS && comparesTheSame(sweep, experiment) ? [{ sweep: id, seeds }] : [];
  });
}

function comparesTheSame({ config }: SweepDirectory, experiment: Experiment): boolean {
  const other = readOrNone(() => loadExperiment(config).config);
  if (!other?.sweep || !experiment.sweep) return false;
  const [{ seeds, ...own }, { seeds: otherSeeds, ...its }] = [experiment.sweep, other.sweep];
  return (
    !isDeepStrictEqual(seeds, otherSeeds) &&
    isDeepStrictEqual(own, its) &&
    configHash(experiment) === configHash(other) &&
    experiment.training.seed === other.training.seed
  );
}

/** Undefined where it isn't readable, or of a version that had other keys. */
function readOrNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function seedsSeen({ ends }: SweepRecord): number {
  const counts = new Map<number, number>();
  for (const { cell: variant } of ends.values()) counts.set(variant, (counts.get(variant) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** What a reader of an answer must know of them. */
export function cautionOfLooks(looks: readonly EarlierLook[]): string[] {
  return looks.map(
    ({ sweep, seeds }) =>
      `${seeds} seeds were compared before (${sweep}): other seeds after a look err more often than stated, which \`seeds: auto\` avoids.`,
  );
}
