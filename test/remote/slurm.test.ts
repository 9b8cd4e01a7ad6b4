import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { SlurmScheduler } from '../../src/remote/slurm/slurm-scheduler.js';
import { holderOf } from '../../src/tracking/run-lock.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { describeScheduler, THREADS } from '../scheduling/conformance.js';
import { SlurmCluster } from '../support/slurm.js';

const program = fileURLToPath(new URL('../../bin/ablate.js', import.meta.url));
let cluster: SlurmCluster;

beforeAll(async () => {
  cluster = await SlurmCluster.start();
  process.env.SLURM_CONF = cluster.configuration;
});
afterAll(async () => {
  execFileSync('scancel', ['--user=root']);
  await cluster.stop();
});

describeScheduler('tasks of a Slurm cluster', ({ runsDirectory, concurrency, skew = 0 }) => {
  const schedulers: SlurmScheduler[] = [];
  const clock = `data:text/javascript,${encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${skew}`)}`;
  // The node has two processors.
  const sbatch = [`--cpus-per-task=${2 / concurrency}`];
  return Promise.resolve({
    scheduler: () => {
      const scheduler = new SlurmScheduler({
        runsDirectory,
        threads: THREADS,
        launcher: { name: 'slurm', partition: 'main', gpus: 0, time: null, sbatch },
        commandOf: (list) => `'${process.execPath}' --import '${clock}' '${program}' slurm-task '${list}'`,
      });
      schedulers.push(scheduler);
      return Promise.resolve(scheduler);
    },
    crashWorker: async (run) => {
      const holder = await holderOf(runDirectory(runsDirectory, run));
      if (holder) process.kill(holder.parent, 'SIGKILL');
    },
    close: () => {
      for (const scheduler of schedulers) scheduler.close();
      execFileSync('scancel', ['--user=root']);
      return Promise.resolve();
    },
  });
});
