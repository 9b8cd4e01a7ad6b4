import { dirname } from 'node:path';
import { configHash } from '../../config/hash.js';
import { loadExperiment } from '../../config/load.js';
import type { Experiment } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../text/errors.js';
import type { Job } from '../../protocol/job.js';
import { summarizeModel, total } from '../../model/shapes.js';
import { ablate } from '../../system/shell.js';
import { restoreSummary } from '../../tracking/crash.js';
import { flattenConfig } from '../../tracking/run-description.js';
import { readHistory, type RunHistory } from '../../tracking/run-history.js';
import { readIdentity, readSummary, type RunDirectory, type Summary } from '../../tracking/run-store.js';
import type { EngineSettings } from '../engine.js';

/** A run as it began. */
export interface BegunRun {
  /** Resumes it. */
  job: Job;
  /** What it began on: other threads would come to other last bits. */
  engine: EngineSettings;
}

/** @throws UserError `run-changed` */
export function runAsItBegan(run: RunDirectory): BegunRun {
  const history = readHistory(run);
  return { job: jobFor(run, history), engine: engineOf(history) };
}

function engineOf(history: RunHistory): EngineSettings {
  const tags: Partial<Record<string, string>> = history.tags;
  const { engine, threads } = tags;
  if (engine?.startsWith('tfjs')) return { backend: 'cpu' };
  return { backend: 'tensorflow', threads: threads === undefined ? undefined : Number(threads) };
}

function jobFor(run: RunDirectory, history: RunHistory): Job {
  const identity = readIdentity(run);
  const { config } = loadExperiment(run.config);
  const hash = configHash(config);
  if (hash !== identity.config_hash || config.training.seed !== identity.seed) throw changed(run, config, history);
  return {
    config,
    configHash: hash,
    source: identity.source ?? run.config,
    runsDirectory: dirname(run.path),
    resume: run.id,
  };
}

/** A run is resumed as it began: what it is now said to be must be what its journal says. */
function changed(run: RunDirectory, config: Experiment, { params }: RunHistory): UserError {
  const now: Partial<Record<string, string>> = flattenConfig(config);
  const before: Partial<Record<string, string>> = params;
  const differences = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key])
    .map((key) => `  ${key}: ${before[key] ?? 'absent'} → ${now[key] ?? 'absent'}`);
  return new UserError([`${run.config} is not what run ${run.id} began with:`, ...differences].join('\n'), {
    code: 'run-changed',
    hint:
      `undo that, or train it as a new run, from the start: ${ablate('run', run.config)}\n` +
      `to train the finished run on, from its last weights and optimizer state, undo that first: ${ablate('resume', run.id, '--epochs', 'N')}`,
    exitCode: 2,
  });
}

/** Of what has ended by itself there is nothing to resume. @throws UserError `run-over` */
export function refuseOver({ id, config }: RunDirectory, summary: Summary | undefined): void {
  if (summary?.status !== 'DIVERGED' && summary?.status !== 'PRUNED') return;
  throw new UserError(`run ${id} is ${summary.status}: ${summary.error ?? ''}; it would end the same way again`, {
    code: 'run-over',
    hint: `to train it again as a new run, say with another learning rate: ${ablate('run', config, 'training.optimizer.learning_rate=0.0001')}`,
  });
}

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
  const inputs = dataset.inputs ?? [{ name: 'image', shape: dataset.shape }];
  const shape = { inputs, outputs: dataset.classes, outputsAre: 'classes' as const };
  return total(summarizeModel(loadExperiment(run.config).config.model, shape), 'parameters');
}
