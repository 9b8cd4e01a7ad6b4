import { ablate } from '../system/shell.js';
import { counted, durationText } from '../text/words.js';
import type { SweepEvent } from './sweep-journal.js';

/** What trials have cost so far. */
export interface TrialCost {
  secondsPerTrial: number;
  /** Trials side by side. */
  jobs: number;
  variants: number;
}

/**
 * What it costs to give each variant so many seeds more, and the command that does it, which adds them only as long as
 * it is undecided.
 * @returns null where its seeds aren't numbered on from the first, so that no range says them
 */
export function moreSeeds(
  { source, command, seeds, seed_range: range, folds }: SweepEvent,
  missing: number | null,
  { secondsPerTrial, jobs, variants }: TrialCost,
): string | null {
  const isInOrder = seeds.every((seed, i) => seed === seeds[0] + i);
  if (!missing || folds !== undefined || !isInOrder) return null;
  const runs = missing * variants;
  // A range counts from training.seed, which a list of seeds needn't begin with.
  const wanted = [
    `training.seed=${seeds[0]}`,
    `sweep.seeds={min: ${range?.min ?? seeds.length}, max: ${seeds.length + missing}}`,
  ];
  const seconds = Math.ceil((runs * secondsPerTrial) / jobs);
  const line = ablate(command?.name ?? 'run', source, ...(command?.overrides ?? []).filter(saysNoSeeds), ...wanted);
  return `That is at most ${counted(runs, 'more run')}, about ${durationText(seconds)}: \`${line}\`.`;
}

function saysNoSeeds(override: string): boolean {
  return !/^\+{0,2}((sweep\.)?seeds|training\.seed)=/.test(override);
}
