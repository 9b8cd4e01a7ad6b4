import type { Experiment, SweepConfig } from '../config/schema/experiment.generated.js';
import { labelsOf } from '../config/sweep/label.js';
import { type SweepVariant, variantOf, seedRangeOf, sweepSeeds } from '../config/variants/sweep.js';
import type { SweepJournal, SweepRecord } from '../sweep/sweep-journal.js';
import { AddedSeeds } from '../sweep/added-seeds.js';
import { ListedTrials, type TrialSource } from '../sweep/trial-source.js';
import { type Starter, tellInstall } from './engine.js';
import type { CheckedExperiment } from './experiment-arguments.js';

/** An experiment with a sweep. */
export type SweepExperiment = CheckedExperiment & { config: Experiment & { sweep: SweepConfig } };

export function isSweep(experiment: CheckedExperiment): experiment is SweepExperiment {
  return experiment.config.sweep !== null;
}

interface TrialsOptions {
  journal: SweepJournal;
  /** What the journal said when the sweep began, or was resumed. */
  record: SweepRecord;
  /** A line for the user. */
  say: (message: string) => void;
  starter: Starter;
}

/** Where the trials of a sweep come from: its variants, or for `bayes` a search, whose Python is installed if need be. */
export async function trialsOf(
  experiment: SweepExperiment,
  { journal, record, say, starter }: TrialsOptions,
): Promise<TrialSource> {
  const { config, variants } = experiment;
  const label = labelsOf(config.sweep);
  const seeds = sweepSeeds(config);
  const range = seedRangeOf(config);
  if (range) {
    const { metric, margin } = config.sweep;
    const { alpha, baseline } = record.begun;
    return new AddedSeeds(
      { variants: variants ?? [], seeds, range, metric, margin, alpha, baseline, label, journal, say },
      record,
    );
  }
  if (config.sweep.method !== 'bayes') return new ListedTrials(variants ?? [], seeds, label, record.ends);
  const { BayesSearch } = await import('../search/bayes.js');
  const { SearchTrials } = await import('../sweep/search-trials.js');
  const search = await BayesSearch.start(config, await optunaPython(starter));
  const makeVariant = (values: SweepVariant['values'], index: number): SweepVariant =>
    variantOf(experiment, values, index);
  return SearchTrials.start({ search, variantOf: makeVariant, seeds, label, journal, say }, record);
}

async function optunaPython({ onEvent, environment: env, signal }: Starter): Promise<string> {
  const { ensureOptuna } = await import('../search/install-optuna.js');
  return ensureOptuna({ env, signal, onProgress: tellInstall(onEvent) });
}
