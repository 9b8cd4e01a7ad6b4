import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import type { Job } from '../../src/protocol/job.js';
import type { RunProgress } from '../../src/protocol/events.js';
import { parseQueueAddress, type QueueAddress } from '../../src/remote/redis/address.js';
import { queueOptions, trialKeys } from '../../src/remote/redis/queue.js';
import { RedisScheduler } from '../../src/remote/redis/redis-scheduler.js';
import { RedisConsumer } from '../../src/remote/redis/redis-consumer.js';
import type { RunOutcome } from '../../src/scheduling/scheduler.js';
import { trialId } from '../../src/scheduling/trial-id.js';
import { tinyExperiment } from '../support/experiments.js';
import { RedisServer } from '../support/redis.js';

let server: RedisServer;
let redis: Redis;
let folder: string;
let queues = 0;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.port);
  folder = mkdtempSync(join(tmpdir(), 'ablate-hostile-'));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What a trial comes to that no worker really trains. */
const ended: RunOutcome = { type: 'crashed', reason: 'as the test wants it', log: '' };

function jobOf(seed: number): Job {
  const file = join(folder, 'tiny.yaml');
  writeFileSync(file, tinyExperiment('name: mnist'));
  const { config } = loadExperiment(file, { overrides: [`training.seed=${seed}`], env: {} });
  const sweep = { id: 'a-sweep', values: {}, label: 'base' };
  const runsDirectory = join(folder, 'runs');
  return {
    config,
    configHash: configHash(config),
    source: file,
    runsDirectory,
    sweep,
    resume: undefined,
    checkpointSeconds: undefined,
  };
}

/** A queue, its sender and a worker that trains nothing, and what both say. */
async function openQueue() {
  const queue = `hostile-${queues++}`;
  const address = parseQueueAddress(`${server.address}?queue=${queue}`);
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const sender = await RedisScheduler.connect(address, { threads: 1, onMessage: say });
  const startWorker = (perform = (): Promise<RunOutcome> => Promise.resolve(ended)): Promise<RedisConsumer> =>
    RedisConsumer.start(address, {
      concurrency: 1,
      leaseSeconds: 2,
      runsDirectory: join(folder, 'worker'),
      perform,
      onMessage: say,
    });
  return { queue, address, said, sender, startWorker };
}

function jobKey({ queue }: { queue: string }, id: string): string {
  return `ablate:${queue}:${id}`;
}

/** Puts an entry onto a queue that is not one of ours. */
async function putForeign(address: QueueAddress, id: string, data: string): Promise<void> {
  const queue = new Queue(address.queue, queueOptions(address));
  await queue.add('trial', 'x', { jobId: id, priority: 1 });
  await redis.hset(jobKey({ queue: address.queue }, id), 'data', data);
  await queue.close();
}

it('a worker survives entries that are not JSON, or no trials, and says so', async () => {
  const { address, said, sender, startWorker } = await openQueue();
  await putForeign(address, 'broken', '{"config": ');
  await putForeign(address, 'other', '{"hello": 1}');
  await redis.hset(jobKey({ queue: address.queue }, 'broken'), 'opts', 'no JSON');
  const worker = await startWorker();
  try {
    expect(await sender.run(jobOf(1), { onProgress: () => undefined })).toEqual(ended);
    await vi.waitFor(() => {
      expect(said.join('\n')).toMatch(/entry .*can't be read/);
    });
  } finally {
    await worker.close();
    sender.close();
  }
});

it('a sender survives whatever stands in the place of its trial', async () => {
  const { queue, said, sender, startWorker } = await openQueue();
  const job = jobOf(2);
  const id = trialId(job) ?? '';
  const progress: RunProgress[] = [];
  const ending = new AbortController();
  const outcome = sender.run(job, { onProgress: (each) => progress.push(each), signal: ending.signal });
  const keys = trialKeys(parseQueueAddress(`${server.address}?queue=${queue}`), id);
  await vi.waitFor(async () => {
    expect(await redis.exists(jobKey({ queue }, id))).toBe(1);
  });
  await redis.xadd(keys.events, '*', 'event', 'not JSON');
  await redis.xadd(keys.events, '*', 'event', JSON.stringify({ type: 'created', id: '../victim', path: '/etc' }));
  await redis.xadd(keys.events, '*', 'event', JSON.stringify({ type: 'warning', message: 'seen' }));
  await redis.xadd(`ablate:${queue}:events`, '*', 'event', 'completed', 'jobId', id, 'returnvalue', '{');
  await redis.xadd(`ablate:${queue}:events`, '*', 'event', 'progress', 'jobId', id, 'data', '{');
  await vi.waitFor(() => {
    expect(progress).toEqual([{ type: 'warning', message: 'seen' }]);
  }, 5000);
  const worker = await startWorker();
  try {
    expect(await outcome).toEqual(ended);
    expect(said.filter((line) => line.includes('dropped')).length).toBeGreaterThanOrEqual(2);
    expect(readdirSync(folder)).not.toContain('victim');
  } finally {
    await worker.close();
    sender.close();
  }
});

it('a sender that ends a trial whose entry is broken ends it', async () => {
  const { queue, sender } = await openQueue();
  const job = jobOf(3);
  const id = trialId(job) ?? '';
  const ending = new AbortController();
  const outcome = sender.run(job, { onProgress: () => undefined, signal: ending.signal });
  await vi.waitFor(async () => {
    expect(await redis.exists(jobKey({ queue }, id))).toBe(1);
  });
  await redis.hset(jobKey({ queue }, id), 'data', '{');
  ending.abort({ status: 'KILLED', reason: 'interrupted' });
  try {
    expect(await outcome).toEqual({ type: 'withdrawn' });
  } finally {
    sender.close();
  }
});

it('keys of another kind than they should be cost their trial nothing', async () => {
  const { queue, address, sender, startWorker } = await openQueue();
  const job = jobOf(4);
  const keys = trialKeys(address, trialId(job) ?? '');
  const progress: RunProgress[] = [];
  const outcome = sender.run(job, { onProgress: () => undefined });
  const other = sender.run(jobOf(5), { onProgress: (each) => progress.push(each) });
  await vi.waitFor(async () => {
    expect(await redis.exists(jobKey({ queue }, trialId(job) ?? ''))).toBe(1);
  });
  await redis.set(keys.events, 'text');
  const otherKeys = trialKeys(address, trialId(jobOf(5)) ?? '');
  await redis.xadd(otherKeys.events, '*', 'event', JSON.stringify({ type: 'warning', message: 'seen' }));
  await vi.waitFor(() => {
    expect(progress).toHaveLength(1);
  }, 5000);
  const worker = await startWorker();
  try {
    expect(await outcome).toEqual(ended);
    expect(await other).toEqual(ended);
  } finally {
    await worker.close();
    sender.close();
  }
});
