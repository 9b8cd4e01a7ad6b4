import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import type { EngineSettings } from '../engine.js';
import { wholeNumber } from './read-number.js';

/** What the user says of the engine. */
export interface EngineOptions {
  backend: string;
  threads?: string;
}

/** Adds `--backend` and `--threads` to a command that starts a worker. */
export function addEngineOptions(command: Command): void {
  command
    .option('--backend <name>', 'tensorflow, or cpu: JavaScript, hundreds of times slower', 'tensorflow')
    .option('--threads <n>', 'threads for TensorFlow (default: one a core)');
}

/** @throws UserError `bad-usage` */
export function readEngineOptions({ backend, threads }: EngineOptions): EngineSettings {
  if (backend !== 'tensorflow' && backend !== 'cpu') {
    throw new UserError(`--backend is ${backend}; expected tensorflow or cpu`, { code: 'bad-usage', exitCode: 2 });
  }
  return { backend, threads: threads === undefined ? undefined : wholeNumber('--threads', threads, 127) };
}
