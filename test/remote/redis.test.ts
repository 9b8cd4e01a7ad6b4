import { afterAll, beforeAll } from 'vitest';
import { parseQueueAddress } from '../../src/remote/redis/address.js';
import { RedisScheduler } from '../../src/remote/redis/redis-scheduler.js';
import { holderOf } from '../../src/tracking/run-lock.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { describeScheduler, THREADS } from '../scheduling/conformance.js';
import { RedisServer } from '../support/redis.js';
import { startWorker, type Worker } from '../support/workers.js';

let server: RedisServer;
let queues = 0;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

describeScheduler('workers of a Redis queue that share a folder', async ({ runsDirectory, concurrency, skew }) => {
  const queue = `${server.address}?queue=test-${queues++}`;
  const start = (): Promise<Worker> =>
    startWorker(['--queue', queue, '--concurrency', '1', '--runs-dir', runsDirectory, '--lease-seconds', '2'], {
      skew,
    });
  const workers = await Promise.all(Array.from({ length: concurrency }, start));
  return {
    scheduler: () => RedisScheduler.connect(parseQueueAddress(queue), { threads: THREADS }),
    crashWorker: async (run) => {
      const holder = await holderOf(runDirectory(runsDirectory, run));
      const worker = workers.find(({ pid }) => pid === holder?.parent);
      worker?.kill('SIGKILL');
      workers.push(await start());
    },
    close: async () => {
      for (const worker of workers) worker.kill('SIGKILL');
      await Promise.all(workers.map(({ ended }) => ended));
    },
  };
});
