import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { label } from '../../src/launch/tracking/label.js';
import { randomStream } from '../../src/random.js';
import { readJournal } from '../../src/tracking/journal.js';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { encodeName, loggedModelName } from '../../src/tracking/mlflow/names.js';
import { readIdentity, runDirectory, type RunDirectory } from '../../src/tracking/run-store.js';
import { countPending, deliver } from '../../src/tracking/sync.js';
import { FaultProxy, type Fault } from '../support/fault-proxy.js';
import { MlflowReader, type ReadRun } from '../support/mlflow-reader.js';
import { freePort } from '../../src/tracking/local-server.js';
import { sharedServer, startServer, stopServer } from '../support/mlflow-server.js';
import {
  append,
  emptyRun,
  endedRun,
  journalEnd,
  journalEpochs,
  journalStart,
  START,
  temporaryFolder,
  writeFiles,
} from '../support/runs.js';

/** Long enough for a few retries. */
const PATIENCE = 20_000;

let proxy: FaultProxy;
let client: MlflowClient;
let reader: MlflowReader;

beforeAll(async () => {
  const { uri } = await sharedServer();
  proxy = new FaultProxy(uri);
  await proxy.start();
  reader = await MlflowReader.open(uri);
});

beforeEach(() => {
  client = new MlflowClient(new MlflowConnection({ uri: proxy.uri, timeout: 10_000 }));
  proxy.fault = () => undefined;
  proxy.requests.length = 0;
});

afterAll(async () => {
  await proxy.stop();
  reader.close();
});

/** The metric points of a journal as the reader gives them: by name, in the journal's order. */
function journalPoints(run: RunDirectory): ReadRun['metrics'] {
  const points: ReadRun['metrics'] = {};
  for (const event of readJournal(run.journal)) {
    if (event.type !== 'metrics') continue;
    for (const [name, value] of Object.entries(event.values)) {
      const shown = Number.isFinite(value) ? value : String(value);
      (points[encodeName(name)] ??= []).push([event.step, event.time, shown]);
    }
  }
  return points;
}

function hashes(run: RunDirectory, ...paths: string[]): Record<string, string> {
  const hash = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(run.path, path)))
      .digest('hex');
  return Object.fromEntries(paths.map((path) => [path, hash(path)]));
}

/** The only run of a run's experiment, which must hold what the run's directory does. */
async function readDelivered(run: RunDirectory): Promise<ReadRun> {
  const ids = await reader.runIds(readIdentity(run).experiment);
  expect(ids).toHaveLength(1);
  const read = await reader.readRun(ids[0]);
  expect(read.metrics).toEqual(journalPoints(run));
  return read;
}

/** Does harm to one request in four, by chance, but always to the same ones. */
function oneInFour(fault: Fault): () => Fault | undefined {
  const stream = randomStream(1, fault.kind);
  return () => (stream.below(4) === 0 ? fault : undefined);
}

describe('a run that has ended', () => {
  it('is renamed and tagged there, when it is here', async () => {
    const run = endedRun();
    await deliver(deliverableRun(run), client);
    await label({ run }, { name: 'wide, slow decay', tags: { champion: 'true' } });
    await deliver(deliverableRun(run), client);
    expect(await readDelivered(run)).toMatchObject({
      name: 'wide, slow decay',
      status: 'FINISHED',
      tags: { champion: 'true' },
    });
  });

  it('arrives in full', async () => {
    const run = endedRun();
    const { experiment } = readIdentity(run);
    const delivered = await deliver(deliverableRun(run), client);
    expect(delivered).toMatchObject({ id: run.id, points: 14, files: 6, refused: [] });
    const read = await readDelivered(run);
    expect(read).toMatchObject({ name: 'baseline', status: 'FINISHED', end: START + 10_000, experiment });
    expect(read.start).toBe(readIdentity(run).time);
    expect(read.params).toEqual({ 'model.kernel_size': '3', 'training.optimizer.name': 'adam' });
    expect(read.tags).toMatchObject({
      team: 'vision',
      'ablate.run_id': run.id,
      'ablate.status': 'FINISHED',
      'ablate.seed': '42',
      'ablate.config_hash': 'c0ffee',
      'ablate.version.tensorflow': '2.21.0',
      'ablate.machine.cpu': 'Example 3000',
      'mlflow.note.content': 'A small network.',
      'mlflow.user': 'ada',
      'mlflow.source.name': 'experiments/baseline.yaml',
      'mlflow.source.type': 'LOCAL',
      'mlflow.source.git.commit': readIdentity(run).git_commit,
    });
    expect(read.inputs.map(({ name, digest, tags }) => [name, digest, tags['mlflow.data.context']])).toEqual([
      ['mnist/training', 'a1b2c3d4', 'training'],
      ['mnist/test', 'a1b2c3d4', 'test'],
    ]);
    const record = ['config.yaml', 'summary.json', 'journal.jsonl', 'artifacts/confusion matrix.csv'];
    const model = hashes(run, 'model/model.json', 'model/weights.bin');
    expect(read.artifacts).toEqual({ ...hashes(run, ...record), ...model });
    expect(read.models).toMatchObject([{ name: loggedModelName(read.name), status: 'READY' }]);
    expect(read.models[0].artifacts).toEqual({
      'model.json': model['model/model.json'],
      'weights.bin': model['model/weights.bin'],
    });
    expect(await reader.experimentTags(experiment)).toMatchObject({
      'mlflow.experimentKind': 'custom_model_development',
    });
  });

  it('is not sent a second time', async () => {
    const run = endedRun();
    await deliver(deliverableRun(run), client);
    proxy.requests.length = 0;
    expect(await deliver(deliverableRun(run), client)).toMatchObject({ points: 0, files: 0 });
    expect(proxy.requests).toEqual([expect.stringMatching(/^GET .*runs\/get/)]);
  });

  it('is found again when the cursor is lost, and nothing doubles', async () => {
    const run = endedRun();
    await deliver(deliverableRun(run), client);
    rmSync(join(run.path, '.sync'), { recursive: true });
    await deliver(deliverableRun(run), client);
    const read = await readDelivered(run);
    expect(read.models).toHaveLength(1);
    expect(read.inputs).toHaveLength(2);
  });

  it('resumes from another machine when its folder is copied', async () => {
    const run = emptyRun();
    journalStart(run);
    journalEpochs(run, 1, 2);
    await deliver(deliverableRun(run), client);
    const folder = temporaryFolder();
    cpSync(run.path, join(folder, run.id), { recursive: true });
    const copy = runDirectory(folder, run.id);
    journalEpochs(copy, 3, 4);
    journalEnd(copy);
    expect(await deliver(deliverableRun(copy), client)).toMatchObject({ points: 8 });
    await readDelivered(copy);
  });

  it('gets files that came to its folder later', async () => {
    const run = endedRun();
    await deliver(deliverableRun(run), client);
    writeFiles(run, { 'artifacts/plots/loss.svg': '<svg/>' });
    expect(await deliver(deliverableRun(run), client)).toMatchObject({ points: 0, files: 1 });
    expect((await readDelivered(run)).artifacts).toMatchObject(hashes(run, 'artifacts/plots/loss.svg'));
  });

  it.each([
    ['FAILED', 'FAILED', 'the disk is full'],
    ['PRUNED', 'KILLED', undefined],
  ] as const)('as %s is %s there', async (status, mlflowStatus, error) => {
    const run = emptyRun();
    journalStart(run);
    journalEnd(run, status);
    await deliver(deliverableRun(run), client);
    const read = await readDelivered(run);
    expect(read.status).toBe(mlflowStatus);
    expect(read.tags['ablate.status']).toBe(status);
    expect(read.tags['ablate.error']).toBe(error);
  });

  it('is running again when it is resumed, until its new end', async () => {
    const run = emptyRun();
    journalStart(run);
    append(run, (journal) => {
      journal.append({ type: 'state', status: 'KILLED' }, START + 500);
    });
    await deliver(deliverableRun(run), client);
    expect((await readDelivered(run)).status).toBe('KILLED');
    journalStart(run);
    await deliver(deliverableRun(run), client);
    expect(await readDelivered(run)).toMatchObject({ status: 'RUNNING', tags: { 'ablate.status': 'RUNNING' } });
    journalEnd(run);
    await deliver(deliverableRun(run), client);
    expect(await readDelivered(run)).toMatchObject({ status: 'FINISHED', end: START + 10_000 });
  });
});

describe('what MLflow would refuse or cut', () => {
  it('arrives under other names, cut visibly, or is named, and holds up nothing else', async () => {
    const run = emptyRun();
    const long = 'x'.repeat(300);
    append(run, (journal) => {
      journal.append({ type: 'params', params: { 'kernel@(3)': '3', long: 'p'.repeat(7000), same: '1', [long]: '4' } });
      journal.append({ type: 'params', params: { same: '2', other: '5' } });
      journal.append({ type: 'tags', tags: { '../a': '6', long: 't'.repeat(9000) } });
      journal.append({ type: 'metrics', step: 1, values: { 'top@5': 0.5, '': 0.25 } }, START);
      journal.append({ type: 'artifact', path: 'artifacts/nothing.png' });
    });
    const { refused } = await deliver(deliverableRun(run), client);
    expect(refused).toEqual([
      expect.stringMatching(/^param same: .*Changing param values is not allowed/),
      expect.stringMatching(/^artifact artifacts\/nothing.png: no such file/),
    ]);
    const read = await readDelivered(run);
    expect(read.params).toEqual({
      kernel_x0040__x0028_3_x0029_: '3',
      long: `${'p'.repeat(5999)}…`,
      same: '1',
      other: '5',
      [encodeName(long)]: '4',
    });
    expect(read.tags).toMatchObject({ '_x002E__x002E_/a': '6', long: `${'t'.repeat(7999)}…` });
    expect(Object.values(read.tags)).toContain(long);
  });

  it('is no file outside of the run, be it through a link', async () => {
    const run = endedRun();
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(run.artifacts, 'link'));
    symlinkSync(temporaryFolder(), join(run.artifacts, 'folder'));
    append(run, (journal) => {
      for (const path of ['../secret', secret, 'artifacts/link', 'a\0b']) journal.append({ type: 'artifact', path });
    });
    const { refused } = await deliver(deliverableRun(run), client);
    expect(refused).toHaveLength(4);
    expect(Object.keys((await readDelivered(run)).artifacts).sort()).toEqual([
      'artifacts/confusion matrix.csv',
      'config.yaml',
      'journal.jsonl',
      'model/model.json',
      'model/weights.bin',
      'summary.json',
    ]);
  });

  it('is a model on a server without logged models: its files become artifacts', async () => {
    const run = endedRun();
    proxy.fault = ({ url }) =>
      url?.includes('logged-models') ? { kind: 'status', status: 404, body: '<html>' } : undefined;
    await deliver(deliverableRun(run), client);
    const read = await readDelivered(run);
    expect(read).toMatchObject({ status: 'FINISHED', models: [] });
    expect(read.artifacts).toMatchObject(hashes(run, 'model/model.json', 'model/weights.bin'));
  });
});

describe('a server that fails', () => {
  const faults: [string, Fault][] = [
    ['resets connections', { kind: 'reset' }],
    ['loses its answers', { kind: 'lost' }],
    ['breaks off its answers', { kind: 'truncated' }],
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
  ];

  it.each(faults)('now and then, since it %s, gets each point once', async (_, fault) => {
    const run = endedRun();
    proxy.fault = oneInFour(fault);
    await deliver(deliverableRun(run), client, { patience: PATIENCE });
    const read = await readDelivered(run);
    expect(read).toMatchObject({ status: 'FINISHED', models: [{ status: 'READY' }] });
    expect(read.models).toHaveLength(1);
    expect(read.inputs).toHaveLength(2);
  });

  it('to answer in time, and creates the run after all, is left with one run', async () => {
    const run = endedRun();
    let creations = 0;
    proxy.fault = ({ url }) =>
      url?.endsWith('runs/create') && ++creations === 1 ? { kind: 'delayed', milliseconds: 4000 } : undefined;
    const hasty = new MlflowClient(new MlflowConnection({ uri: proxy.uri, timeout: 2000 }));
    await deliver(deliverableRun(run), hasty, { patience: PATIENCE });
    expect(creations).toBeGreaterThan(1);
    await expect.poll(() => reader.runIds(readIdentity(run).experiment), { timeout: 30_000 }).toHaveLength(2);
    append(run, (journal) => {
      journal.append({ type: 'state', status: 'FINISHED' }, START + 10_000);
    });
    await deliver(deliverableRun(run), client);
    await readDelivered(run);
  });

  it('for longer than the patience lasts is given up, and the rest counted; later it continues', async () => {
    const run = endedRun();
    proxy.fault = ({ url }) => (url?.endsWith('log-batch') ? { kind: 'status', status: 503 } : undefined);
    const delivery = deliver(deliverableRun(run), client, { patience: 100 });
    await expect(delivery).rejects.toMatchObject({ name: 'MlflowError', retryable: true });
    expect(countPending(deliverableRun(run), client.uri)).toBe(14);
    proxy.fault = () => undefined;
    await deliver(deliverableRun(run), client);
    expect(countPending(deliverableRun(run), client.uri)).toBe(0);
    await readDelivered(run);
  });

  it('because the credentials have expired is given up at once', async () => {
    const run = endedRun();
    proxy.fault = () => ({ kind: 'status', status: 401 });
    await expect(deliver(deliverableRun(run), client)).rejects.toMatchObject({ failure: 'unauthorized' });
    expect(proxy.requests).toHaveLength(1);
  });
});

describe('on the server', () => {
  it('a deleted experiment is restored', async () => {
    const first = endedRun();
    await deliver(deliverableRun(first), client);
    await reader.deleteExperiment(readIdentity(first).experiment);
    const second = endedRun({ experiment: readIdentity(first).experiment });
    await deliver(deliverableRun(second), client);
    expect(await reader.runIds(readIdentity(first).experiment)).toHaveLength(2);
  });

  it('a deleted run stays deleted, and the user has the choice', async () => {
    const run = endedRun();
    const { mlflow_run_id } = await deliver(deliverableRun(run), client);
    await reader.deleteRun(mlflow_run_id);
    await expect(deliver(deliverableRun(run), client)).rejects.toMatchObject({ code: 'mlflow-run-deleted' });
    rmSync(join(run.path, '.sync'), { recursive: true });
    await deliver(deliverableRun(run), client);
    await readDelivered(run);
  });

  it('children stand below their parent', async () => {
    const parent = endedRun();
    const { experiment } = readIdentity(parent);
    const child = endedRun({ experiment, parent: parent.id });
    const { mlflow_run_id: parentId } = await deliver(deliverableRun(parent), client);
    const { mlflow_run_id: childId } = await deliver(deliverableRun(child), client);
    expect((await reader.readRun(childId)).tags).toMatchObject({
      'mlflow.parentRunId': parentId,
      'ablate.parent_run_id': parent.id,
    });
  });

  it('a run is created once, however many processes deliver it at once', async () => {
    const run = endedRun();
    const clients = Array.from({ length: 4 }, () => new MlflowClient(new MlflowConnection({ uri: proxy.uri })));
    await Promise.all(clients.map((each) => deliver(deliverableRun(run), each)));
    expect((await readDelivered(run)).models).toHaveLength(1);
  });
});

describe('a server that is restarted', () => {
  it('on its old database gets the rest, and on a new one gets all', async () => {
    const folder = temporaryFolder();
    const port = await freePort();
    const own = new MlflowClient(new MlflowConnection({ uri: `http://127.0.0.1:${port}` }));
    const run = emptyRun();
    journalStart(run);
    journalEpochs(run, 1, 2);
    const before = await startServer(folder, port);
    await deliver(deliverableRun(run), own).finally(() => stopServer(before));
    journalEpochs(run, 3, 4);
    const error = await deliver(deliverableRun(run), own, { patience: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: 'unreachable' });
    rmSync(join(folder, 'mlflow.db'));
    const after = await startServer(folder, port);
    try {
      expect(await deliver(deliverableRun(run), own)).toMatchObject({ points: 12 });
    } finally {
      await stopServer(after);
    }
  });
});
