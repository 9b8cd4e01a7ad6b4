import { resolve } from 'node:path';
import type { Experiment, LauncherConfig } from '../config/experiment.js';
import { UserError } from '../errors.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { chooseParallelism, type Demand, type Parallelism } from '../scheduling/parallelism.js';
import type { Engine } from '../tensorflow/engine.js';
import { chooseEngine, wholeNumber } from './engine.js';
import { hideSecrets } from './place-options.js';
import type { SweepOptions } from './sweep-options.js';

/** Where trials are trained: on this machine, or on others. */
export interface TrainingPlace {
  /** Of a run of its own; 0 for one a core. */
  threads: number;
  /** How a sweep uses it. */
  shareOut: (demand: SweepDemand) => Promise<Parallelism>;
  /** @throws UserError when it can't be reached */
  open: (parallelism: Parallelism, experiment: Experiment) => Promise<Scheduler>;
  /** `2 workers of 1 thread` */
  describe: (parallelism: Parallelism) => string;
}

/** A sweep's needs. */
export interface SweepDemand extends Omit<Demand, 'datasetBytes'> {
  /** `bayes`: each trial is chosen by what others have come to. */
  method: string;
  datasetBytes: () => Promise<number>;
}

/** Trials on a queue at once, of a sweep whose trials don't depend on each other, and of a search. */
const QUEUED = { independent: 1000, searched: 8 };

const DEFAULT_LAUNCHER: LauncherConfig = { name: 'slurm', partition: null, gpus: 0, time: null, sbatch: [] };

/** @throws UserError `bad-usage`, or why there is no TensorFlow on this machine if that is to train */
export async function choosePlace(options: SweepOptions): Promise<TrainingPlace> {
  const { queue, launcher = 'local' } = options;
  if (launcher !== 'local' && launcher !== 'slurm') throw unknownLauncher(launcher);
  if (launcher === 'slurm') return slurmPlace(options);
  return queue === undefined ? localPlace(await chooseEngine(options)) : queuePlace(queue, options);
}

function localPlace(engine: Engine): TrainingPlace {
  const isNative = engine.backend === 'tensorflow';
  // Asked for once a session: `nvidia-smi` takes its time.
  let found: Promise<string[]> | undefined;
  const gpus = (): Promise<string[]> => (found ??= import('./engine-gpus.js').then(({ gpusOf }) => gpusOf(engine)));
  return {
    threads: isNative ? engine.threads : 0,
    shareOut: async ({ datasetBytes, ...demand }) => {
      const { readMachine } = await import('../scheduling/machine.js');
      return chooseParallelism(readMachine((await gpus()).length), { ...demand, datasetBytes: await datasetBytes() });
    },
    open: async ({ jobs, threads }) => {
      const { LocalScheduler } = await import('../scheduling/local.js');
      return new LocalScheduler(isNative ? { ...engine, threads } : engine, jobs, await gpus());
    },
    describe: ({ jobs, threads }) => {
      const each = !isNative || threads === 0 ? '' : ` of ${counted(threads, 'thread')}`;
      return `${counted(jobs, 'worker')}${each}`;
    },
  };
}

async function queuePlace(text: string, options: SweepOptions): Promise<TrainingPlace> {
  const { parseQueueAddress } = await import('../remote/redis/address.js');
  const address = parseQueueAddress(text);
  hideSecrets(text);
  const priority = readPriority(options.priority);
  return remotePlace('on a queue', options, async ({ threads }) => {
    const { RedisScheduler } = await import('../remote/redis/redis-scheduler.js');
    const { configuredMlflow } = await import('./mlflow-client.js');
    const mlflow = await configuredMlflow();
    const scheduler = await RedisScheduler.connect(address, { threads, priority, mlflow, onMessage: say });
    const { workers, paused } = await scheduler.readiness();
    const who = workers === 0 ? 'no worker yet: `ablate worker` starts one' : counted(workers, 'worker');
    say(`${address.shown}: ${who}${paused ? '; paused: `ablate queue resume` lets it go on' : ''}`);
    return scheduler;
  });
}

async function slurmPlace(options: SweepOptions): Promise<TrainingPlace> {
  const { slurmTaskCommand } = await import('./slurm-task.js');
  const { SlurmScheduler } = await import('../remote/slurm/slurm-scheduler.js');
  const priority = readPriority(options.priority);
  return remotePlace('on Slurm', options, ({ threads }, { launcher = DEFAULT_LAUNCHER }) => {
    const commandOf = slurmTaskCommand(options.backend);
    const runsDirectory = resolve(options.runsDir);
    return Promise.resolve(new SlurmScheduler({ runsDirectory, threads, priority, launcher, commandOf }));
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function remotePlace(where: string, options: SweepOptions, open: TrainingPlace['open']): TrainingPlace {
  return {
    threads: remoteThreads(options.threads),
    shareOut: (demand) => Promise.resolve(remoteParallelism(demand)),
    open,
    describe: ({ threads }) => `${where}, ${threads === 0 ? 'a thread a core' : counted(threads, 'thread')} each`,
  };
}

/** Those of them that wait cost nothing. */
function remoteParallelism({ trials, method, jobs, threads = 1 }: SweepDemand): Parallelism {
  const most = method === 'bayes' ? QUEUED.searched : QUEUED.independent;
  return { jobs: Math.max(1, Math.min(trials, jobs ?? most)), threads };
}

function unknownLauncher(name: string): UserError {
  const message = `--launcher is ${name}; expected local or slurm`;
  return new UserError(message, { code: 'bad-usage', exitCode: 2 });
}

/** The same on every machine unless the user wants otherwise: results depend on it in their last bits. */
function remoteThreads(threads: string | undefined): number {
  return threads === undefined ? 1 : wholeNumber('--threads', threads, 127);
}

function readPriority(text = '0'): number {
  const sign = text.startsWith('-') ? -1 : 1;
  return Number(text) === 0 ? 0 : sign * wholeNumber('--priority', text.replace(/^-/, ''), 1000);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
