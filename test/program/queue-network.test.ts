import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { tinyExperiment } from '../support/experiments.js';
import { TestNetwork } from '../support/network.js';
import { Workspace } from '../support/program.js';
import { RedisServer } from '../support/redis.js';
import { bitsOf } from '../support/sweep-bits.js';
import { startWorker, type Worker } from '../support/workers.js';

const TRIALS = 12;
const EXPERIMENT = `${tinyExperiment('name: mnist, train_fraction: 0.02')}training: { epochs: 40, optimizer: { name: adam } }
sweep:
  parameters: { training.optimizer.learning_rate: [0.001, 0.002, 0.003, 0.004, 0.005, 0.006] }
  seeds: 2
`;

const workspace = new Workspace(afterAll);
const network = TestNetwork.open();

it.skipIf('refused' in network)(
  `trains on machines with networks of their own, one of which is unplugged for longer than its lease ${'refused' in network ? network.refused : ''}`,
  async () => {
    if ('refused' in network) return;
    workspace.write('sweep.yaml', EXPERIMENT);
    const server = await RedisServer.start('--bind', '127.0.0.1', network.address, '--requirepass', 'secret');
    const queue = `redis://:secret@${network.address}:${server.port}`;
    const workers: Worker[] = [];
    const machines = [network.addMachine(), network.addMachine()];
    const addWorker = async (machine: string): Promise<void> => {
      const folder = join(workspace.folder, machine);
      const options = ['--concurrency', '1', '--runs-dir', folder, '--lease-seconds', '2'];
      workers.push(await startWorker(['--queue', queue, ...options], { machine }));
    };
    try {
      await Promise.all(machines.map(addWorker));
      const sweep = workspace.start(['run', 'sweep.yaml', '--runs-dir', 'home'], { ABLATE_QUEUE: queue });
      await sweep.whenSaid('[ 2/');
      network.plug(machines[0], 'down');
      await sweep.whenSaid('its worker is lost');
      await sleep(3000);
      network.plug(machines[0], 'up');
      const { code, stderr } = await sweep.result;
      expect(code, stderr).toBe(0);
      expect(workspace.runs('home'), stderr).toHaveLength(TRIALS);
      const local = ['run', 'sweep.yaml', '--jobs', '2', '--threads', '1', '--runs-dir', 'local'];
      expect((await workspace.ablate(local)).code).toBe(0);
      const bits = await bitsOf(workspace, 'home');
      expect(bits.size).toBe(TRIALS);
      expect(bits).toEqual(await bitsOf(workspace, 'local'));
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await Promise.all(workers.map(({ ended }) => ended));
      await server.stop();
      network.close();
    }
  },
);
