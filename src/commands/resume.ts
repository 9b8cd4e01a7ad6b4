import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Experiment } from '../config/experiment.js';
import { UserError } from '../errors.js';
import type { Job } from '../job.js';
import type { RunHistory } from '../tracking/run-history.js';
import type { RunDirectory, Summary } from '../tracking/run-store.js';
import { addSweepOptions, type SweepOptions } from './sweep-options.js';
import { type TrainingOptions, addTrainingOptions, checkpointSeconds } from './training-options.js';

/** Adds `ablate resume` to the program. */
export function registerResume(program: Command): void {
  const command = program
    .command('resume')
    .description('go on with an interrupted run or sweep, to the very result that it would have had')
    .argument('[id]', 'of a run or a sweep, or the beginning of its id (default: the newest that was interrupted)')
    .action(goOnWith);
  addTrainingOptions(command);
  addSweepOptions(command);
}

async function goOnWith(id: string | undefined, options: SweepOptions, command: Command): Promise<void> {
  const { findSweepOrRun, newestInterrupted } = await import('../sweep/find.js');
  const queued = id === undefined ? undefined : await findQueued(id, options);
  if (queued) {
    await finish(queued, options);
    return;
  }
  const found = id === undefined ? await newestInterrupted(options.runsDir) : findSweepOrRun(options.runsDir, id);
  if (!found) process.stderr.write(`nothing in ${options.runsDir} was interrupted\n`);
  else if ('run' in found) await resumeRun(found.run, options, command);
  else await (await import('./resume-sweep.js')).resumeSweep(found.sweep, options);
}

async function resumeRun(run: RunDirectory, options: SweepOptions, command: Command): Promise<void> {
  const { readSummary } = await import('../tracking/run-store.js');
  const { printResults } = await import('./run-results.js');
  const summary = readSummary(run);
  if (summary?.status === 'FINISHED') {
    process.stderr.write(`run ${run.id} is finished: nothing is left to do\n`);
    await printResults([summary], options);
    return;
  }
  refuseOver(run, summary);
  const { readHistory } = await import('../tracking/run-history.js');
  const history = readHistory(run);
  const job = await toJob(run, history, options);
  await finish(job, { ...options, ...engineBefore(history, command) });
}

/** A run that the queue knows and the runs directory doesn't: its coordinator died before it came home. */
async function findQueued(run: string, options: SweepOptions): Promise<Job | undefined> {
  const { runDirectory } = await import('../tracking/run-store.js');
  if (options.queue === undefined || existsSync(runDirectory(options.runsDir, run).path)) return undefined;
  const { parseQueueAddress } = await import('../remote/redis/address.js');
  const { findQueuedRun } = await import('../remote/redis/queued-run.js');
  const message = await findQueuedRun(parseQueueAddress(options.queue), run);
  if (!message) return undefined;
  const { config, configHash, origin } = message;
  return { config, configHash, source: origin.source, runsDirectory: resolve(options.runsDir), resume: run };
}

async function finish(job: Job, options: SweepOptions): Promise<void> {
  const { registerAll, requireServer } = await import('./register.js');
  requireServer(options.register);
  const ended = await goOn(job, options);
  if (options.register !== undefined) await registerAll([ended], job.runsDirectory, options.register);
  const { printResults } = await import('./run-results.js');
  await printResults([ended], options);
}

async function goOn(job: Job, options: SweepOptions): Promise<Summary> {
  const { choosePlace } = await import('./training-place.js');
  const place = await choosePlace(options);
  const { runJob } = await import('./run-job.js');
  const { listenForInterrupts } = await import('./interrupts.js');
  const scheduler = await place.open({ jobs: 1, threads: place.threads }, job.config);
  const interruption = listenForInterrupts(() => {
    scheduler.close();
  });
  try {
    return await runJob(job, scheduler, interruption.signal);
  } finally {
    interruption.stop();
    scheduler.close();
  }
}

/** What the run began on, where the user doesn't say otherwise: other threads would come to other last bits. */
function engineBefore(history: RunHistory, command: Command): Partial<TrainingOptions> {
  const tags: Partial<Record<string, string>> = history.tags;
  if (command.getOptionValueSource('backend') !== 'default') return {};
  if (tags.engine?.startsWith('tfjs')) return { backend: 'cpu' };
  return command.getOptionValueSource('threads') === undefined ? { threads: tags.threads } : {};
}

async function toJob(run: RunDirectory, history: RunHistory, options: TrainingOptions): Promise<Job> {
  const { loadExperiment } = await import('../config/load.js');
  const { configHash } = await import('../config/hash.js');
  const { readIdentity } = await import('../tracking/run-store.js');
  const identity = readIdentity(run);
  const { config } = loadExperiment(run.config);
  const hash = configHash(config);
  if (hash !== identity.config_hash || config.training.seed !== identity.seed)
    throw await changed(run, config, history);
  return {
    config,
    configHash: hash,
    source: identity.source ?? run.config,
    runsDirectory: dirname(run.path),
    resume: run.id,
    checkpointSeconds: checkpointSeconds(options),
  };
}

/** A run goes on as it began: what it is now said to be must be what its journal says. */
async function changed(run: RunDirectory, config: Experiment, { params }: RunHistory): Promise<UserError> {
  const { flattenConfig } = await import('../tracking/run-description.js');
  const now: Partial<Record<string, string>> = flattenConfig(config);
  const before: Partial<Record<string, string>> = params;
  const differences = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key])
    .map((key) => `  ${key}: ${before[key] ?? 'absent'} → ${now[key] ?? 'absent'}`);
  return new UserError([`${run.config} is not what run ${run.id} began with:`, ...differences].join('\n'), {
    code: 'run-changed',
    hint: `undo that to go on, or train it as a new run: ablate run ${run.config}`,
    exitCode: 2,
  });
}

/** Of what has ended by itself there is nothing to go on with. @throws UserError `run-over` */
function refuseOver({ id, config }: RunDirectory, summary: Summary | undefined): void {
  if (summary?.status !== 'DIVERGED' && summary?.status !== 'PRUNED') return;
  throw new UserError(`run ${id} is ${summary.status}: ${summary.error ?? ''}; it would come to the same again`, {
    code: 'run-over',
    hint: `to train it again as a new run, say with another learning rate: ablate run ${config} key=value`,
  });
}
