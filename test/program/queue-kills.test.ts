import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { tinyExperiment } from '../support/experiments.js';
import { Workspace } from '../support/program.js';
import { RedisServer } from '../support/redis.js';
import { bitsOf } from '../support/sweep-bits.js';
import { startWorker, type Worker } from '../support/workers.js';

const TRIALS = 60;
const EXPERIMENT = `${tinyExperiment('name: mnist, train_fraction: 0.02')}training: { epochs: 2, optimizer: { name: adam } }
sweep:
  parameters: { training.optimizer.learning_rate: ${JSON.stringify(Array.from({ length: 20 }, (_, i) => (i + 1) / 1000))} }
  seeds: 3
`;

const workspace = new Workspace(afterAll);

it('comes to the bits of a local sweep, every trial once, though workers, Redis and the coordinator are killed', async () => {
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
    const bits = await bitsOf(workspace, 'home');
    expect(bits.size).toBe(TRIALS);
    expect(bits).toEqual(await bitsOf(workspace, 'local'));
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await server.stop();
  }
});
