import { findSweepOrRun } from '../sweep/find.js';
import { distinctNames } from '../sweep/distinct-names.js';
import type { RunDirectory } from '../tracking/run-store.js';
import { looseVariants } from './loose-variants.js';
import { readSweepVariants, type FoundSweep, type FoundVariant } from './sweep-variants.js';

/** What ids name: sweeps, runs that are of none of them, and the variants of both. */
export interface NamedRuns {
  /** Of the sweeps and runs, as they were named. */
  ids: string[];
  sweeps: FoundSweep[];
  /** With names of their own, in the order of the ids, runs after sweeps. */
  variants: FoundVariant[];
}

/**
 * Reads sweeps and runs, mixed.
 * @param onRun a run was read
 * @throws UserError as `findSweepOrRun`, `journal-corrupt`, `run-unfinished`
 */
export function readNamed(runsDirectory: string, ids: readonly string[], onRun: () => void): NamedRuns {
  const found = ids.map((id) => findSweepOrRun(runsDirectory, id));
  const directories = new Map(found.flatMap((one) => ('sweep' in one ? [[one.sweep.id, one.sweep] as const] : [])));
  const sweeps = [...directories.values()].map((sweep) => readSweepVariants(sweep, onRun));
  const runs = new Map(found.flatMap((one) => ('run' in one ? [[one.run.id, one.run] as const] : [])));
  const loose = looseVariants(withoutTrials([...runs.values()], sweeps));
  const named = found.map((one) => ('sweep' in one ? one.sweep.id : one.run.id));
  return {
    ids: [...new Set(named)],
    sweeps,
    variants: withNames([...sweeps.flatMap(({ variants }) => variants), ...loose]),
  };
}

/** A trial that is named beside its own sweep is there once. */
function withoutTrials(runs: readonly RunDirectory[], sweeps: readonly FoundSweep[]): RunDirectory[] {
  const trials = new Set(
    sweeps.flatMap(({ variants }) => variants.flatMap((variant) => variant.runs.map(({ directory }) => directory.id))),
  );
  return runs.filter(({ id }) => !trials.has(id));
}

/** Variants of one name are told apart by what they come from, and if that is the same, by their number. */
function withNames(variants: readonly FoundVariant[]): FoundVariant[] {
  const bySource = distinctNames(
    variants.map(({ name }) => name),
    (name, i) => `${variants[i].source}: ${name}`,
  );
  const names = distinctNames(bySource, (name, i) => `${name} #${i + 1}`);
  return variants.map((variant, i) => ({ ...variant, name: names[i] }));
}
