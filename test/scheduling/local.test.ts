import type * as local from '../../src/scheduling/local.js';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import type { Engine } from '../../src/tensorflow/engine.js';
import { holderOf } from '../../src/tracking/run-lock.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { compiled } from '../support/compiled.js';
import { describeScheduler, THREADS } from './conformance.js';

async function nativeEngine(): Promise<Engine> {
  const { directory, fileNames, cudaLibraryDirectories } = await ensureTensorFlow();
  return { backend: 'tensorflow', library: { directory, fileNames }, cudaLibraryDirectories, threads: THREADS };
}

describeScheduler('worker processes of this machine', async ({ runsDirectory, concurrency }) => {
  const { LocalScheduler } = await compiled<typeof local>('scheduling/local');
  const engine = await nativeEngine();
  return {
    scheduler: () => Promise.resolve(new LocalScheduler(engine, concurrency)),
    crashWorker: async (run) => {
      const holder = await holderOf(runDirectory(runsDirectory, run));
      if (holder) process.kill(holder.pid, 'SIGKILL');
    },
  };
});
