import type { Scheduler } from '../scheduling/scheduler.js';
import { chooseParallelism, type Demand, type Parallelism } from '../scheduling/parallelism.js';
import type { Engine } from '../tensorflow/engine.js';
import { chooseEngine, wholeNumber } from './engine.js';
import type { SweepOptions } from './sweep-options.js';

/** Where trials are trained: on this machine, or on others. */
export interface TrainingPlace {
  /** Of a run of its own; 0 for one a core. */
  threads: number;
  /** How a sweep uses it. */
  shareOut: (demand: SweepDemand) => Promise<Parallelism>;
  /** @throws UserError when it can't be reached */
  open: (parallelism: Parallelism) => Promise<Scheduler>;
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

/** @throws UserError `bad-usage`, or why there is no TensorFlow on this machine if that is to train */
export async function choosePlace(options: SweepOptions): Promise<TrainingPlace> {
  return options.queue === undefined ? localPlace(await chooseEngine(options)) : queuePlace(options.queue, options);
}

function localPlace(engine: Engine): TrainingPlace {
  const isNative = engine.backend === 'tensorflow';
  const gpus = async (): Promise<string[]> => {
    if (!isNative || engine.gpuName === undefined) return [];
    const { visibleGpus } = await import('../scheduling/machine.js');
    const { findGpus } = await import('../tensorflow/library/gpu.js');
    return visibleGpus((await findGpus()).length, process.env);
  };
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
  const priority = readPriority(options.priority);
  return {
    threads: remoteThreads(options.threads),
    shareOut: ({ trials, method, jobs, threads = 1 }) => {
      const most = method === 'bayes' ? QUEUED.searched : QUEUED.independent;
      return Promise.resolve({ jobs: Math.min(trials, jobs ?? most), threads });
    },
    open: async ({ threads }) => {
      const { RedisScheduler } = await import('../remote/redis/redis-scheduler.js');
      const scheduler = await RedisScheduler.connect(address, { threads, priority });
      const workers = await scheduler.workers();
      const who = workers === 0 ? 'no worker yet: `ablate worker` starts one' : counted(workers, 'worker');
      process.stderr.write(`${address.shown}: ${who}\n`);
      return scheduler;
    },
    describe: ({ threads }) => `on a queue, ${threads === 0 ? 'a thread a core' : counted(threads, 'thread')} each`,
  };
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
