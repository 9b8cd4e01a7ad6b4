import { loadExperiment } from '../../config/load.js';
import { UserError } from '../../errors.js';
import { summarizeModel, total } from '../../model/shapes.js';
import { restoreSummary } from '../../tracking/crash.js';
import { readHistory } from '../../tracking/run-history.js';
import { readSummary, type RunDirectory, type Summary } from '../../tracking/run-store.js';

/**
 * The summary of a run; one that is damaged is written anew, by the run's journal.
 * @returns undefined for a run that was interrupted
 */
export function readOrRestoreSummary(run: RunDirectory): Summary | undefined {
  try {
    return readSummary(run);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'summary-corrupt') throw error;
    process.stderr.write(`${error.message}: its journal tells the same\n`);
    return restoreSummary(run, parametersOf(run));
  }
}

/** Weights of the run's model; 0 where it ended before its data were read. */
function parametersOf(run: RunDirectory): number {
  const dataset = readHistory(run).datasets.at(0);
  if (!dataset) return 0;
  const shape = { input: dataset.shape, outputs: dataset.classes, outputsAre: 'classes' as const };
  return total(summarizeModel(loadExperiment(run.config).config.model, shape), 'parameters');
}
