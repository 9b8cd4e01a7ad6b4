import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tinyExperiment } from '../support/experiments.js';
import { Workspace } from '../support/program.js';
import { SlurmCluster } from '../support/slurm.js';
import { bitsOf } from '../support/sweep-bits.js';

const EXPERIMENT = `${tinyExperiment('name: mnist, train_fraction: 0.02')}training: { epochs: 120, optimizer: { name: adam } }
launcher: { name: slurm, partition: main, time: '10:00', sbatch: [--comment=ablate] }
sweep:
  parameters: { training.optimizer.learning_rate: [0.001, 0.002, 0.003, 0.004, 0.005] }
`;

const workspace = new Workspace(afterAll);
let cluster: SlurmCluster;

beforeAll(async () => {
  cluster = await SlurmCluster.start();
  process.env.SLURM_CONF = cluster.configuration;
});
afterAll(() => cluster.stop());

function queued(): string[] {
  return execFileSync('squeue', ['-h', '-r', '-o', '%F_%K %T'], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

function start(...parameters: string[]) {
  return workspace.start([...parameters, '--launcher', 'slurm', '--runs-dir', 'home']);
}

it('runs a sweep on Slurm that is interrupted, loses its coordinator, and ends with the bits of a local one', async () => {
  workspace.write('sweep.yaml', EXPERIMENT);
  const first = start('run', 'sweep.yaml');
  await first.whenSaid('[1/5]');
  first.kill('SIGINT');
  const interrupted = await first.result;
  expect(interrupted.code, interrupted.stderr).toBe(130);
  // What waited was cancelled, what ran has ended with a checkpoint.
  while (queued().some((line) => !line.endsWith('COMPLETING'))) await sleep(200);
  const second = start('resume');
  while (!queued().some((line) => line.endsWith('RUNNING'))) await sleep(200);
  second.kill('SIGKILL');
  await second.result;
  const third = await start('resume').result;
  expect(third.code, third.stderr).toBe(0);
  expect(workspace.runs('home'), third.stderr).toHaveLength(5);
  await workspace.ablate(['run', 'sweep.yaml', '--jobs', '2', '--threads', '1', '--runs-dir', 'local']);
  const bits = await bitsOf(workspace, 'home');
  expect(bits.size).toBe(5);
  expect(bits).toEqual(await bitsOf(workspace, 'local'));
});

it('resumes a run by its id whose coordinator was killed while Slurm trains it', async () => {
  workspace.write('single.yaml', `${tinyExperiment('name: mnist, train_fraction: 0.02')}training: { epochs: 400 }\n`);
  const first = workspace.start(['run', 'single.yaml', '--launcher', 'slurm', '--runs-dir', 'single']);
  await first.whenSaid(' 5/400');
  first.kill('SIGKILL');
  await first.result;
  const [id] = workspace.runs('single');
  const second = await workspace.ablate(['resume', id, '--launcher', 'slurm', '--runs-dir', 'single']);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).not.toContain('Resuming in');
  expect(workspace.runs('single')).toEqual([id]);
  expect(workspace.summary(id, 'single')).toMatchObject({ status: 'FINISHED', epochs: 400 });
});
