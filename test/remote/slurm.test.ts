import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SlurmScheduler } from '../../src/remote/slurm/slurm-scheduler.js';
import { holderOf } from '../../src/tracking/run-lock.js';
import { runDirectories, runDirectory } from '../../src/tracking/run-store.js';
import { describeScheduler, doneBy, THREADS, trial, withEpochs } from '../scheduling/conformance.js';
import { temporaryFolder } from '../support/runs.js';
import { SlurmCluster } from '../support/slurm.js';

const program = fileURLToPath(new URL('../../bin/ablate.js', import.meta.url));
let cluster: SlurmCluster;

beforeAll(async () => {
  cluster = await SlurmCluster.start();
  process.env.SLURM_CONF = cluster.configuration;
});
afterAll(() => cluster.stop());

/** @param skew milliseconds by which the tasks' clock is ahead */
function connect(runsDirectory: string, sbatch: string[] = [], skew = 0): SlurmScheduler {
  const clock = `data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${skew}`)}`;
  return new SlurmScheduler({
    runsDirectory,
    threads: THREADS,
    launcher: { name: 'slurm', partition: 'main', gpus: 0, time: null, sbatch },
    commandOf: (list) => `'${process.execPath}' --import '${clock}' '${program}' slurm-task '${list}'`,
  });
}

describeScheduler('tasks of a Slurm cluster', ({ runsDirectory, concurrency, skew }) => {
  // The node has two processors.
  const sbatch = [`--cpus-per-task=${2 / concurrency}`];
  return Promise.resolve({
    scheduler: () => Promise.resolve(connect(runsDirectory, sbatch, skew)),
    crashWorker: async (run) => {
      const holder = await holderOf(runDirectory(runsDirectory, run));
      if (holder) process.kill(holder.parent, 'SIGKILL');
    },
    close: () => {
      execFileSync('scancel', ['--user=root']);
      return Promise.resolve();
    },
  });
});

it.each([
  ['takes its place away', (task: string) => ['scontrol', 'requeue', task]],
  // What Slurm itself sends a minute before the end of its time.
  ['says that its time is nearly up', (task: string) => ['scancel', '--batch', '--signal=USR2', task]],
])('makes a checkpoint when Slurm %s, and resumes there when it starts it again', async (_, warn) => {
  const runsDirectory = temporaryFolder();
  const scheduler = connect(runsDirectory);
  const job = trial(runsDirectory, withEpochs(100));
  const told: string[] = [];
  let hurry: NodeJS.Timeout | undefined;
  const outcome = await scheduler.run(job, {
    onProgress: (progress) => {
      told.push(progress.type === 'resumed' ? `resumed after epoch ${progress.epoch - 1}` : progress.type);
      if (progress.type !== 'epoch' || progress.epoch !== 5 || hurry) return;
      const [name] = execFileSync('squeue', ['-h', '-r', '-o', '%F_%K'], { encoding: 'utf8' }).split('\n');
      const [command, ...parameters] = warn(name);
      execFileSync(command, parameters);
      // Slurm waits two minutes before it starts a job again.
      hurry = setInterval(() => spawnSync('scontrol', ['update', `jobid=${name}`, 'starttime=now']), 1000);
    },
  });
  clearInterval(hurry);
  scheduler.close();
  expect(doneBy(outcome)).toMatchObject({ status: 'FINISHED', epochs: 100 });
  expect(told.filter((each) => each === 'created')).toHaveLength(2);
  expect(told.some((each) => /^resumed after epoch [1-9]/.test(each))).toBe(true);
  expect(runDirectories(runsDirectory)).toHaveLength(1);
});
