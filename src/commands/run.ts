import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedExperiment } from '../config/load.js';
import type { Job } from '../job.js';
import type { Outcome } from '../scheduling/scheduler.js';
import type { Summary } from '../tracking/run-store.js';
import { type EngineOptions, addEngineOptions, chooseEngine } from './engine.js';
import { failureError } from '../scheduling/failure.js';

interface Options extends EngineOptions {
  runsDir: string;
  json?: true;
}

/** Adds `ablate run` to the program. */
export function registerRun(program: Command): void {
  const command = program
    .command('run')
    .description('train what experiment files describe, and print the result')
    .argument('<file...>', 'experiment files, then overrides: training.optimizer.learning_rate=0.01')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--json', 'print the summaries as JSON')
    .action(run);
  addEngineOptions(command);
}

async function run(words: string[], options: Options): Promise<void> {
  const { splitArguments, loadAll } = await import('./experiment-arguments.js');
  const experiments = await loadAll(splitArguments(words));
  const { refuseUnsupported } = await import('./unsupported.js');
  refuseUnsupported(experiments);
  const engine = await chooseEngine(options);
  const { LocalScheduler } = await import('../scheduling/local.js');
  const scheduler = new LocalScheduler(engine, 1);
  const interruption = listenForInterrupts(() => {
    scheduler.close();
  });
  const summaries: Summary[] = [];
  try {
    for (const experiment of experiments) {
      summaries.push(await runOne(experiment, options, scheduler, interruption.signal));
      if (interruption.signal.aborted) break;
    }
  } finally {
    interruption.stop();
    scheduler.close();
  }
  await printResults(summaries, options);
  endAs(summaries);
}

type Scheduler = import('../scheduling/scheduler.js').Scheduler;

async function runOne(
  experiment: LoadedExperiment,
  options: Options,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<Summary> {
  const { configHash } = await import('../config/hash.js');
  const { showRun } = await import('./run-progress.js');
  const { trackRun } = await import('./run-tracking.js');
  const { config, file } = experiment;
  const job: Job = {
    config,
    configHash: configHash(config),
    source: resolve(file),
    runsDirectory: resolve(options.runsDir),
  };
  const display = showRun(job, process.stderr);
  const tracking = trackRun(config, (message) => {
    display.message(message);
  });
  const outcome = await scheduler.run(job, {
    signal,
    onProgress: (progress) => {
      if (progress.type === 'created') tracking.created(progress);
      display.onProgress(progress);
    },
  });
  const summary = await toSummary(outcome, job, tracking.run);
  display.end(summary);
  await tracking.finish();
  return summary;
}

async function toSummary(outcome: Outcome, job: Job, run: { id: string; path: string } | undefined): Promise<Summary> {
  if (outcome.type === 'done') return outcome.answer;
  if (outcome.type === 'failed' || !run) throw failureError(outcome);
  const { recordCrash } = await import('../tracking/crash.js');
  const { runDirectory } = await import('../tracking/run-store.js');
  return recordCrash(runDirectory(job.runsDirectory, run.id), outcome.reason, outcome.log);
}

/** The first Ctrl-C ends the run in order; the second ends everything at once. */
function listenForInterrupts(endNow: () => void): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      endNow();
      process.exit(130);
    }
    controller.abort();
    process.stderr.write('\nEnding the run after the steps under way; Ctrl-C again ends it at once.\n');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return { signal: controller.signal, stop: () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt) };
}

async function printResults(summaries: Summary[], { json, runsDir }: Options): Promise<void> {
  if (json) {
    const { encodeNumbers } = await import('../tracking/journal-events.js');
    const plain = summaries.map((summary) => ({ ...summary, metrics: encodeNumbers(summary.metrics) }));
    process.stdout.write(`${JSON.stringify(plain.length === 1 ? plain[0] : plain, null, 2)}\n`);
    return;
  }
  const { formatResults } = await import('./run-results.js');
  process.stdout.write(formatResults(summaries, resolve(runsDir)));
}

function endAs(summaries: Summary[]): void {
  if (summaries.some(({ status }) => status === 'KILLED')) process.exitCode = 130;
  else if (summaries.some(({ status }) => status !== 'FINISHED')) process.exitCode = 1;
}
