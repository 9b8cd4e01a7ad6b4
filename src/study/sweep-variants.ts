import type { GivenNames } from '../config/sweep/names.js';
import type { Json } from '../config/text/tree.js';
import { readSweepRecord, type SweepEvent } from '../sweep/sweep-journal.js';
import type { SweepDirectory } from '../sweep/sweep-store.js';
import { runDirectory, summaryIfReadable } from '../tracking/run-store.js';
import type { FoundRun } from './study-run.js';

/** A variant and its runs, before they are compared. */
export interface FoundVariant {
  name: string;
  /** Dotted key → value, of what tells it apart. */
  values: Record<string, Json>;
  /** What the experiment file calls it and its values, where it does. */
  names?: GivenNames;
  /** The sweep that it is of, or the experiment: tells apart variants of the same name. */
  source: string;
  runs: FoundRun[];
}

/** A sweep as its journal tells. */
export interface FoundSweep {
  directory: SweepDirectory;
  begun: SweepEvent;
  /** In the order of the sweep. */
  variants: FoundVariant[];
  /** Trials that have ended, however. */
  ended: number;
  /** In all, as far as they are known. */
  trials: number;
}

/** The variants of a sweep of which some trial has ended. */
export function readSweepVariants(sweep: SweepDirectory, onRun: () => void): FoundSweep {
  const { begun, ends, trials } = readSweepRecord(sweep);
  const variants = new Map<number, FoundVariant>();
  for (const { cell: index, seed, label, values, names, run, status, error } of ends.values()) {
    const variant = variants.get(index) ?? { name: label, values: { ...values }, names, source: begun.name, runs: [] };
    variants.set(index, variant);
    const directory = runDirectory(sweep.runsDirectory, run);
    variant.runs.push({ directory, seed, status, error, summary: summaryIfReadable(directory) });
    onRun();
  }
  const inOrder = [...variants].sort(([a], [b]) => a - b).map(([, variant]) => variant);
  return { directory: sweep, begun, variants: inOrder, ended: ends.size, trials };
}
