import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { addEngineOptions, type EngineOptions } from '../launch/options/engine.js';

/** Adds what Slurm calls for each trial; users don't. */
export function registerSlurmTask(program: Command): void {
  const command = program.command('slurm-task', { hidden: true }).argument('<list>').action(work);
  addEngineOptions(command);
}

async function work(list: string, options: EngineOptions): Promise<void> {
  const { SLURM_ARRAY_TASK_ID: index, SLURM_JOB_ID: job } = process.env;
  const { readTextSync } = await import('../system/regular-file.js');
  const trial = readTextSync(list).split('\n')[Number(index)];
  // The list lies in RUNS/.slurm/arrays.
  const runsDir = resolve(dirname(list), '../..');
  const { chooseEngine } = await import('../launch/terminal/engine.js');
  const { openWorkerPlace } = await import('../launch/worker-place.js');
  // The task runs as the user who has submitted it, and may read what he may.
  const roots = { runsDir, dataRoot: ['/'], concurrency: 1 };
  const { place, close } = await openWorkerPlace(await chooseEngine(options), roots);
  const { performTask } = await import('../remote/slurm/slurm-task.js');
  try {
    await performTask(trial, place, job);
  } finally {
    close();
  }
}
