import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { badUsage, UserError } from '../text/errors.js';
import type { EngineSettings } from '../launch/engine.js';
import type { Job } from '../protocol/job.js';
import type { RunDirectory } from '../tracking/run-store.js';
import { wholeNumber } from '../launch/options/parsers.js';
import { addSweepOptions, type SweepOptions } from '../launch/options/sweep.js';
import { addTrainingOptions } from '../launch/options/training.js';
import { NAMES } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';

/** Adds `ablate resume` to the program. */
export function registerResume(program: Command): void {
  const command = program
    .command('resume')
    .description('resume an interrupted run or sweep, to the very result that it would have had')
    .argument('[id]', `a run or a sweep: ${NAMES} (default: the newest that was interrupted)`)
    .action(resumeNamed);
  addTrainingOptions(command);
  addSweepOptions(command);
  command.option(
    '--epochs <n>',
    'train a finished run on, to this many epochs in all, as a new run',
    wholeNumber(1, 1_000_000),
  );
}

interface ResumeOptions extends SweepOptions {
  epochs?: number;
}

async function resumeNamed(id: string | undefined, options: ResumeOptions, command: Command): Promise<void> {
  const { findSweepOrRun, newestInterrupted } = await import('../sweep/find.js');
  const queued = id === undefined || options.epochs !== undefined ? undefined : await findQueued(id, options);
  if (queued) {
    await train(queued, options);
    return;
  }
  const found = id === undefined ? await newestInterrupted(options.runsDir) : findSweepOrRun(options.runsDir, id);
  if (options.epochs !== undefined && (id === undefined || !found || !('run' in found))) throw epochsWithoutRun();
  if (!found) process.stderr.write(`nothing in ${options.runsDir} was interrupted\n`);
  else if ('run' in found) await resumeRun(found.run, options, command);
  else {
    const { sweepAsItBegan } = await import('../launch/resume/resume-sweep.js');
    const { trainAll } = await import('../launch/terminal/train-all.js');
    await trainAll([await sweepAsItBegan(found.sweep)], options, { existing: found.sweep });
  }
}

function epochsWithoutRun(): UserError {
  return badUsage(
    '--epochs trains a single finished run on: it needs the id of one',
    `\`${ablate('ls')}\` lists the runs`,
  );
}

async function resumeRun(run: RunDirectory, options: ResumeOptions, command: Command): Promise<void> {
  const { readOrRestoreSummary, refuseOver, runAsItBegan } = await import('../launch/resume/resume-run.js');
  const summary = readOrRestoreSummary(run);
  if (options.epochs === undefined) refuseOver(run, summary);
  const { job, engine } = runAsItBegan(run);
  if (options.epochs !== undefined) {
    const { trainOnJob } = await import('../launch/resume/train-on.js');
    await train(trainOnJob(job, summary, options), { ...options, ...engineBefore(engine, command) });
  } else if (summary?.status === 'FINISHED') {
    const { printResults } = await import('../display/run-results.js');
    process.stderr.write(`run ${run.id} is finished: nothing is left to do\n`);
    await printResults([summary], options);
  } else await train(job, { ...options, ...engineBefore(engine, command) });
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

async function train(job: Job, options: SweepOptions): Promise<void> {
  const { trainJob } = await import('../launch/terminal/train-all.js');
  await trainJob({ ...job, checkpointSeconds: options.checkpointSeconds }, options);
}

/** What the run began on, where the user doesn't say otherwise. */
function engineBefore({ backend, threads }: EngineSettings, command: Command): Partial<SweepOptions> {
  if (command.getOptionValueSource('backend') !== 'default') return {};
  if (backend === 'cpu') return { backend };
  if (command.getOptionValueSource('threads') !== undefined || threads === undefined) return {};
  return { threads };
}
