import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { type EngineOptions, addEngineOptions } from './engine.js';
import { runsDirectoryOption } from './runs-directory.js';

/** What the user says of a training beside its experiment file. */
export interface TrainingOptions extends EngineOptions {
  runsDir: string;
  checkpointSeconds?: string;
  /** Name of a registered model. */
  register?: string;
  json?: true;
}

/** Adds what every command takes that trains. */
export function addTrainingOptions(command: Command): void {
  command
    .addOption(runsDirectoryOption())
    .option('--checkpoint-seconds <n>', 'longest time between two checkpoints (default: 30)')
    .option('--register <name>', 'make the model (of a sweep the best) a version of this registered model in MLflow')
    .option('--json', 'print the summaries as JSON');
  addEngineOptions(command);
}

/**
 * The longest time between two checkpoints; undefined for the usual.
 * @throws UserError `bad-usage`
 */
export function checkpointSeconds({ checkpointSeconds: text }: TrainingOptions): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new UserError(`--checkpoint-seconds is ${text}; expected a number of seconds`, {
    code: 'bad-usage',
    exitCode: 2,
  });
}
