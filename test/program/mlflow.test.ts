import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MlflowReader, type ReadRun } from '../support/mlflow-reader.js';
import { sharedServer } from '../support/mlflow-server.js';
import { Workspace } from '../support/program.js';
import { uniqueName } from '../support/runs.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const experiment = (name: string, epochs: number): string => `
name: ${name}
dataset: { ${SMALL_MNIST} }
model: { layers: [{ type: flatten }, { type: dense, units: 16 }, { type: dense, activation: softmax }] }
training: { epochs: ${epochs} }
`;

describe('ablate run with MLFLOW_TRACKING_URI', () => {
  let uri: string;
  let reader: MlflowReader;

  beforeAll(async () => {
    ({ uri } = await sharedServer());
    reader = await MlflowReader.open(uri);
  });
  afterAll(() => {
    reader.close();
  });

  /** The experiment's only run, once it is there and satisfies a condition. */
  async function readWhen(name: string, condition: (run: ReadRun) => boolean): Promise<ReadRun> {
    for (;;) {
      const [id] = await reader.runIds(name).catch(() => []);
      const run = id ? await reader.readRun(id) : undefined;
      if (run && condition(run)) return run;
      await sleep(200);
    }
  }

  it('logs to a real server what its own client then reads', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    workspace.write('tracked.yaml', experiment(name, 3));
    const result = await workspace.ablate(['run', 'tracked.yaml'], { MLFLOW_TRACKING_URI: uri });
    expect(result.code, result.stderr).toBe(0);
    const [id] = workspace.runs();
    const { metrics } = workspace.summary(id);
    const run = await readWhen(name, () => true);
    expect(run.status).toBe('FINISHED');
    expect(run.tags['ablate.run_id']).toBe(id);
    expect(run.params['training.epochs']).toBe('3');
    expect(run.metrics.val_accuracy.map(([step]) => step)).toEqual([22, 44, 66]);
    expect(run.metrics.val_accuracy.at(-1)?.[2]).toBe(metrics.val_accuracy);
    expect(run.metrics.test_accuracy.at(-1)?.[2]).toBe(metrics.test_accuracy);
    const summary = createHash('sha256')
      .update(workspace.read('runs', id, 'summary.json'))
      .digest('hex');
    expect(run.artifacts['summary.json']).toBe(summary);
    expect(run.models).toHaveLength(1);
  });

  it('logs a model that is found by the name of its run, and as runs:/ID/model', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    workspace.write('tracked.yaml', experiment(name, 1));
    const environment = { MLFLOW_TRACKING_URI: uri };
    const result = await workspace.ablate(['run', 'tracked.yaml'], environment);
    expect(result.code, result.stderr).toBe(0);
    const [runId] = await reader.runIds(name);
    const [model] = (await reader.readRun(runId)).models;
    expect(model.name).toContain(name);
    const uris = [`runs:/${runId}/model`, `runs:/${runId}/${model.name}`];
    for (const [i, modelUri] of uris.entries()) {
      expect((await reader.modelInfo(modelUri)).example).toEqual([1, 28, 28, 1]);
      // Beside a file that MLflow adds to what was registered.
      expect(await reader.hashes(modelUri)).toMatchObject(model.artifacts);
      expect(await reader.register(modelUri, `${name} ${i}`)).toBe('1');
      expect(await reader.hashes(`models:/${name} ${i}/1`)).toMatchObject(model.artifacts);
      const words = ['export', modelUri, '--format', 'tfjs', '--output', `copy-${i}`];
      const { code, stderr } = await workspace.ablate(words, environment);
      expect(code, stderr).toBe(0);
    }
  });

  it('logs each trial of a sweep as a run, by whose tags they are found', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    const tags = 'tags: [digits, small]\ntracking: { tags: { team: vision, ablate.run_id: not this } }\n';
    workspace.write('tracked.yaml', `${experiment(name, 1)}${tags}`);
    const words = ['sweep', 'tracked.yaml', 'training.batch_size=64,128', '--jobs', '2'];
    const result = await workspace.ablate(words, { MLFLOW_TRACKING_URI: uri });
    expect(result.code, result.stderr).toBe(0);
    const runs = await Promise.all((await reader.runIds(name)).map((id) => reader.readRun(id)));
    const [sweep] = workspace.sweeps();
    const parent = runs.find(({ tags }) => tags['ablate.run_id'] === sweep);
    expect(parent).toMatchObject({ status: 'FINISHED', params: { 'sweep.training.batch_size': '[64, 128]' } });
    expect(parent?.tags['mlflow.note.content']).toMatch(/batch\\_size=64 \| 1/);
    const trials = runs.filter((run) => run !== parent);
    const facts = trials.map(({ name: title, status, tags }) => [
      title,
      status,
      tags.variant,
      'mlflow.parentRunId' in tags,
    ]);
    expect(facts.sort()).toEqual([
      ['batch_size=128 · seed 0', 'FINISHED', 'batch_size=128', true],
      ['batch_size=64 · seed 0', 'FINISHED', 'batch_size=64', true],
    ]);
    expect(Object.keys(trials[0].params)[0]).toBe('training.batch_size');
    expect(trials.map(({ tags }) => tags['ablate.run_id']).sort()).toEqual(workspace.runs());
    for (const run of runs) expect(run.tags).toMatchObject({ digits: 'true', small: 'true', team: 'vision' });
    const listed = await workspace.ablate(['ls', '--all']);
    expect(listed.stdout.match(/digits, small, team=vision/g)).toHaveLength(3);
    for (const id of [sweep, workspace.runs()[0]]) {
      expect((await workspace.ablate(['show', id])).stdout).toMatch(/tags +digits, small, team=vision/);
    }
  });

  it('registers the model of the best run, as MLflow itself reads it', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    const environment = { MLFLOW_TRACKING_URI: uri };
    workspace.write('tracked.yaml', experiment(name, 1));
    const words = ['sweep', 'tracked.yaml', 'training.batch_size=64,128', '--jobs', '2', '--register', name];
    const first = await workspace.ablate(words, environment);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain(`version 1 of ${name}, models:/${name}@best`);
    const info = await reader.modelInfo(`models:/${name}@best`);
    expect(info.signature).toEqual({ inputs: [[-1, 28, 28, 1]], outputs: [[-1, 10]] });
    expect(info.example).toEqual([1, 28, 28, 1]);
    // The same again is the same version; a worse one is not the best.
    const again = await workspace.ablate(['sync', workspace.sweeps()[0], '--register', name], environment);
    expect(again.stderr).toContain(`version 1 of ${name}, models:/${name}@best`);
    const worse = await workspace.ablate(
      ['run', 'tracked.yaml', 'training.optimizer.learning_rate=1e-9', '--register', name],
      environment,
    );
    expect(worse.stderr).toMatch(new RegExp(`version 2 of ${name}$`, 'm'));
    expect(await reader.aliasedVersion(name, 'best')).toBe('1');
  });

  it('needs a server to register at, before it trains', async () => {
    const workspace = new Workspace();
    workspace.write('tracked.yaml', experiment('nowhere', 1));
    const result = await workspace.ablate(['run', 'tracked.yaml', '--register', 'digits']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/MLFLOW_TRACKING_URI names none/);
    const named = await workspace.ablate(['run', 'tracked.yaml', '--register', 'a/b'], { MLFLOW_TRACKING_URI: uri });
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('no registered model') as string });
    expect(workspace.runs()).toEqual([]);
  });

  it('delivers during training', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    workspace.write('long.yaml', experiment(name, 100_000));
    const { result, kill } = workspace.start(['run', 'long.yaml'], { MLFLOW_TRACKING_URI: uri });
    const run = await readWhen(name, ({ metrics }) => 'val_loss' in metrics && metrics.val_loss.length > 2);
    expect(run.status).toBe('RUNNING');
    kill('SIGINT');
    expect(await result).toMatchObject({ code: 130 });
    expect((await readWhen(name, () => true)).status).toBe('KILLED');
  });

  it('continues in the same run when a run is resumed, with no point twice', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    workspace.write('resumed.yaml', experiment(name, 40));
    const environment = { MLFLOW_TRACKING_URI: uri };
    const program = workspace.start(['run', 'resumed.yaml'], environment);
    program.onError((text) => {
      if (text.includes(' 1/40')) program.kill('SIGINT');
    });
    expect(await program.result).toMatchObject({ code: 130 });
    const killed = await readWhen(name, () => true);
    expect(killed).toMatchObject({ status: 'KILLED', tags: { 'ablate.error': 'interrupted' } });
    const { code, stderr } = await workspace.ablate(['resume'], environment);
    expect(code, stderr).toBe(0);
    expect(await reader.runIds(name)).toHaveLength(1);
    const run = await readWhen(name, () => true);
    expect(run.status).toBe('FINISHED');
    expect(run.tags).not.toHaveProperty('ablate.error');
    expect(run.metrics.val_accuracy.map(([step]) => step)).toEqual(Array.from({ length: 40 }, (_, i) => 22 * (i + 1)));
    expect(run.metrics.test_accuracy).toHaveLength(1);
    expect(run.models).toHaveLength(1);
  });

  it('trains all the same when nothing answers there', async () => {
    const workspace = new Workspace();
    workspace.write('tracked.yaml', experiment('unreachable', 1));
    const result = await workspace.ablate(['run', 'tracked.yaml'], { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' });
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/ablate sync/);
    expect(workspace.summary(workspace.runs()[0]).status).toBe('FINISHED');
  });

  it('says once what a server refuses, with the remedy, and by its exit code, of a run and of a sweep', async () => {
    const workspace = new Workspace();
    const name = uniqueName();
    workspace.write('tracked.yaml', experiment(name, 1));
    // As a server with `--no-serve-artifacts` makes its experiments.
    await fetch(`${uri}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, artifact_location: `file://${workspace.folder}/artifacts` }),
    });
    for (const words of [
      ['run', 'tracked.yaml', '--json'],
      ['sweep', 'tracked.yaml', 'training.seed=5,6', '--json'],
    ]) {
      const { code, stdout, stderr } = await workspace.ablate(words, { MLFLOW_TRACKING_URI: uri });
      expect(code, stderr).toBe(3);
      expect(stderr.match(/start the server with `--serve-artifacts/g)).toHaveLength(1);
      const { status, undelivered } = JSON.parse(stdout) as { status: string; undelivered: string[] };
      expect(status).toBe('FINISHED');
      expect(undelivered).toEqual([expect.stringMatching(/^artifacts: /)]);
    }
  });

  it('says that an address is none, and ends with another exit code than if all had arrived', async () => {
    const workspace = new Workspace();
    workspace.write('tracked.yaml', experiment('unreachable', 1));
    const { code, stderr } = await workspace.ablate(['run', 'tracked.yaml'], { MLFLOW_TRACKING_URI: 'sqlite:///a.db' });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/MLflow: .*all of it waits in the run: `.*ablate sync` delivers/);
    const untracked = await workspace.ablate(['run', 'tracked.yaml', 'tracking=none'], { MLFLOW_TRACKING_URI: uri });
    expect(untracked.code).toBe(0);
  });
});
