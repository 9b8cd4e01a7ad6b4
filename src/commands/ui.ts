import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { colors as pc } from '../text/visible.js';
import { UserError } from '../text/errors.js';
import type { MlflowClient } from '../tracking/mlflow/client.js';
import type { Deliverable } from '../tracking/deliverable.js';
import type { StatusLine } from '../display/status-line.js';
import { wholeNumber } from '../launch/options/parsers.js';
import { runsDirectoryOption } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';

interface Options {
  runsDir: string;
  port?: number;
  open: boolean;
  json?: true;
}

const WATCH_MILLISECONDS = 1000;
/** The version that Ablate is tested with. */
const MLFLOW = 'mlflow==3.17.2';
/** Room for the packages, their downloads and pip's cache of them. */
const MLFLOW_BYTES = 2e9;
/** How long another call that has just begun to serve may take until its address is known. */
const ADDRESS_SECONDS = 150;

/** Adds `ablate ui` to the program. */
export function registerUi(program: Command): void {
  program
    .command('ui')
    .description('open every local run in a local MLflow; runs in progress appear live')
    .addOption(runsDirectoryOption())
    .option('--port <n>', 'of the server on 127.0.0.1 (default: a free one)', wholeNumber(1, 65_535))
    .option('--no-open', "don't open a browser")
    .option('--json', 'print the address as JSON, once all runs are there')
    .action(ui);
}

async function ui(options: Options): Promise<void> {
  const { port } = options;
  const directory = join(resolve(options.runsDir), '.mlflow');
  mkdirSync(directory, { recursive: true });
  const { takeFileLock } = await import('../system/file-lock.js');
  const lock = await takeFileLock(join(directory, 'lock'));
  // Another call serves these runs already, and watches them: its address is all that is needed.
  if (!lock) return show(await readAddress(directory), options);
  const { abortOnInterrupt } = await import('../launch/signals/interrupts.js');
  const { signal, stop } = abortOnInterrupt();
  try {
    await serve({ options, directory, port, signal });
  } finally {
    stop();
    rmSync(addressFile(directory), { force: true });
    await lock.release();
  }
}

interface Serving {
  options: Options;
  directory: string;
  port: number | undefined;
  signal: AbortSignal;
}

/** Serves until Ctrl-C. */
async function serve({ options, directory, port, signal }: Serving): Promise<void> {
  const { duration } = await import('../display/format.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const status = showStatusLine(process.stderr);
  const python = await installMlflow(signal);
  const { LocalServer } = await import('../tracking/local-server.js');
  const onStarting = (seconds: number): void => {
    status.update(`Starting MLflow (${duration(seconds)})`);
  };
  const server = await LocalServer.start({ python, directory, port, onStarting, signal }).finally(status.clear);
  try {
    await importRuns(server.uri, { options, directory, status, signal, ended: abortedBy(server.ended()) });
  } finally {
    status.clear();
    await server.stop();
  }
}

/** A Python that has MLflow: the user's own at ABLATE_MLFLOW, else ours, installed if it isn't there. */
async function installMlflow(signal: AbortSignal): Promise<string> {
  if (process.env.ABLATE_MLFLOW) return process.env.ABLATE_MLFLOW;
  const { ensureManagedPython } = await import('../python/ensure-python.js');
  const { showInstallProgress } = await import('../display/install-progress.js');
  const { onProgress, clear } = showInstallProgress(process.stderr);
  const request = { name: 'mlflow', requirements: [MLFLOW], bytesNeeded: MLFLOW_BYTES, onProgress, signal };
  return ensureManagedPython(request).finally(clear);
}

interface Watching {
  options: Options;
  directory: string;
  status: StatusLine;
  signal: AbortSignal;
  /** Aborted when the server has ended by itself. */
  ended: AbortSignal;
}

/** Brings the server all runs there are, says where it is, and keeps sending what is new, until Ctrl-C. */
async function importRuns(uri: string, { options, directory, status, signal, ended }: Watching): Promise<void> {
  const { MlflowClient } = await import('../tracking/mlflow/client.js');
  const { MlflowConnection } = await import('../tracking/mlflow/connection.js');
  const { RunsImporter } = await import('../tracking/import.js');
  const { count } = await import('../display/format.js');
  const client = new MlflowClient(new MlflowConnection({ uri }));
  const { listDeliverables } = await import('../sweep/deliverables.js');
  const importer = new RunsImporter(() => listDeliverables(options.runsDir), client);
  const listener = {
    onProgress: (done: number, total: number) => {
      status.update(`Importing runs: ${count(done)} of ${count(total)}`);
    },
    onProblem,
  };
  await importer.pass(listener, signal);
  status.clear();
  const address = await firstPage(client, options);
  writeFileSync(addressFile(directory), address);
  await show(address, options);
  process.stderr.write(pc.dim('Ctrl-C ends the server; runs in progress appear live.\n'));
  const quiet = { onProgress: () => undefined, onProblem };
  const stop = AbortSignal.any([signal, ended]);
  for (;;) {
    await sleep(WATCH_MILLISECONDS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    await importer.pass(quiet, stop);
  }
  client.close();
  if (ended.aborted) throw serverEnded(directory);
}

/** A page that compares the newest sweep's runs; without a sweep, those of the newest run's experiment. */
async function firstPage(client: MlflowClient, { runsDir }: Options): Promise<string> {
  const { newestSweep } = await import('../sweep/find.js');
  const sweep = newestSweep(runsDir);
  if (sweep) {
    const { comparisonAddress } = await import('../launch/tracking/comparison-address.js');
    return comparisonAddress(client, sweep);
  }
  const experiment = await newestExperiment(runsDir);
  const { pageAddress } = await import('../tracking/mlflow/address.js');
  if (experiment === undefined) return pageAddress(client.uri, 'experiments');
  const { EXPERIMENT_TAGS } = await import('../tracking/mlflow-mapping.js');
  const experimentId = await client.ensureExperiment(experiment, EXPERIMENT_TAGS);
  return pageAddress(client.uri, `experiments/${experimentId}/runs`, ['compareRunsMode=CHART']);
}

async function newestExperiment(runsDir: string): Promise<string | undefined> {
  const { compareStarts, readIdentity, runDirectories } = await import('../tracking/run-store.js');
  const newest = runDirectories(runsDir)
    .sort((a, b) => compareStarts(a.id, b.id))
    .at(-1);
  return newest && readIdentity(newest).experiment;
}

async function show(address: string, { open, json }: Options): Promise<void> {
  process.stdout.write(json ? `${JSON.stringify({ url: address })}\n` : `${address}\n`);
  if (!open || !process.stdout.isTTY || process.env.CI) return;
  const { default: openBrowser } = await import('open');
  // A machine without a browser: the address is printed.
  await openBrowser(address).catch(() => undefined);
}

function onProblem(run: Deliverable, { message, hint }: UserError): void {
  process.stderr.write(`${pc.red('error')} ${run.id}: ${message}${hint ? `\n  ${pc.cyan(hint)}` : ''}\n`);
}

function addressFile(directory: string): string {
  return join(directory, 'address');
}

/** Where the call that serves already has its server; it may just be starting it. */
async function readAddress(directory: string): Promise<string> {
  const { readTextSync } = await import('../system/regular-file.js');
  for (let waited = 0; waited < ADDRESS_SECONDS; waited++) {
    try {
      return readTextSync(addressFile(directory));
    } catch {
      await sleep(1000);
    }
  }
  throw new UserError(`another \`${ablate('ui')}\` holds these runs, and its server has not come up`, {
    code: 'ui-not-ready',
    hint: `end it with Ctrl-C; ${join(directory, 'server.log')} says what its server does`,
  });
}

function abortedBy(event: Promise<void>): AbortSignal {
  const controller = new AbortController();
  void event.then(() => {
    controller.abort();
  });
  return controller.signal;
}

function serverEnded(directory: string): UserError {
  return new UserError("MLflow's server has ended by itself", {
    code: 'mlflow-server-failed',
    hint: `${join(directory, 'server.log')} says why; \`${ablate('ui')}\` starts it again`,
  });
}
