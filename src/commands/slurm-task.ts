import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { addEngineOptions, chooseEngine, type EngineOptions } from './engine.js';

/** Adds what Slurm calls for each trial; users don't. */
export function registerSlurmTask(program: Command): void {
  const command = program.command('slurm-task', { hidden: true }).argument('<list>').action(work);
  addEngineOptions(command);
}

/** The shell's command line that does the task of an array, given its list of trials. */
export function slurmTaskCommand(backend: string): (list: string) => string {
  return (list) => [process.execPath, process.argv[1], 'slurm-task', list, '--backend', backend].map(quoted).join(' ');
}

async function work(list: string, options: EngineOptions): Promise<void> {
  const { SLURM_ARRAY_TASK_ID: index, SLURM_JOB_ID: job } = process.env;
  const trial = readFileSync(list, 'utf8').split('\n')[Number(index)];
  // The list lies in RUNS/.slurm/arrays.
  const runsDir = resolve(dirname(list), '../..');
  const { openWorkerPlace } = await import('./worker-place.js');
  // The task runs as the user who has submitted it, and may read what he may.
  const roots = { runsDir, dataRoot: ['/'], concurrency: '1' };
  const { place, close } = await openWorkerPlace(await chooseEngine(options), roots);
  const { performTask } = await import('../remote/slurm/slurm-task.js');
  try {
    await performTask(trial, place, job);
  } finally {
    close();
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
