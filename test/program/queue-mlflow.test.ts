import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MlflowReader } from '../support/mlflow-reader.js';
import { sharedServer } from '../support/mlflow-server.js';
import { Workspace } from '../support/program.js';
import { RedisServer } from '../support/redis.js';
import { bitsOf } from '../support/sweep-bits.js';
import { startWorker, type Worker } from '../support/workers.js';

const workspace = new Workspace(afterAll);

/** An experiment of a name that no other test has. */
function experiment(name: string, tracking: string): string {
  return `
name: ${name}
dataset: { name: mnist, train_fraction: 0.02 }
model: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }
training: { epochs: 3 }
tracking: ${tracking}
sweep: { parameters: { training.optimizer.learning_rate: [0.1, 0.01, 0.001] }, seeds: 2 }
`;
}

it('brings runs home through MLflow, whole and to the bit, and once', async () => {
  const name = `by-mlflow-${Date.now()}`;
  const { uri } = await sharedServer();
  const server = await RedisServer.start();
  const environment = { MLFLOW_TRACKING_URI: uri, ABLATE_QUEUE: server.address };
  workspace.write('sweep.yaml', experiment(name, `{ experiment: ${name} }`));
  const workers: Worker[] = [];
  try {
    for (const folder of ['one', 'two']) {
      const options = ['--concurrency', '1', '--runs-dir', join(workspace.folder, folder)];
      workers.push(await startWorker(options, { environment }));
    }
    const { code, stderr } = await workspace.ablate(['run', 'sweep.yaml', '--runs-dir', 'home'], environment);
    expect(code, stderr).toBe(0);
    expect(workers.map(({ log }) => log()).join('')).not.toContain('goes home through Redis');
    const again = await workspace.ablate(['sync', '--json', '--runs-dir', 'home'], environment);
    expect(again.code, again.stderr).toBe(0);
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await server.stop();
  }
  workspace.write('local.yaml', experiment(name, 'none'));
  await workspace.ablate(['run', 'local.yaml', '--jobs', '2', '--threads', '1', '--runs-dir', 'local']);
  const bits = await bitsOf(workspace, 'home');
  expect(bits.size).toBe(6);
  expect(bits).toEqual(await bitsOf(workspace, 'local'));
  expect(workspace.runs('one').concat(workspace.runs('two'))).toEqual([]);
  const reader = await MlflowReader.open(uri);
  const runs = await Promise.all((await reader.runIds(name)).map((id) => reader.readRun(id)));
  reader.close();
  const trials = runs.filter(({ tags }) => 'mlflow.parentRunId' in tags);
  expect(runs).toHaveLength(7);
  expect(trials.map(({ tags }) => tags['ablate.run_id']).sort()).toEqual(workspace.runs('home'));
  expect(trials.map(({ status }) => status)).toEqual(trials.map(() => 'FINISHED'));
});
