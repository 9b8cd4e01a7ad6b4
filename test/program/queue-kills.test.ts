import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { tinyExperiment } from '../support/experiments.js';
import { pointsOf } from '../support/kills.js';
import { Workspace } from '../support/program.js';
import { RedisServer } from '../support/redis.js';
import { startWorker, type Worker } from '../support/workers.js';

const TRIALS = 60;
const EXPERIMENT = `${tinyExperiment(0.02)}training: { epochs: 2, optimizer: { name: adam } }
sweep:
  parameters: { training.optimizer.learning_rate: ${JSON.stringify(Array.from({ length: 20 }, (_, i) => (i + 1) / 1000))} }
  seeds: 3
`;

const workspace = new Workspace(afterAll);

/** The trial's weights and everything that it has measured, by trial. */
async function bitsOf(directory: string): Promise<Map<string, string>> {
  const { stdout } = await workspace.ablate([
    'show',
    workspace.sweeps(directory)[0],
    '--json',
    '--runs-dir',
    directory,
  ]);
  const { status, cells, trials } = JSON.parse(stdout) as SweepSummary;
  expect({ status, finished: trials.finished }, directory).toEqual({ status: 'FINISHED', finished: TRIALS });
  return new Map(
    cells.flatMap(({ label, trials }) =>
      trials.map(({ seed, run }): [string, string] => {
        const hash = createHash('sha256').update(workspace.read(directory, run, 'model', 'weights.bin'));
        hash.update(JSON.stringify(pointsOf(workspace.journal(run, directory))));
        return [`${label} seed ${seed}`, hash.digest('hex')];
      }),
    ),
  );
}

it(
  'comes to the bits of a local sweep, every trial once, though workers, Redis and the coordinator are killed',
  { timeout: 600_000 },
  async () => {
    workspace.write('sweep.yaml', EXPERIMENT);
    const local = await workspace.ablate(['run', 'sweep.yaml', '--jobs', '2', '--threads', '1', '--runs-dir', 'local']);
    expect(local.code, local.stderr).toBe(0);
    const server = await RedisServer.start('--requirepass', 'secret word');
    const queue = server.address.replace('//', '//:secret%20word@');
    const home = ['--queue', queue, '--runs-dir', 'home'];
    const workers: Worker[] = [];
    // Each has a folder of its own, as machines have that share nothing.
    const addWorker = async (): Promise<void> => {
      const folder = join(workspace.folder, `worker-${workers.length}`);
      workers.push(
        await startWorker(['--queue', queue, '--concurrency', '1', '--runs-dir', folder, '--lease-seconds', '2']),
      );
    };
    const whenHome = async (count: number): Promise<void> => {
      while (workspace.runs('home').length < count) await sleep(50);
    };
    try {
      await Promise.all([addWorker(), addWorker()]);
      const first = workspace.start(['run', 'sweep.yaml', ...home]);
      await whenHome(5);
      workers[0].kill('SIGKILL');
      await addWorker();
      await whenHome(15);
      await server.restart();
      await whenHome(25);
      first.kill('SIGKILL');
      await first.result;
      await sleep(2000);
      const second = workspace.start(['resume', ...home]);
      await whenHome(35);
      workers[1].kill('SIGKILL');
      await addWorker();
      await whenHome(45);
      // This one is asked to end, and gives its trial back.
      workers[2].kill('SIGTERM');
      await workers[2].ended;
      const { code, stderr } = await second.result;
      expect(code, stderr).toBe(0);
      expect(stderr + workers.map(({ log }) => log()).join('')).not.toContain('secret');
      expect(workspace.runs('home'), stderr).toHaveLength(TRIALS);
      expect(await bitsOf('home')).toEqual(await bitsOf('local'));
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await server.stop();
    }
  },
);
