import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import { takeRunId } from '../../src/tracking/mlflow/adopted-run.js';
import { MlflowClient, type WantedExperiment } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { clientFromEnvironment } from '../../src/tracking/mlflow/environment.js';
import { deliver } from '../../src/tracking/sync.js';
import { MlflowReader } from '../support/mlflow-reader.js';
import { sharedServer } from '../support/mlflow-server.js';
import { emptyRun, endedRun, START, uniqueName } from '../support/runs.js';

let uri: string;
let client: MlflowClient;
let reader: MlflowReader;

beforeAll(async () => {
  ({ uri } = await sharedServer());
  client = new MlflowClient(new MlflowConnection({ uri }));
  reader = await MlflowReader.open(uri);
});

afterAll(() => {
  client.close();
  reader.close();
});

function clientOf(wanted: WantedExperiment): MlflowClient {
  const { experimentId, experimentName } = wanted;
  const environment = { MLFLOW_EXPERIMENT_ID: experimentId, MLFLOW_EXPERIMENT_NAME: experimentName };
  const found = clientFromEnvironment({ MLFLOW_TRACKING_URI: uri, ...environment });
  return found ?? expect.fail('a client');
}

describe('MLFLOW_EXPERIMENT_ID', () => {
  it('is where runs go that name no experiment', async () => {
    const name = uniqueName();
    const experimentId = await client.ensureExperiment(name, []);
    const run = emptyRun({ name: 'baseline', experiment: 'baseline' });
    const { mlflow_run_id: id, url } = await deliver(deliverableRun(run), clientOf({ experimentId }));
    expect(url).toContain(`/experiments/${experimentId}/`);
    expect(await reader.runIds(name)).toEqual([id]);
    const named = uniqueName();
    await deliver(deliverableRun(emptyRun({ experiment: named })), clientOf({ experimentId }));
    expect(await reader.runIds(named)).toHaveLength(1);
  });

  it('that the server has not, or that contradicts the name, is refused', async () => {
    const run = emptyRun({ name: 'baseline', experiment: 'baseline' });
    const failure = { code: 'mlflow-experiment', message: expect.stringContaining('MLFLOW_EXPERIMENT_ID') as string };
    await expect(deliver(deliverableRun(run), clientOf({ experimentId: '987654321' }))).rejects.toMatchObject(failure);
    const experimentName = uniqueName();
    const other = deliverableRun(emptyRun({ experiment: experimentName }));
    await expect(deliver(other, clientOf({ experimentId: '0', experimentName }))).rejects.toMatchObject(failure);
  });
});

describe('MLFLOW_RUN_ID', () => {
  it('is the run that the next one becomes; it keeps its name', async () => {
    const experimentId = await client.ensureExperiment(uniqueName(), []);
    const tags = [{ key: 'mlflow.note.content', value: 'Made by `mlflow run`.' }];
    const { runId } = await client.createRun({ experimentId, name: 'project', startTime: START, tags });
    const run = endedRun();
    const first = await deliver(deliverableRun(run), client, { adopted: runId });
    expect(first.mlflow_run_id).toBe(runId);
    const read = await reader.readRun(runId);
    expect(read).toMatchObject({ name: 'project', status: 'FINISHED', tags: { 'ablate.run_id': run.id } });
    expect(read.tags['mlflow.note.content']).toBe('Made by `mlflow run`.');
    expect(read.metrics).toHaveProperty('val_accuracy');
    // Again, and without the variable, it is the same run.
    expect(await deliver(deliverableRun(run), client)).toMatchObject({ mlflow_run_id: runId, points: 0, files: 0 });
    const other = deliver(deliverableRun(emptyRun()), client, { adopted: runId });
    await expect(other).rejects.toMatchObject({
      code: 'mlflow-run',
      message: expect.stringContaining(run.id) as string,
    });
  });

  it('that the server has not is refused', async () => {
    const adopted = 'f'.repeat(32);
    const delivery = deliver(deliverableRun(emptyRun()), client, { adopted });
    await expect(delivery).rejects.toMatchObject({ code: 'mlflow-run', exitCode: 2 });
  });

  it('holds once, as in MLflow', () => {
    const environment: NodeJS.ProcessEnv = { MLFLOW_RUN_ID: 'abc' };
    expect([takeRunId(environment), takeRunId(environment)]).toEqual(['abc', undefined]);
  });
});
