import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { registerCheck } from './commands/check.js';
import { registerCompare } from './commands/compare.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExplain } from './commands/explain.js';
import { registerExport } from './commands/export.js';
import { registerInstall } from './commands/install.js';
import { registerLs } from './commands/ls.js';
import { registerPlan } from './commands/plan.js';
import { registerPredict } from './commands/predict.js';
import { registerPreview } from './commands/preview.js';
import { registerQueue } from './commands/queue.js';
import { registerResume } from './commands/resume.js';
import { registerRun } from './commands/run.js';
import { registerServe } from './commands/serve.js';
import { registerShow } from './commands/show.js';
import { registerSlurmTask } from './commands/slurm-task.js';
import { registerStatus } from './commands/status.js';
import { registerSweep } from './commands/sweep.js';
import { registerSync } from './commands/sync.js';
import { registerUi } from './commands/ui.js';
import { registerWorker } from './commands/worker.js';
import { UserError, messageOf } from './errors.js';
import { VERSION } from './version.js';

/** The program's entry: the only place that prints an error or sets the exit code. */
export async function main(args: string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, args);
  }
}

function createProgram(): Command {
  const program = new Command('ablate')
    .description('Answers neural-network design questions by measurement: experiments in YAML, trained natively.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for the program or a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const register of [
    registerRun,
    registerSweep,
    registerResume,
    registerCheck,
    registerPlan,
    registerPreview,
    registerStatus,
    registerLs,
    registerShow,
    registerCompare,
    registerPredict,
    registerEvaluate,
    registerExplain,
    registerExport,
    registerServe,
    registerUi,
    registerSync,
    registerWorker,
    registerQueue,
    registerSlurmTask,
    registerInstall,
    registerDoctor,
  ]) {
    register(program);
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program.addHelpText('after', '\nFirst steps:\n  ablate run experiments/baseline.yaml');
}

/** Prints an error and tells the exit code: 1 a run failed, 2 bad usage or configuration, 130 interrupted. */
function report(error: unknown, args: string[]): number {
  const json = args.includes('--json');
  if (error instanceof CommanderError) return reportUsage(error, { json, command: args[0] });
  if (!(error instanceof UserError)) return reportBug(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: toJson(error) }, null, 2)}\n`);
  const colors = pc.createColors(useColor());
  // A configuration's mistakes carry their own "error" at each place.
  const prefix = error.code === 'invalid-config' ? '' : `${colors.red('error')} `;
  const hint = error.hint ? `\n${colors.cyan(error.hint)}` : '';
  process.stderr.write(`${prefix}${error.message}${hint}\n`);
  return error.exitCode;
}

function toJson(error: UserError): object {
  const { code, message, hint } = error;
  return { code, message, hint, ...('problems' in error ? { problems: error.problems } : {}) };
}

function reportUsage(error: CommanderError, { json, command }: { json: boolean; command: string }): number {
  if (error.exitCode === 0) return 0; // --help and --version have printed what was asked for
  const message = error.message.replace(/^error: /, '');
  if (message === '(outputHelp)') return 2;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'bad-usage', message } }, null, 2)}\n`);
  const isOfCommand = error.code !== 'commander.unknownCommand' && !command.startsWith('-');
  const help = isOfCommand ? `ablate ${command} --help` : 'ablate --help';
  process.stderr.write(`${pc.createColors(useColor()).red('error')} ${message}\n\`${help}\` lists what there is\n`);
  return 2;
}

function reportBug(error: unknown): number {
  const stack = process.env.ABLATE_DEBUG && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  process.stderr.write(
    `internal error: ${messageOf(error)}${stack}\n` +
      'This is a bug of Ablate, not of yours. ABLATE_DEBUG=1 shows where it happened; please report it with that.\n',
  );
  return 1;
}

function useColor(): boolean {
  return pc.isColorSupported && process.stderr.isTTY;
}
