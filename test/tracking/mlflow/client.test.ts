import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MlflowClient, type MlflowRun } from '../../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../../src/tracking/mlflow/connection.js';
import type { Batch, Text } from '../../../src/tracking/mlflow/limits.js';
import { encodeArtifactPath, encodeName } from '../../../src/tracking/mlflow/names.js';
import { MlflowReader } from '../../support/mlflow-reader.js';
import { sharedServer } from '../../support/mlflow-server.js';
import { START, temporaryFolder, uniqueName } from '../../support/runs.js';

let client: MlflowClient;
let reader: MlflowReader;

beforeAll(async () => {
  const { uri } = await sharedServer();
  client = new MlflowClient(new MlflowConnection({ uri }));
  reader = await MlflowReader.open(uri);
});

afterAll(() => {
  client.close();
  reader.close();
});

async function newRun(experiment = uniqueName(), tags: Text[] = []): Promise<MlflowRun> {
  const experimentId = await client.ensureExperiment(experiment, []);
  return client.createRun({ experimentId, name: 'baseline', user: 'ada', startTime: START, tags });
}

function log(run: MlflowRun, changes: Partial<Batch>): Promise<void> {
  return client.logBatch(run.runId, { metrics: [], params: [], tags: [], ...changes });
}

describe('an experiment', () => {
  const KIND = { key: 'mlflow.experimentKind', value: 'custom_model_development' };

  it('is created once, however many ask for it at once, with its tags', async () => {
    const name = uniqueName();
    const ids = await Promise.all(Array.from({ length: 8 }, () => client.ensureExperiment(name, [KIND])));
    expect(new Set(ids).size).toBe(1);
    expect(await reader.experimentTags(name)).toMatchObject({ [KIND.key]: KIND.value });
  });

  it('gets the tags that it lacks and keeps those that it has', async () => {
    const name = uniqueName();
    await client.ensureExperiment(name, [{ key: 'a', value: '1' }]);
    await client.ensureExperiment(name, [
      { key: 'a', value: '2' },
      { key: 'b', value: '3' },
    ]);
    expect(await reader.experimentTags(name)).toMatchObject({ a: '1', b: '3' });
  });

  it('is restored when it was deleted', async () => {
    const name = uniqueName();
    const id = await client.ensureExperiment(name, []);
    await reader.deleteExperiment(name);
    expect(await client.ensureExperiment(name, [])).toBe(id);
    await newRun(name);
    expect(await reader.runIds(name)).toHaveLength(1);
  });
});

describe('a run', () => {
  it('is created with its time, and found by a tag', async () => {
    const tag = { key: 'ablate.run_id', value: "it's-1" };
    const run = await newRun(undefined, [tag]);
    expect(await client.findRuns(run.experimentId, tag)).toMatchObject([
      { runId: run.runId, tags: { [tag.key]: tag.value } },
    ]);
    expect(await client.findRuns(run.experimentId, { ...tag, value: 'other' })).toEqual([]);
    expect(await reader.readRun(run.runId)).toMatchObject({ name: 'baseline', start: START, status: 'RUNNING' });
  });

  it('ends with a status and a time', async () => {
    const run = await newRun();
    await client.updateRun(run.runId, 'FAILED', START + 5);
    expect(await reader.readRun(run.runId)).toMatchObject({ status: 'FAILED', end: START + 5 });
  });

  it('is undefined when the server has none, and marked when it is deleted', async () => {
    const run = await newRun();
    expect(await client.getRun('0'.repeat(32))).toBeUndefined();
    await client.deleteRun(run.runId);
    expect(await client.getRun(run.runId)).toMatchObject({ deleted: true });
  });
});

describe('a batch', () => {
  it('of any size arrives in full and in its values, and a second time changes nothing', async () => {
    const run = await newRun();
    const metrics = Array.from({ length: 2300 }, (_, step) => ({
      key: step % 2 ? 'loss' : 'accuracy',
      value: [0.1 + step, NaN, 5e-324, -1e300][step % 4],
      timestamp: START + step,
      step,
    }));
    const params = Array.from({ length: 250 }, (_, index) => ({ key: `p.${index}`, value: `${index} é\n"` }));
    const tags = Array.from({ length: 150 }, (_, index) => ({ key: `t.${index}`, value: '' }));
    await log(run, { metrics, params, tags });
    await log(run, { metrics, params, tags });
    const read = await reader.readRun(run.runId);
    const expected = metrics.map(({ key, step, timestamp, value }) => [
      key,
      step,
      timestamp,
      Number.isNaN(value) ? 'NaN' : value,
    ]);
    const arrived = Object.entries(read.metrics).flatMap(([key, points]) => points.map((point) => [key, ...point]));
    expect(arrived.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual(expected);
    expect(read.params).toEqual(Object.fromEntries(params.map(({ key, value }) => [key, value])));
    expect(read.tags).toMatchObject(Object.fromEntries(tags.map(({ key, value }) => [key, value])));
  });

  it('with more than a megabyte of params arrives', async () => {
    const run = await newRun();
    const params = Array.from({ length: 100 }, (_, index) => ({ key: `p${index}`, value: 'é\n'.repeat(3000) }));
    await log(run, { params });
    expect((await reader.readRun(run.runId)).params).toEqual(
      Object.fromEntries(params.map(({ key, value }) => [key, value])),
    );
  });

  it('takes encoded names of any kind, and keeps infinities as the largest numbers', async () => {
    const run = await newRun();
    const names = ['accuracy@5', 'loss (mean)', '', '..', '/a//b/', './c', 'recall/猫', '😀', '%', 'x'.repeat(250)];
    const metrics = names.map((name) => ({ key: encodeName(name), value: Infinity, timestamp: START, step: 0 }));
    const texts = names.map((name) => ({ key: encodeName(name), value: name }));
    await log(run, { metrics, params: texts, tags: texts });
    const read = await reader.readRun(run.runId);
    expect(Object.keys(read.metrics).sort()).toEqual(names.map(encodeName).sort());
    expect(Object.values(read.metrics).flat()).toEqual(names.map(() => [0, START, Number.MAX_VALUE]));
    expect(Object.values(read.params).sort()).toEqual(names.toSorted());
  });

  it('with another value of a param is refused', async () => {
    const run = await newRun();
    await log(run, { params: [{ key: 'a', value: '1' }] });
    await expect(log(run, { params: [{ key: 'a', value: '2' }] })).rejects.toMatchObject({ failure: 'rejected' });
  });
});

describe('artifacts', () => {
  it('arrive byte for byte under their path, which may hold what it likes', async () => {
    const run = await newRun();
    const file = join(temporaryFolder(), 'file');
    const paths = ['a.txt', 'b c/(é)+&=.json', '100%25#/a?', ' a\tb/c:\\d'];
    for (const path of paths) {
      writeFileSync(file, path);
      await client.uploadArtifact(run.artifactUri, path, file);
    }
    writeFileSync(file, '');
    await client.uploadArtifact(run.artifactUri, 'nothing in it', file);
    const expected = [...paths.map((path) => [encodeArtifactPath(path), path]), ['nothing in it', '']];
    expect((await reader.readRun(run.runId)).artifacts).toEqual(
      Object.fromEntries(expected.map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')])),
    );
  });

  it('that the server does not pass on are refused with the way out', async () => {
    const upload = client.uploadArtifact('s3://bucket/1/run/artifacts', 'a', '/dev/null');
    await expect(upload).rejects.toMatchObject({
      failure: 'rejected',
      hint: expect.stringContaining('--serve-artifacts') as string,
    });
  });
});

describe('datasets and models', () => {
  it('are inputs and outputs of their run', async () => {
    const run = await newRun();
    const input = { digest: 'd'.repeat(64), sourceType: 'local', source: {}, schema: {}, profile: {} };
    await client.logInputs(run.runId, [
      { ...input, name: 'mnist/training', context: 'training' },
      { ...input, name: 'mnist/test', context: 'test' },
    ]);
    const model = await client.createLoggedModel(run, 'model');
    expect(await client.findLoggedModels(run)).toEqual([model]);
    await client.uploadArtifact(model.artifactUri, 'model.json', import.meta.filename);
    await client.finalizeLoggedModel(model.modelId);
    await client.logOutput(run.runId, model.modelId, 7);
    expect(await client.getRun(run.runId)).toMatchObject({ models: [model.modelId] });
    const read = await reader.readRun(run.runId);
    expect(read.models).toMatchObject([{ name: 'model', status: 'READY', run: run.runId }]);
    expect(Object.keys(read.models[0].artifacts)).toEqual(['model.json']);
    expect(read.inputs.map(({ name, tags }) => [name, tags['mlflow.data.context']])).toEqual([
      ['mnist/training', 'training'],
      ['mnist/test', 'test'],
    ]);
  });
});
