import type { Command } from 'commander';
import { colors as pc } from '../text/visible.js';
import { badUsage, UserError } from '../text/errors.js';
import type { MlflowClient } from '../tracking/mlflow/client.js';
import type { Delivered, DeliveryCount } from '../tracking/run-delivery.js';
import type { Deliverable } from '../tracking/deliverable.js';
import { ablate } from '../system/shell.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';
import { counted } from '../text/words.js';

interface Options {
  runsDir: string;
  register?: string;
  json?: true;
}

/** Runs on their way at once. */
const SIDE_BY_SIDE = 8;

type Show = (text: string) => void;

/** What became of one run. */
type Result = Delivered | { id: string; error: UserError };

/** Adds `ablate sync` to the program. */
export function registerSync(program: Command): void {
  program
    .command('sync')
    .description('send runs to the MLflow server at MLFLOW_TRACKING_URI; what has arrived already is not sent again')
    .argument('[id...]', `runs and sweeps, each ${NAMES} (default: all)`)
    .addOption(runsDirectoryOption())
    .option('--register <name>', 'make the model of a run, or of a sweep its best, a version of this registered model')
    .option('--json', 'print what became of each run as JSON')
    .action(sync);
}

async function sync(ids: string[], { runsDir, register, json }: Options): Promise<void> {
  requireNamed(ids, register);
  const { isOfAllArtifacts } = await import('../tracking/run-delivery.js');
  const { requireModelName } = await import('../tracking/mlflow/names.js');
  if (register !== undefined) requireModelName(register);
  const client = await connect();
  const runs = await chooseRuns(runsDir, ids);
  const onResult = json ? undefined : resultPrinter(isOfAllArtifacts);
  const results = await deliverAll(runs, client, onResult, await adoptedBy(ids));
  client.close();
  if (json) process.stdout.write(toJson(client.uri, results));
  else process.stderr.write(summarize(client.uri, results, runs.length));
  if (results.some(isIncomplete)) process.exitCode = 1;
  const hasArtifacts = (result: Result): boolean => !('error' in result) && !result.refused.some(isOfAllArtifacts);
  if (register !== undefined && results.every(hasArtifacts)) await registerNamed(ids, runsDir, register);
}

/** Not arrived, or not all of it: the server may refuse something, or all artifacts. */
function isIncomplete(result: Result): boolean {
  return 'error' in result || result.refused.length > 0;
}

function requireNamed(ids: string[], register: string | undefined): void {
  if (register === undefined || ids.length > 0) return;
  throw badUsage('--register needs the id of a run or a sweep', `name one of those that \`${ablate('ls')}\` lists`);
}

/** `MLFLOW_RUN_ID` is of one run. */
async function adoptedBy(ids: string[]): Promise<string | undefined> {
  const { takeRunId } = await import('../tracking/mlflow/adopted-run.js');
  return ids.length === 1 ? takeRunId(process.env) : undefined;
}

async function registerNamed(ids: string[], runsDir: string, register: string): Promise<void> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { readSweepState, summaryOf } = await import('../sweep/sweep-state.js');
  const { readSummary } = await import('../tracking/run-store.js');
  const { registerAll } = await import('../launch/terminal/register.js');
  const found = ids.map((id) => findSweepOrRun(runsDir, id));
  const summaries = await Promise.all(
    found.map(async (each) => ('sweep' in each ? summaryOf(await readSweepState(each.sweep)) : readSummary(each.run))),
  );
  const ended = summaries.filter((summary) => summary !== undefined);
  await registerAll(ended, runsDir, register);
}

async function connect(): Promise<MlflowClient> {
  const { clientFromEnvironment } = await import('../tracking/mlflow/environment.js');
  const client = clientFromEnvironment(process.env);
  if (client) return client;
  throw new UserError('MLFLOW_TRACKING_URI names no server to send the runs to', {
    code: 'mlflow-uri',
    hint: `for example: MLFLOW_TRACKING_URI=http://127.0.0.1:5000 ${ablate('sync')}`,
    exitCode: 2,
  });
}

async function chooseRuns(runsDir: string, ids: string[]): Promise<Deliverable[]> {
  const { findDeliverables, listDeliverables } = await import('../sweep/deliverables.js');
  return ids.length > 0 ? findDeliverables(runsDir, ids) : listDeliverables(runsDir);
}

/**
 * Sends some runs side by side: most of the time goes by in waiting for the server. One that can't be sent holds up no
 * other, unless it is the server that fails.
 */
async function deliverAll(
  runs: Deliverable[],
  client: MlflowClient,
  onResult: ((result: Result) => void) | undefined,
  adopted: string | undefined,
): Promise<Result[]> {
  const { forEachConcurrently } = await import('../system/concurrently.js');
  const { MlflowError } = await import('../tracking/mlflow/errors.js');
  const { isLive, outputOn } = await import('../display/output.js');
  const { print, update, clear } = outputOn(process.stderr);
  const results = new Map<string, Result>();
  const said = new Set<string>();
  const sayOnce = (text: string): void => {
    if (!said.has(text)) print(text);
    said.add(text);
  };
  const refused: string[] = [];
  await forEachConcurrently(runs, SIDE_BY_SIDE, async (run) => {
    if (refused.length > 0) return;
    const show = (text: string): void => {
      update(`${results.size}/${runs.length}  ${run.id}  ${text}`);
    };
    const result = await deliver(run, client, { show, tell: isLive(process.stderr) ? show : sayOnce, adopted });
    results.set(run.id, result);
    clear();
    const isRefused = 'error' in result && result.error instanceof MlflowError;
    if (isRefused) refused.push(run.id);
    // Of those that were on their way when the server failed, one says it.
    if (!isRefused || refused.length === 1) onResult?.(result);
  });
  return runs.flatMap(({ id }) => results.get(id) ?? []);
}

interface Delivery {
  /** Where there is a line that changes. */
  show: Show;
  /** What the user should know even where there is none: that we wait. */
  tell: Show;
  /** The run on the server that it becomes. */
  adopted: string | undefined;
}

async function deliver(run: Deliverable, client: MlflowClient, { show, tell, adopted }: Delivery): Promise<Result> {
  const delivery = await import('../tracking/sync.js');
  show('');
  try {
    return await delivery.deliver(run, client, {
      adopted,
      onProgress: (count) => {
        show(describeCount(count));
      },
      onWaiting: ({ message }) => {
        tell(`waiting: ${message}`);
      },
    });
  } catch (error) {
    if (error instanceof UserError) return { id: run.id, error };
    throw error;
  }
}

/** What a server refuses of all runs is said once. */
function resultPrinter(isOfAllArtifacts: (refused: string) => boolean): (result: Result) => void {
  const said = new Set<string>();
  return (result) => {
    printResult(result);
    const refused = 'error' in result ? [] : result.refused;
    for (const text of refused) {
      const line = isOfAllArtifacts(text) ? text : `${result.id}: ${text}`;
      if (!said.has(line)) process.stderr.write(`${pc.yellow('refused')} ${line}\n`);
      said.add(line);
    }
  };
}

/** A line for each run that had something to send: on standard output what arrived, on standard error what didn't. */
function printResult(result: Result): void {
  if ('error' in result) {
    const hint = result.error.hint ? `\n  ${pc.cyan(result.error.hint)}` : '';
    process.stderr.write(`${pc.red('error')} ${result.id}: ${result.error.message}${hint}\n`);
    return;
  }
  const hasNews = result.points > 0 || result.files > 0;
  if (hasNews) process.stdout.write(`${result.id}  ${pc.dim(`${describeCount(result)}  ${result.url}`)}\n`);
}

function describeCount({ points, files }: DeliveryCount): string {
  return `${counted(points, 'point')}, ${counted(files, 'file')}`;
}

function summarize(uri: string, results: Result[], total: number): string {
  const arrived = results.filter((result) => !('error' in result)).length;
  const missing = total - arrived;
  const rest = missing > 0 ? `; ${missing} not yet: \`${ablate('sync')}\` continues where this ended` : '';
  return `${arrived} of ${counted(total, 'run')} at ${uri}${rest}\n`;
}

function toJson(server: string, results: Result[]): string {
  const runs = results.map((result) => {
    if (!('error' in result)) return { ...result, error: null };
    const { code, message, hint } = result.error;
    return { id: result.id, error: { code, message, hint } };
  });
  return `${JSON.stringify({ server, runs }, undefined, 2)}\n`;
}
