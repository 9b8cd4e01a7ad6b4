import type { Command } from 'commander';
import { type EngineOptions, addEngineOptions } from './engine.js';
import { seconds } from './parsers.js';
import { runsDirectoryOption } from './runs-directory.js';

/** What the user says of a training beside its experiment file. */
export interface TrainingOptions extends EngineOptions {
  runsDir: string;
  checkpointSeconds?: number;
  /** Name of a registered model. */
  register?: string;
  json?: true;
}

/** Adds what every command takes that trains. */
export function addTrainingOptions(command: Command): void {
  command
    .addOption(runsDirectoryOption())
    .option('--checkpoint-seconds <n>', 'longest time between two checkpoints (default: 30)', seconds)
    .option('--register <name>', 'make the model (of a sweep the best) a version of this registered model in MLflow')
    .option('--json', 'print the summaries as JSON');
  addEngineOptions(command);
}
