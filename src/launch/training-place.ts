import { fileURLToPath } from 'node:url';
import type { Experiment, LauncherConfig } from '../config/schema/experiment.generated.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { chooseParallelism, type Demand, type Parallelism } from '../scheduling/parallelism.js';
import type { Engine } from '../tensorflow/engine.js';
import { findEngine, type Starter, tellNotice } from './engine.js';
import type { PlaceSettings } from './settings.js';
import { counted } from '../text/words.js';
import { ablate, shellWord } from '../system/shell.js';

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
  /** `bayes`: each trial is chosen by the results of others. */
  method: string;
  datasetBytes: () => Promise<number>;
}

/** Trials on a queue at once, of a sweep whose trials don't depend on each other, and of a search. */
const QUEUED = { independent: 1000, searched: 8 };

const DEFAULT_LAUNCHER: LauncherConfig = { name: 'slurm', partition: null, gpus: 0, time: null, sbatch: [] };

/** @throws UserError why there is no TensorFlow on this machine if that is to train; as `parseQueueAddress` */
export async function choosePlace(settings: PlaceSettings, starter: Starter): Promise<TrainingPlace> {
  const { queue, launcher = 'local' } = settings;
  if (launcher === 'slurm') return slurmPlace(settings);
  if (queue !== undefined) return queuePlace(queue, settings, starter);
  return localPlace(await findEngine(settings, starter), starter.environment);
}

function localPlace(engine: Engine, environment: NodeJS.ProcessEnv): TrainingPlace {
  const isNative = engine.backend === 'tensorflow';
  // Asked for once a session: `nvidia-smi` takes its time.
  let found: Promise<string[]> | undefined;
  const gpus = (): Promise<string[]> =>
    (found ??= import('./engine-gpus.js').then(({ gpusOf }) => gpusOf(engine, environment)));
  return {
    threads: isNative ? engine.threads : 0,
    shareOut: async ({ datasetBytes, ...demand }) => {
      const { readMachine } = await import('../scheduling/machine.js');
      return chooseParallelism(readMachine((await gpus()).length), { ...demand, datasetBytes: await datasetBytes() });
    },
    open: async ({ jobs, threads }) => {
      const { LocalScheduler } = await import('../scheduling/local.js');
      return new LocalScheduler(isNative ? { ...engine, threads } : engine, jobs, { gpus: await gpus(), environment });
    },
    describe: ({ jobs, threads }) => {
      const each = !isNative || threads === 0 ? '' : ` of ${counted(threads, 'thread')}`;
      return `${counted(jobs, 'worker')}${each}`;
    },
  };
}

async function queuePlace(
  text: string,
  { threads: wanted, priority = 0 }: PlaceSettings,
  { onEvent, environment }: Starter,
): Promise<TrainingPlace> {
  const { parseQueueAddress } = await import('../remote/redis/address.js');
  const address = parseQueueAddress(text);
  const say = tellNotice(onEvent);
  return remotePlace('on a queue', wanted, async ({ threads }) => {
    const { RedisScheduler } = await import('../remote/redis/redis-scheduler.js');
    const { configuredMlflow } = await import('./tracking/mlflow-client.js');
    const mlflow = await configuredMlflow(environment);
    const scheduler = await RedisScheduler.connect(address, { threads, priority, mlflow, onMessage: say });
    const { workers, paused } = await scheduler.readiness();
    const who = workers === 0 ? `no worker yet: \`${ablate('worker')}\` starts one` : counted(workers, 'worker');
    say(`${address.shown}: ${who}${paused ? `; paused: \`${ablate('queue', 'resume')}\` lets it continue` : ''}`);
    return scheduler;
  });
}

async function slurmPlace(settings: PlaceSettings): Promise<TrainingPlace> {
  const { SlurmScheduler } = await import('../remote/slurm/slurm-scheduler.js');
  const { backend, priority = 0, runsDirectory } = settings;
  return remotePlace('on Slurm', settings.threads, ({ threads }, { launcher = DEFAULT_LAUNCHER }) => {
    const commandOf = slurmTaskCommand(backend);
    return Promise.resolve(new SlurmScheduler({ runsDirectory, threads, priority, launcher, commandOf }));
  });
}

/** One thread on every machine unless the user wants otherwise: results depend on it in their last bits. */
function remotePlace(where: string, wanted: number | undefined, open: TrainingPlace['open']): TrainingPlace {
  return {
    threads: wanted ?? 1,
    shareOut: (demand) => Promise.resolve(remoteParallelism(demand)),
    open,
    describe: ({ threads: each }) => `${where}, ${each === 0 ? 'a thread a core' : counted(each, 'thread')} each`,
  };
}

/** Those of them that wait cost nothing. */
function remoteParallelism({ trials, method, jobs, threads = 1 }: SweepDemand): Parallelism {
  const most = method === 'bayes' ? QUEUED.searched : QUEUED.independent;
  return { jobs: Math.max(1, Math.min(trials, jobs ?? most)), threads };
}

/** The program that this file is a part of, whatever has started it. */
const PROGRAM = fileURLToPath(new URL('../../bin/ablate.js', import.meta.url));

/** The shell's command line that does the task of a Slurm array (`commands/slurm-task.ts`), given its list of trials. */
function slurmTaskCommand(backend: string): (list: string) => string {
  return (list) => [process.execPath, PROGRAM, 'slurm-task', list, '--backend', backend].map(shellWord).join(' ');
}
