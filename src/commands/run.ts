import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedExperiment } from '../config/load.js';
import type { Job } from '../job.js';
import type { Summary } from '../tracking/run-store.js';
import { chooseEngine } from './engine.js';
import { type TrainingOptions, addTrainingOptions, checkpointSeconds } from './training-options.js';

/** Adds `ablate run` to the program. */
export function registerRun(program: Command): void {
  const command = program
    .command('run')
    .description('train what experiment files describe, and print the result')
    .argument('<file...>', 'experiment files, then overrides: training.optimizer.learning_rate=0.01')
    .action(run);
  addTrainingOptions(command);
}

async function run(words: string[], options: TrainingOptions): Promise<void> {
  const { splitArguments, loadAll } = await import('./experiment-arguments.js');
  const experiments = await loadAll(splitArguments(words));
  const jobs = await Promise.all(experiments.map((experiment) => toJob(experiment, options)));
  const engine = await chooseEngine(options);
  const { LocalScheduler } = await import('../scheduling/local.js');
  const { runJob } = await import('./run-job.js');
  const { listenForInterrupts } = await import('./interrupts.js');
  const scheduler = new LocalScheduler(engine, 1);
  const interruption = listenForInterrupts(() => {
    scheduler.close();
  });
  const summaries: Summary[] = [];
  try {
    for (const job of jobs) {
      summaries.push(await runJob(job, scheduler, interruption.signal));
      if (interruption.signal.aborted) break;
    }
  } finally {
    interruption.stop();
    scheduler.close();
  }
  const { printResults } = await import('./run-results.js');
  await printResults(summaries, options);
}

async function toJob({ config, file }: LoadedExperiment, options: TrainingOptions): Promise<Job> {
  const { configHash } = await import('../config/hash.js');
  return {
    config,
    configHash: configHash(config),
    source: resolve(file),
    runsDirectory: resolve(options.runsDir),
    checkpointSeconds: checkpointSeconds(options),
  };
}
