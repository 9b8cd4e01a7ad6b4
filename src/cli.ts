import { Command, CommanderError } from 'commander';
import { registerBest } from './commands/best.js';
import { registerCheck } from './commands/check.js';
import { registerCompare } from './commands/compare.js';
import { registerDiff } from './commands/diff.js';
import { registerDoctor } from './commands/doctor.js';
import { registerDatasets } from './commands/datasets.js';
import { registerDu } from './commands/du.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExplain } from './commands/explain.js';
import { registerExport } from './commands/export.js';
import { registerInit } from './commands/init.js';
import { registerInstall } from './commands/install.js';
import { registerLs } from './commands/ls.js';
import { registerPlan } from './commands/plan.js';
import { registerPredict } from './commands/predict.js';
import { registerPreview } from './commands/preview.js';
import { registerQueue } from './commands/queue.js';
import { registerRename } from './commands/rename.js';
import { registerResume } from './commands/resume.js';
import { registerRm } from './commands/rm.js';
import { registerRun } from './commands/run.js';
import { registerServe } from './commands/serve.js';
import { registerShow } from './commands/show.js';
import { registerSlurmTask } from './commands/slurm-task.js';
import { registerStatus } from './commands/status.js';
import { registerSweep } from './commands/sweep.js';
import { registerSync } from './commands/sync.js';
import { registerTag } from './commands/tag.js';
import { registerUi } from './commands/ui.js';
import { registerWorker } from './commands/worker.js';
import type { Problem } from './config/text/problems.js';
import { UserError, messageOf, withDiskErrorsTold } from './text/errors.js';
import { surviveOutputErrors } from './system/output-errors.js';
import { ablate, rememberCall, rememberRunsDirectory, shellWord } from './system/shell.js';
import { VERSION } from './system/version.js';
import { colorsOn, guardOutput } from './text/visible.js';

/** The program's entry: the only place that prints an error or sets the exit code. */
export async function main(args: string[]): Promise<void> {
  rememberCall();
  surviveOutputErrors();
  guardOutput(process.stdout);
  guardOutput(process.stderr);
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = await report(error, args);
  }
}

/** All commands, none of them called yet. */
export function createProgram(): Command {
  const program = new Command(ablate())
    .description('Answers neural-network design questions by measurement: experiments in YAML, trained natively.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for the program or a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const register of [
    registerInit,
    registerRun,
    registerSweep,
    registerResume,
    registerCheck,
    registerPlan,
    registerPreview,
    registerStatus,
    registerLs,
    registerShow,
    registerDiff,
    registerDatasets,
    registerDu,
    registerTag,
    registerRename,
    registerRm,
    registerBest,
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
  program.hook('preAction', rememberRuns);
  return program.addHelpText('after', `\nFirst steps:\n  ${ablate('init')}\n  ${ablate('run', 'experiment.yaml')}`);
}

function rememberRuns(program: Command, command: Command): void {
  const takers = program.commands.filter(({ options }) => options.some(({ long }) => long === '--runs-dir'));
  const { runsDir } = command.opts<{ runsDir?: string }>();
  rememberRunsDirectory(
    runsDir,
    takers.map((each) => each.name()),
  );
}

/** Prints an error and tells the exit code: 1 a run failed, 2 bad usage or configuration, 130 interrupted. */
async function report(thrown: unknown, args: string[]): Promise<number> {
  const error = withDiskErrorsTold(thrown);
  const json = args.includes('--json');
  if (error instanceof CommanderError) return reportUsage(error, { json, command: args[0] });
  if (!(error instanceof UserError)) return reportBug(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: toJson(error) }, null, 2)}\n`);
  const colors = colorsOn(process.stderr);
  const { columns: width = Infinity } = process.stderr as { columns?: number };
  if ('problems' in error) {
    const { formatProblems } = await import('./config/text/format-problems.js');
    process.stderr.write(`${formatProblems(error.problems as Problem[], { colors, width })}\n`);
    return error.exitCode;
  }
  const { wrapped } = await import('./display/wrapped.js');
  const told = `${colors.red('error')} ${error.message}`.split('\n').map((line) => wrapped(line, '', width));
  const hint = (error.hint ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => colors.cyan(wrapped(line, '', width)));
  process.stderr.write([...told, ...hint].join(''));
  return error.exitCode;
}

function toJson(error: UserError): object {
  const { code, message, hint, files } = error;
  return { code, message, hint, files, ...('problems' in error ? { problems: error.problems } : {}) };
}

async function reportUsage(
  error: CommanderError,
  { json, command }: { json: boolean; command: string },
): Promise<number> {
  if (error.exitCode === 0) return 0; // --help and --version have printed what was asked for
  const message = error.message.replace(/^error: /, '');
  if (message === '(outputHelp)') return 2;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'bad-usage', message } }, null, 2)}\n`);
  const isOfCommand = error.code !== 'commander.unknownCommand' && !command.startsWith('-');
  const help = isOfCommand ? ablate(command, '--help') : ablate('--help');
  process.stderr.write(`${colorsOn(process.stderr).red('error')} ${message}\n\`${help}\` lists what there is\n`);
  const override = /^unknown option '--(\w+[.[][^=]*=.*)'/s.exec(message)?.[1];
  if (override !== undefined) process.stderr.write(`an override is written without dashes: ${shellWord(override)}\n`);
  if (message === "missing required argument 'file'") {
    const { firstStep } = await import('./config/first-step.js');
    process.stderr.write(`${firstStep()}\n`);
  }
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
