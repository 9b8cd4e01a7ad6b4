// How fast trials that do nothing pass through a queue in Redis, and what one that waits takes there.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { configHash } from '../src/config/hash.js';
import { loadExperiment } from '../src/config/load.js';
import type { Job } from '../src/protocol/job.js';
import { parseQueueAddress } from '../src/remote/redis/address.js';
import { RedisScheduler } from '../src/remote/redis/redis-scheduler.js';
import { RedisConsumer } from '../src/remote/redis/redis-consumer.js';
import type { TrialMessage } from '../src/remote/trial-message.js';
import type { Summary } from '../src/tracking/run-store.js';
import { inTemporaryFolder } from './ablate.js';

const PORT = Number(process.env.BENCH_REDIS_PORT ?? 16_379);
const TRIALS = Number(process.env.BENCH_TRIALS ?? 10_000);
/** Trials on the queue at once, as of a sweep. */
const QUEUED = 1000;
const CONCURRENCY = 32;
/** Of the trial that scheduling is to take no more than a hundredth of, in seconds. */
const TRIAL_SECONDS = 10;

export function queueThroughput(): Promise<string> {
  return inTemporaryFolder(measure);
}

async function measure(folder: string): Promise<string> {
  const server = await startRedis(folder);
  const address = parseQueueAddress(`redis://127.0.0.1:${PORT}`);
  const redis = new Redis(PORT);
  const scheduler = await RedisScheduler.connect(address, { threads: 1 });
  const next = jobSource(join(folder, 'runs'));
  const quiet = { onProgress: () => undefined };
  try {
    const before = await usedBytes(redis);
    const waiting = Array.from({ length: QUEUED }, () => scheduler.run(next(), quiet));
    while ((await redis.zcard('ablate:trials:prioritized')) < QUEUED) await sleep(50);
    const bytes = ((await usedBytes(redis)) - before) / QUEUED;
    const worker = await startWorker(join(folder, 'runs'), address);
    const begun = await traffic(redis);
    const started = performance.now();
    const lanes = waiting.map(async (first, lane) => {
      await first;
      for (let trial = QUEUED + lane; trial < TRIALS; trial += QUEUED) await scheduler.run(next(), quiet);
    });
    await Promise.all(lanes);
    const seconds = (performance.now() - started) / 1000;
    const ended = await traffic(redis);
    await worker.close();
    const perTrial = ended.map((total, index) => (total - begun[index]) / TRIALS);
    return section(TRIALS / seconds, bytes, ((await usedBytes(redis)) - before) / TRIALS, perTrial);
  } finally {
    scheduler.close();
    redis.disconnect();
    server.kill('SIGKILL');
  }
}

function startRedis(folder: string): Promise<ChildProcess> {
  const options = ['--port', String(PORT), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const server = spawn('redis-server', [...options, '--appendonly', 'yes'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to accept connections')) resolve(server);
    });
  });
}

function startWorker(runsDirectory: string, address: ReturnType<typeof parseQueueAddress>): Promise<RedisConsumer> {
  return RedisConsumer.start(address, {
    concurrency: CONCURRENCY,
    leaseSeconds: 30,
    runsDirectory,
    perform: (message, { onProgress }) => {
      onProgress({ type: 'created', id: 'none-20260101-000000-0000', path: '' });
      return Promise.resolve({ type: 'done', answer: summaryOf(message) });
    },
    onMessage: () => undefined,
  });
}

/** Trials of the baseline that differ by their seeds. */
function jobSource(runsDirectory: string): () => Job {
  const { config } = loadExperiment('experiments/baseline.yaml');
  const hash = configHash(config);
  let seed = 0;
  return () => ({
    config: { ...config, training: { ...config.training, seed: seed++ } },
    configHash: hash,
    source: join(process.cwd(), 'experiments/baseline.yaml'),
    runsDirectory,
    sweep: { id: 'bench', values: { seed }, label: `seed=${seed}` },
  });
}

function summaryOf({ config, configHash: hash }: TrialMessage): Summary {
  return {
    id: 'none-20260101-000000-0000',
    name: config.name,
    status: 'FINISHED',
    seed: config.training.seed,
    config_hash: hash,
    metrics: { val_accuracy: 1 },
    epochs: 1,
    steps: 1,
    weights_epoch: 1,
    samples_per_second: 1,
    duration_seconds: 0,
    parameters: 1,
    tensorflow: null,
    error: null,
  };
}

/** Commands, bytes in and bytes out since the server was started. */
async function traffic(redis: Redis): Promise<number[]> {
  const stats = await redis.info('stats');
  const names = ['total_commands_processed', 'total_net_input_bytes', 'total_net_output_bytes'];
  return names.map((name) => Number(new RegExp(`${name}:(\\d+)`).exec(stats)?.[1]));
}

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

function section(rate: number, waiting: number, left: number, traffic: number[]): string {
  const share = (100 / rate / TRIAL_SECONDS).toFixed(3);
  return `## Queue: ${TRIALS} trials that do nothing, through Redis

| | |
|---|---:|
| trials/s | ${Math.round(rate)} |
| a trial's scheduling, ms | ${(1000 / rate).toFixed(2)} |
| of a trial of ${TRIAL_SECONDS} s | ${share} % |
| bytes in Redis of a trial that waits | ${Math.round(waiting)} |
| bytes in Redis left of a trial that is over | ${Math.round(left)} |
| commands of a trial | ${Math.round(traffic[0])} |
| kilobytes to and from Redis of a trial | ${(traffic[1] / 1000).toFixed(1)}, ${(traffic[2] / 1000).toFixed(1)} |

Coordinator, worker (${CONCURRENCY} at once) and Redis with an append-only file on one machine; ${QUEUED} trials queued at once.
`;
}
