import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import type { TableModel } from '../inference/table-model.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { LocatedExperiment } from '../protocol/job.js';
import type { TestScore } from '../serving/answering.js';
import type { AnyService } from '../serving/prediction-service.js';
import type { Server, Serving } from '../serving/server.js';
import type { Successor } from '../serving/successor.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { addModelArgument } from '../launch/options/model-arguments.js';
import { wholeNumber } from '../launch/options/parsers.js';
import type { ServeSignals } from '../launch/signals/serve-signals.js';
import type { StatusLine } from '../display/status-line.js';

interface Options extends EngineOptions {
  runsDir: string;
  host: string;
  allowedHosts?: string;
  port: number;
  grace: number;
  drift: boolean;
  json?: true;
}

/** Images or rows of the model's own data that later inputs are compared with. */
const REFERENCES = 5000;
/** Of these, shown on the page to try. */
const SAMPLES = 10;

/** Adds `ablate serve` to the program. */
export function registerServe(program: Command): void {
  const command = addModelArgument(program.command('serve'))
    .description('serve a trained model over HTTP, with a page to try it on')
    .option('--host <address>', 'the address to listen at; 0.0.0.0 for all', '127.0.0.1')
    .option(
      '--allowed-hosts <names>',
      "names that requests may ask by besides this machine's: a.org,*.b.org; * for any",
    )
    .option('--port <n>', 'the port; 0 for any that is free', wholeNumber(0, 65_535), 8080)
    .option(
      '--grace <seconds>',
      'how long SIGTERM lets clients go elsewhere before the port is closed',
      wholeNumber(0, 3600),
      5,
    )
    .option('--no-drift', "don't compare requests with the model's own data, which needn't be here then")
    .option('--json', 'print the address as JSON')
    .action(serve);
  addEngineOptions(command);
}

async function serve(run: string, options: Options): Promise<void> {
  const { port, grace } = options;
  const { findAnyModelOf, refuseMasks } = await import('../launch/find-model.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const { createServer } = await import('../serving/server.js');
  const { listenForSignals } = await import('../launch/signals/serve-signals.js');
  const { passedSocket } = await import('../serving/port.js');
  const fd = passedSocket();
  const model = await findAnyModelOf(run, options.runsDir);
  refuseMasks(model, 'served');
  const status = showStatusLine(process.stderr);
  const signals = listenForSignals();
  const service = await startService(model, options, status);
  try {
    const answering = await answeringOf(service, options, status);
    const score = await scoreOf(model);
    const server = await createServer({ service, answering, score, allowedHosts: allowedHosts(options) });
    const url = await listen(server, { host: options.host, port, ...(fd === undefined ? {} : { fd }) });
    status.clear();
    process.stdout.write(options.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
    process.stderr.write('Ctrl-C ends it; SIGHUP loads the model anew, SIGUSR2 starts a successor.\n');
    await serveUntilStopped({ server, service, signals, grace });
  } finally {
    status.clear();
    signals.close();
    service.close();
  }
}

/** Who is let to listen at a name is let to be asked by it. */
function allowedHosts({ host, allowedHosts = '' }: Options): string[] {
  return [host, ...allowedHosts.split(',')].map((name) => name.trim()).filter((name) => name !== '');
}

async function startService(
  model: TrainedModel | TableModel,
  options: Options,
  status: StatusLine,
): Promise<AnyService> {
  const { chooseEngine } = await import('../launch/terminal/engine.js');
  const { isTableModel } = await import('../inference/table-model.js');
  const { PredictionService } = await import('../serving/prediction-service.js');
  const engine = await chooseEngine(options);
  status.update('Starting TensorFlow and loading the model');
  const service = isTableModel(model)
    ? new PredictionService(engine, model, say)
    : new PredictionService(engine, model, say);
  await service.start();
  return service;
}

/** How requests are answered: by what the model takes, and with its own data where they are wanted and can be read. */
async function answeringOf(service: AnyService, options: Options, status: StatusLine): Promise<Serving['answering']> {
  const { isOfRows } = await import('../serving/prediction-service.js');
  const samples = isAmongUs(options) ? SAMPLES : 0;
  const own = <T>(read: (experiment: LocatedExperiment) => Promise<T>): Promise<T | undefined> =>
    options.drift ? readOwnData(service.model, read, status) : Promise.resolve(undefined);
  if (isOfRows(service)) {
    const { answerRows } = await import('../serving/rows/answer-rows.js');
    const rows = await own((experiment) => service.ownRows(experiment, { rows: REFERENCES, samples }));
    return (batching) => answerRows(service, rows, batching);
  }
  const { answerImages } = await import('../serving/images/answer-images.js');
  const images = await own((experiment) => service.ownData(experiment, { images: REFERENCES, samples }));
  return (batching) => answerImages(service, images, batching);
}

/** Without the model's own data it serves all the same, and says so. */
async function readOwnData<T>(
  model: TrainedModel | TableModel,
  read: (experiment: LocatedExperiment) => Promise<T>,
  status: StatusLine,
): Promise<T | undefined> {
  const { UserError } = await import('../text/errors.js');
  const { experimentOf } = await import('../launch/inference-session.js');
  status.update("Reading the model's own data, to notice drift");
  try {
    return await read(await experimentOf(model));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    status.clear();
    say(`drift isn't watched: ${error.message}`);
    return undefined;
  }
}

/** Whether only who sits at this machine can ask: the model's own data are shown to no one else. */
function isAmongUs({ host, allowedHosts }: Options): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host) && allowedHosts === undefined;
}

/** Of a run; a folder of a model knows nothing of its test. */
async function scoreOf({ run }: TrainedModel | TableModel): Promise<TestScore | null> {
  if (run === undefined) return null;
  const { listRun, runDirectory } = await import('../tracking/run-store.js');
  const { metrics, samples } = listRun(runDirectory(dirname(run), basename(run))).summary ?? {};
  if (metrics === undefined || samples === undefined) return null;
  const ofTest = Object.entries(metrics).filter(([name]) => name.startsWith('test_') && name !== 'test_loss');
  return { metrics: Object.fromEntries(ofTest.map(([name, value]) => [name.slice(5), value])), count: samples.test };
}

interface ListenAt {
  host: string;
  port: number;
  /** A socket that listens already, wherever that is. */
  fd?: number;
}

/** @throws UserError `address-not-available` */
async function listen({ app }: Server, listenAt: ListenAt): Promise<string> {
  const { UserError, codeOf, messageOf } = await import('../text/errors.js');
  try {
    return await app.listen(listenAt);
  } catch (error) {
    throw new UserError(`can't listen at ${listenAt.host}:${listenAt.port}: ${messageOf(error)}`, {
      code: 'address-not-available',
      hint: hintFor(codeOf(error)),
      cause: error,
    });
  }
}

function hintFor(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'choose another port: --port 0 takes any that is free';
  if (code === 'EACCES') return 'choose a port from 1024 on';
  return "--host takes an address of this machine's, or 0.0.0.0 for all";
}

interface UntilStopped {
  server: Server;
  service: AnyService;
  signals: ServeSignals;
  /** Seconds. */
  grace: number;
}

/** In the end every request that has been taken is answered. */
async function serveUntilStopped({ server, service, signals, grace }: UntilStopped): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  const { announceReady } = await import('../serving/successor.js');
  announceReady();
  signals.onReload(() => void reload(service));
  const succession = await succeedWhenTold(server, signals);
  const end = await Promise.race([signals.stopped, succession.done]);
  if (end !== 'succeeded') succession.cancel();
  server.retire();
  if (end !== 'SIGINT' && grace > 0) await sleep(1000 * grace);
  await server.close();
}

async function reload(service: AnyService): Promise<void> {
  const { messageOf } = await import('../text/errors.js');
  await service.reload().then(
    () => {
      say('the model is loaded anew');
    },
    (error: unknown) => {
      say(`the model stays as it was: ${messageOf(error)}`);
    },
  );
}

interface Succession {
  /** When another process answers in this one's place. */
  done: Promise<'succeeded'>;
  /** Ends a successor that isn't ready. */
  cancel: () => void;
}

async function succeedWhenTold({ app }: Server, signals: ServeSignals): Promise<Succession> {
  const { messageOf } = await import('../text/errors.js');
  const { startSuccessor } = await import('../serving/successor.js');
  let successor: Successor | undefined;
  const succeed = async (): Promise<void> => {
    successor = startSuccessor(app.server);
    await successor.ready;
    say(`process ${successor.pid} answers in this one's place`);
  };
  const done = new Promise<'succeeded'>((resolve) => {
    signals.onSucceed(() => {
      if (successor) return;
      succeed().then(
        () => {
          resolve('succeeded');
        },
        (error: unknown) => {
          successor = undefined;
          say(`this process continues: ${messageOf(error)}`);
        },
      );
    });
  });
  return { done, cancel: () => successor?.kill() };
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
