import { type Command, Option } from 'commander';
import type { EngineSettings } from '../engine.js';
import { BACKENDS, BOUNDS } from '../settings.js';
import { wholeNumber } from './parsers.js';

/** What the user says of the engine. */
export type EngineOptions = EngineSettings;

/** Adds `--backend` and `--threads` to a command that starts a worker. */
export function addEngineOptions(command: Command): void {
  command
    .addOption(
      new Option('--backend <name>', 'native TensorFlow, or JavaScript, hundreds of times slower')
        .choices(BACKENDS)
        .default('tensorflow'),
    )
    .option('--threads <n>', 'threads for TensorFlow (default: one a core)', wholeNumber(...BOUNDS.threads));
}

export function readEngineOptions({ backend, threads }: EngineOptions): EngineSettings {
  return { backend, threads };
}
