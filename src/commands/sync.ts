import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../errors.js';
import type { MlflowClient } from '../tracking/mlflow/client.js';
import type { Delivered, DeliveryCount } from '../tracking/run-delivery.js';
import type { Deliverable } from '../tracking/deliverable.js';
import { count } from './format.js';

interface Options {
  runsDir: string;
  register?: string;
  json?: true;
}

type Show = (text: string) => void;

/** What became of one run. */
type Result = Delivered | { id: string; error: UserError };

/** Adds `ablate sync` to the program. */
export function registerSync(program: Command): void {
  program
    .command('sync')
    .description('send runs to the MLflow server at MLFLOW_TRACKING_URI; what has arrived already is not sent again')
    .argument('[id...]', 'runs and sweeps by their ids, or the beginnings of these (default: all)')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--register <name>', 'make the model of a run, or of a sweep its best, a version of this registered model')
    .option('--json', 'print what became of each run as JSON')
    .action(sync);
}

async function sync(ids: string[], { runsDir, register, json }: Options): Promise<void> {
  requireNamed(ids, register);
  const client = await connect();
  const runs = await chooseRuns(runsDir, ids);
  const results = await deliverAll(runs, client, json ? undefined : printResult);
  client.close();
  if (json) process.stdout.write(toJson(client.uri, results));
  else process.stderr.write(summarize(client.uri, results, runs.length));
  if (results.some((result) => 'error' in result)) process.exitCode = 1;
  else if (register !== undefined) await registerNamed(ids, runsDir, register);
}

function requireNamed(ids: string[], register: string | undefined): void {
  if (register === undefined || ids.length > 0) return;
  throw new UserError('--register needs the id of a run or a sweep', {
    code: 'bad-usage',
    hint: `for example: ablate sync ID --register ${register}`,
    exitCode: 2,
  });
}

async function registerNamed(ids: string[], runsDir: string, register: string): Promise<void> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { readSweepState, summaryOf } = await import('../sweep/sweep-state.js');
  const { readSummary } = await import('../tracking/run-store.js');
  const { registerAll } = await import('./register.js');
  const found = ids.map((id) => findSweepOrRun(runsDir, id));
  const summaries = await Promise.all(
    found.map(async (each) => ('sweep' in each ? summaryOf(await readSweepState(each.sweep)) : readSummary(each.run))),
  );
  const ended = summaries.filter((summary) => summary !== undefined);
  await registerAll(ended, runsDir, register);
}

async function connect(): Promise<MlflowClient> {
  const { connectionFromEnvironment } = await import('../tracking/mlflow/connection.js');
  const { MlflowClient } = await import('../tracking/mlflow/client.js');
  const connection = connectionFromEnvironment(process.env);
  if (connection) return new MlflowClient(connection);
  throw new UserError('MLFLOW_TRACKING_URI names no server to send the runs to', {
    code: 'mlflow-uri',
    hint: 'for example: MLFLOW_TRACKING_URI=http://127.0.0.1:5000 ablate sync',
    exitCode: 2,
  });
}

async function chooseRuns(runsDir: string, ids: string[]): Promise<Deliverable[]> {
  const { findDeliverables, listDeliverables } = await import('../sweep/deliverables.js');
  return ids.length > 0 ? findDeliverables(runsDir, ids) : listDeliverables(runsDir);
}

/** Sends run after run. One that can't be sent holds up no other, unless it is the server that fails. */
async function deliverAll(
  runs: Deliverable[],
  client: MlflowClient,
  onResult?: (result: Result) => void,
): Promise<Result[]> {
  const { MlflowError } = await import('../tracking/mlflow/errors.js');
  const { isLive, outputOn } = await import('./output.js');
  const { print, update, clear } = outputOn(process.stderr);
  const results: Result[] = [];
  for (const [index, run] of runs.entries()) {
    const show = (text: string): void => {
      update(`${index + 1}/${runs.length}  ${run.id}  ${text}`);
    };
    const result = await deliver(run, client, show, isLive(process.stderr) ? show : print);
    clear();
    onResult?.(result);
    results.push(result);
    if ('error' in result && result.error instanceof MlflowError) break;
  }
  return results;
}

/**
 * @param show where there is a line that changes
 * @param tell what the user should know even where there is none: that we wait
 */
async function deliver(run: Deliverable, client: MlflowClient, show: Show, tell: Show): Promise<Result> {
  const delivery = await import('../tracking/sync.js');
  let told = '';
  show('');
  try {
    return await delivery.deliver(run, client, {
      onProgress: (count) => {
        show(describeCount(count));
      },
      onWaiting: ({ message }) => {
        if (message !== told) tell(`waiting: ${message}`);
        told = message;
      },
    });
  } catch (error) {
    if (error instanceof UserError) return { id: run.id, error };
    throw error;
  }
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
  for (const refused of result.refused) process.stderr.write(`${pc.yellow('refused')} ${result.id}: ${refused}\n`);
}

function describeCount({ points, files }: DeliveryCount): string {
  return `${count(points)} points, ${count(files)} files`;
}

function summarize(uri: string, results: Result[], total: number): string {
  const arrived = results.filter((result) => !('error' in result)).length;
  const missing = total - arrived;
  const rest = missing > 0 ? `; ${missing} not yet: \`ablate sync\` goes on where this ended` : '';
  return `${arrived} of ${total} runs at ${uri}${rest}\n`;
}

function toJson(server: string, results: Result[]): string {
  const runs = results.map((result) => {
    if (!('error' in result)) return { ...result, error: null };
    const { code, message, hint } = result.error;
    return { id: result.id, error: { code, message, hint } };
  });
  return `${JSON.stringify({ server, runs }, undefined, 2)}\n`;
}
