import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MlflowServer, sharedServer } from '../support/mlflow-server.js';
import { Workspace } from '../support/program.js';
import { uniqueName } from '../support/runs.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const name = uniqueName();

const EXPERIMENT = `
name: kept
dataset: { ${SMALL_MNIST}, train_fraction: 0.4 }
model: { layers: [{ type: flatten }, { type: dense }] }
training: { epochs: 1 }
tracking: { experiment: ${name} }
`;

describe('a model that MLflow keeps', () => {
  const workspace = new Workspace(afterAll);
  const registered = `digits ${name}`;
  let server: MlflowServer;
  let runId = '';
  let environment: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    server = await sharedServer();
    environment = { MLFLOW_TRACKING_URI: server.uri, ABLATE_CACHE: undefined };
    workspace.write('kept.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'kept.yaml'], environment);
    expect(code, stderr).toBe(0);
    const { experiment } = (await ask(`experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`)) as {
      experiment: { experiment_id: string };
    };
    const { runs } = (await ask('runs/search', { experiment_ids: [experiment.experiment_id] })) as {
      runs: { info: { run_id: string } }[];
    };
    runId = runs[0].info.run_id;
    const { models } = (await ask('logged-models/search', { experiment_ids: [experiment.experiment_id] })) as {
      models: { info: { model_id: string } }[];
    };
    await ask('registered-models/create', { name: registered });
    const { model_id } = models[0].info;
    await ask('model-versions/create', { name: registered, source: `models:/${model_id}`, model_id });
    await ask('registered-models/alias', { name: registered, alias: 'champion', version: '1' });
  });

  async function ask(endpoint: string, json?: object): Promise<unknown> {
    const options = json && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    };
    const response = await fetch(`${server.uri}/api/2.0/mlflow/${endpoint}`, options);
    if (!response.ok) throw new Error(`${endpoint}: ${await response.text()}`);
    return response.json();
  }

  it('is the one that the run has trained, by version, by alias and by run', async () => {
    const uris = [`models:/${registered}/1`, `models:/${registered}@champion`, `runs:/${runId}/model`];
    for (const [index, uri] of uris.entries()) {
      const words = ['export', uri, '--format', 'tfjs', '--output', `copy-${index}`];
      const { code, stderr } = await workspace.ablate(words, environment);
      expect(code, stderr).toBe(0);
    }
    const [id] = workspace.runs();
    await workspace.ablate(['export', id, '--format', 'tfjs', '--output', 'own']);
    const own = workspace.read('own', 'weights.bin');
    for (const index of uris.keys()) expect(workspace.read(`copy-${index}`, 'weights.bin').equals(own)).toBe(true);
  });

  it('is evaluated on the data that its run was trained on', async () => {
    const words = ['evaluate', `models:/${registered}/1`, '--no-robustness', '--json'];
    const { code, stdout, stderr } = await workspace.ablate(words, environment);
    expect(code, stderr).toBe(0);
    const [id] = workspace.runs();
    const { runs } = JSON.parse(stdout) as { runs: { run: string; accuracy: number }[] };
    expect(runs[0].run).toBe(`models:/${registered}/1`);
    expect(runs[0].accuracy).toBeCloseTo(workspace.summary(id).metrics.test_accuracy, 10);
  });

  it('is what another training starts from', async () => {
    const words = ['run', 'kept.yaml', `training.initial_weights="models:/${registered}/1"`, 'tracking=none'];
    const { code, stderr } = await workspace.ablate(words, environment);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Initial weights of .*: dense/);
  });

  it('is named where there is none, or no server', async () => {
    for (const uri of [`models:/${registered}/7`, `models:/${registered}@none`, `models:/none ${name}/1`]) {
      const missing = await workspace.ablate(['predict', uri, 'x.png'], environment);
      expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('MLflow has no model')]);
    }
    const nowhere = await workspace.ablate(['predict', 'models:/digits/1', 'x.png']);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('set MLFLOW_TRACKING_URI')]);
  });
});
