import { isDeepStrictEqual } from 'node:util';
import { FEWEST_SEEDS } from '../analysis/comparison.js';
import { configHash } from '../config/hash.js';
import type { Experiment } from '../config/experiment.js';
import { loadExperiment } from '../config/load.js';
import { type EarlierLook, readSweepRecord } from './sweep-journal.js';
import { sweepDirectory, type SweepDirectory, sweepIds } from './sweep-store.js';

/**
 * The sweeps that have compared the same variants with other seeds. Whoever adds seeds until a fixed-size test finds
 * something errs more often than α (Armitage, McPherson and Rowe, "Repeated significance tests on accumulating data",
 * 1969), so an answer has to tell of them. What had too few seeds to decide anything doesn't count.
 * @param except the sweep itself
 */
export function earlierLooks(runsDirectory: string, experiment: Experiment, except: string): EarlierLook[] {
  return sweepIds(runsDirectory)
    .filter((id) => id !== except)
    .map((id) => sweepDirectory(runsDirectory, id))
    .filter((sweep) => comparesTheSame(sweep, experiment))
    .map((sweep) => ({ sweep, seeds: seedsSeen(sweep) }))
    .filter(({ seeds }) => seeds >= FEWEST_SEEDS)
    .map(({ sweep, seeds }) => ({ sweep: sweep.id, seeds }));
}

function comparesTheSame({ config }: SweepDirectory, experiment: Experiment): boolean {
  const other = readExperiment(config);
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
function readExperiment(path: string): Experiment | undefined {
  try {
    return loadExperiment(path).config;
  } catch {
    return undefined;
  }
}

function seedsSeen(sweep: SweepDirectory): number {
  const counts = new Map<number, number>();
  for (const { cell } of readSweepRecord(sweep).ends.values()) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** What a reader of an answer must know of them. */
export function cautionOfLooks(looks: readonly EarlierLook[]): string[] {
  return looks.map(
    ({ sweep, seeds }) =>
      `${seeds} seeds were compared before (${sweep}): other seeds after a look err more often than stated, which \`seeds: auto\` avoids.`,
  );
}
