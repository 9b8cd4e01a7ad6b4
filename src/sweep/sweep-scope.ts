import { type Measured, placeSentence } from '../analysis/scope.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import { testsFolds } from '../config/tested-folds.js';
import { runDirectory, summaryIfReadable } from '../tracking/run-store.js';
import type { SweepResults } from './results.js';
import type { SweepEvent } from './sweep-journal.js';
import type { SweepDirectory } from './sweep-store.js';

/** Where the samples come from that runs of an experiment are compared on. @param isGiven whether validation samples came with the data */
export function measuredOn(metric: string, { dataset, training }: Experiment, isGiven: boolean): Measured {
  const [set] = metric.replace(/^best_/, '').split('_');
  const areTested = testsFolds(dataset);
  if (set === 'test' && !areTested) return { on: 'test' };
  if (set === 'train') return { on: 'training' };
  if (isGiven) return { on: 'given' };
  const folds = areTested && set !== 'test' ? null : (dataset.split?.folds ?? null);
  const time = dataset.split && 'time' in dataset.split ? dataset.split.time : null;
  if (time !== null) return { on: 'newest', time };
  if (folds === null && (training.seeds?.split ?? null) !== null) return { on: 'one-split' };
  // Of how the images are divided: that some of the others are left away (train_fraction) makes no more of them overlap.
  const part = folds === null ? dataset.validation_split : 1 / folds;
  const share = part / (1 - part);
  const column = dataset.split && 'group' in dataset.split ? dataset.split.group : null;
  const group = column === null ? {} : { group: column };
  return folds === null ? { on: 'drawn', share, ...group } : { on: 'folds', folds, share, ...group };
}

/** What the answer of a sweep is about, in a sentence; null where its journal doesn't say, or the answer itself does. */
export function scopeOfSweep(
  { runsDirectory }: SweepDirectory,
  { scope }: SweepEvent,
  results: SweepResults,
): string | null {
  if (!scope) return null;
  const trials = results.ranked().flatMap((variant) => variant.trials);
  const run = trials.find(({ status }) => status === 'FINISHED')?.run;
  const isGiven = run !== undefined && (summaryIfReadable(runDirectory(runsDirectory, run))?.given_validation ?? false);
  return placeSentence(isGiven ? { on: 'given' } : scope.measured, scope.dataset);
}
