import { mean } from './statistics/describe.js';
import type { SeedValues } from './statistics/pairing.js';

/** A finished run of a grid. */
export interface GridRun {
  /** Parameter → its level. */
  levels: Readonly<Record<string, string>>;
  seed: number;
  value: number;
}

/**
 * Each level of one parameter as a variant of its own: for each seed, the mean over all combinations of the other
 * parameters. So "which kernel size?" can be asked of a grid that varies the pooling too, seed by seed.
 * @returns level → its value for each seed. Only seeds that have every combination are there: a mean over other
 * combinations would compare the other parameters too
 */
export function marginalValues(runs: readonly GridRun[], parameter: string): Map<string, SeedValues> {
  const others = Object.keys(runs[0]?.levels ?? {}).filter((name) => name !== parameter);
  const settingOf = ({ levels }: GridRun) => JSON.stringify(others.map((name) => levels[name]));
  const settings = new Set(runs.map(settingOf));
  const levels = new Map(runs.map((run) => [run.levels[parameter], new Map<number, number>()]));
  for (const seed of new Set(runs.map((run) => run.seed))) {
    const ofSeed = runs.filter((run) => run.seed === seed);
    const isComplete =
      new Set(ofSeed.map((run) => settingOf(run) + run.levels[parameter])).size === settings.size * levels.size;
    if (!isComplete) continue;
    for (const [level, values] of levels)
      values.set(seed, mean(ofSeed.filter((run) => run.levels[parameter] === level).map(({ value }) => value)));
  }
  return levels;
}
