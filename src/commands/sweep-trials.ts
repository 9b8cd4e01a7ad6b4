import type { Experiment, SweepConfig } from '../config/experiment.js';
import { cellLabel } from '../config/sweep-label.js';
import { type Cell, cellOf, seedRangeOf, sweepSeeds, sweptKeys } from '../config/sweep.js';
import type { SweepJournal, SweepRecord } from '../sweep/sweep-journal.js';
import { AddedSeeds } from '../sweep/added-seeds.js';
import { ListedTrials, type TrialSource } from '../sweep/trial-source.js';
import type { CheckedExperiment } from './experiment-arguments.js';

/** An experiment with a sweep. */
export type SweepExperiment = CheckedExperiment & { config: Experiment & { sweep: SweepConfig } };

interface TrialsOptions {
  journal: SweepJournal;
  /** What the journal said when the sweep began, or was gone on with. */
  record: SweepRecord;
  /** A line for the user. */
  say: (message: string) => void;
}

/** Where the trials of a sweep come from: its variants, or for `bayes` a search, whose Python is installed if need be. */
export async function trialsOf(
  experiment: SweepExperiment,
  { journal, record, say }: TrialsOptions,
): Promise<TrialSource> {
  const { config, cells } = experiment;
  const keys = sweptKeys(config.sweep);
  const label = (cell: Cell): string => cellLabel(cell.values, keys);
  const seeds = sweepSeeds(config);
  const range = seedRangeOf(config);
  if (range) {
    const { metric, margin } = config.sweep;
    return new AddedSeeds({ cells: cells ?? [], seeds, range, metric, margin, label, journal, say }, record);
  }
  if (config.sweep.method !== 'bayes') return new ListedTrials(cells ?? [], seeds, label, record.ends);
  const { BayesSearch } = await import('../search/bayes.js');
  const { SearchTrials } = await import('../sweep/search-trials.js');
  const search = await BayesSearch.start(config, await optunaPython());
  const makeCell = (values: Cell['values'], index: number): Cell => cellOf(experiment, values, index);
  return SearchTrials.start({ search, cellOf: makeCell, seeds, label, journal, say }, record);
}

async function optunaPython(): Promise<string> {
  const { ensureOptuna } = await import('../search/install-optuna.js');
  const { showInstallProgress } = await import('./install-progress.js');
  const { onProgress, clear } = showInstallProgress(process.stderr);
  return ensureOptuna({ onProgress }).finally(clear);
}
