import type { Command } from 'commander';
import type { TrainedModel } from '../inference/trained-model.js';
import type { DriftMonitor } from '../serving/drift.js';
import type { PredictionService } from '../serving/prediction-service.js';
import type { Server } from '../serving/server.js';
import { type EngineOptions, addEngineOptions, wholeNumber } from './engine.js';
import { addModelArgument } from './model-arguments.js';
import type { StatusLine } from './status-line.js';

interface Options extends EngineOptions {
  runsDir: string;
  host: string;
  port: string;
  grace: string;
  drift: boolean;
  json?: true;
}

/** Images of the model's own data that later inputs are compared with. */
const REFERENCE_IMAGES = 5000;

/** Adds `ablate serve` to the program. */
export function registerServe(program: Command): void {
  const command = addModelArgument(program.command('serve'))
    .description('serve a trained model over HTTP, with a page to draw on')
    .option('--host <address>', 'the address to listen at; 0.0.0.0 for all', '127.0.0.1')
    .option('--port <n>', 'the port; 0 for any that is free', '8080')
    .option('--grace <seconds>', 'how long SIGTERM lets clients go elsewhere before the port is closed', '1')
    .option('--no-drift', "don't compare requests with the model's own data, which needn't be here then")
    .option('--json', 'print the address as JSON')
    .action(serve);
  addEngineOptions(command);
}

async function serve(run: string, options: Options): Promise<void> {
  const port = options.port === '0' ? 0 : wholeNumber('--port', options.port, 65535);
  const grace = options.grace === '0' ? 0 : wholeNumber('--grace', options.grace, 3600);
  const { findModelOf } = await import('./find-model.js');
  const { showStatusLine } = await import('./status-line.js');
  const { createServer } = await import('../serving/server.js');
  const model = await findModelOf(run, options.runsDir);
  const status = showStatusLine(process.stderr);
  const signals = listenForSignals();
  const service = await startService(model, options, status);
  try {
    const drift = options.drift ? await startDriftMonitor(service, status) : undefined;
    const server = await createServer({ service, drift });
    const url = await listen(server, options.host, port);
    status.clear();
    process.stdout.write(options.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
    process.stderr.write('Ctrl-C ends it; SIGHUP loads the model anew.\n');
    await serveUntilStopped({ server, service, signals, grace });
  } finally {
    status.clear();
    signals.close();
    service.close();
  }
}

async function startService(model: TrainedModel, options: Options, status: StatusLine): Promise<PredictionService> {
  const { chooseEngine } = await import('./engine.js');
  const { PredictionService } = await import('../serving/prediction-service.js');
  const engine = await chooseEngine(options);
  status.update('Starting TensorFlow and loading the model');
  const service = new PredictionService(engine, model, say);
  await service.start();
  return service;
}

/** Without the model's own data it serves all the same, and says so. */
async function startDriftMonitor(service: PredictionService, status: StatusLine): Promise<DriftMonitor | undefined> {
  const { UserError } = await import('../errors.js');
  const { experimentOf } = await import('./inference-session.js');
  const { DriftMonitor } = await import('../serving/drift.js');
  status.update("Reading the model's own data, to notice drift");
  try {
    const reference = await service.reference(await experimentOf(service.model), REFERENCE_IMAGES);
    return new DriftMonitor(reference, service.model.classes.length);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    status.clear();
    say(`drift isn't watched: ${error.message}`);
    return undefined;
  }
}

/** @throws UserError `address-not-available` */
async function listen({ app }: Server, host: string, port: number): Promise<string> {
  const { UserError, messageOf } = await import('../errors.js');
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw new UserError(`can't listen at ${host}:${port}: ${messageOf(error)}`, {
      code: 'address-not-available',
      hint: 'choose another port: --port 0 takes any that is free',
      cause: error,
    });
  }
}

interface UntilStopped {
  server: Server;
  service: PredictionService;
  signals: Signals;
  /** Seconds. */
  grace: number;
}

/** In the end every request that has been taken is answered. */
async function serveUntilStopped({ server, service, signals, grace }: UntilStopped): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  const { messageOf } = await import('../errors.js');
  signals.onReload(() => {
    service.reload().then(
      () => {
        say('the model is loaded anew');
      },
      (error: unknown) => {
        say(`the model stays as it was: ${messageOf(error)}`);
      },
    );
  });
  const signal = await signals.stopped;
  server.retire();
  if (signal === 'SIGTERM' && grace > 0) await sleep(1000 * grace);
  await server.app.close();
}

interface Signals {
  stopped: Promise<NodeJS.Signals>;
  onReload: (reload: () => void) => void;
  close: () => void;
}

function listenForSignals(): Signals {
  const controller = new AbortController();
  let reload: (() => void) | undefined;
  const onReload = (): void => reload?.();
  let stop: ((signal: NodeJS.Signals) => void) | undefined;
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    stop = resolve;
  });
  const onStop = (signal: NodeJS.Signals): void => {
    // A second time means at once.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    stop?.(signal);
  };
  process.on('SIGINT', onStop).on('SIGTERM', onStop).on('SIGHUP', onReload);
  return {
    stopped,
    onReload: (listener) => {
      reload = listener;
    },
    close: () => {
      process.off('SIGINT', onStop).off('SIGTERM', onStop).off('SIGHUP', onReload);
    },
  };
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
