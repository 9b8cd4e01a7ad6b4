import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Follower } from '../../src/tracking/follower.js';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { readIdentity, type RunDirectory } from '../../src/tracking/run-store.js';
import { deliver } from '../../src/tracking/sync.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { MlflowReader, type ReadRun } from '../support/mlflow-reader.js';
import { sharedServer } from '../support/mlflow-server.js';
import { emptyRun, journalEnd, journalEpochs, journalStart } from '../support/runs.js';

let proxy: FaultProxy;
let client: MlflowClient;
let reader: MlflowReader;
let messages: string[];

beforeAll(async () => {
  const { uri } = await sharedServer();
  proxy = new FaultProxy(uri);
  await proxy.start();
  reader = await MlflowReader.open(uri);
});

beforeEach(() => {
  client = new MlflowClient(new MlflowConnection({ uri: proxy.uri, timeout: 10_000 }));
  proxy.fault = () => undefined;
  messages = [];
});

afterAll(async () => {
  await proxy.stop();
  reader.close();
});

function follow(run: RunDirectory): Follower {
  return new Follower(deliverableRun(run), client, { onMessage: (message) => messages.push(message) });
}

async function read(run: RunDirectory): Promise<ReadRun | undefined> {
  const [id] = await reader.runIds(readIdentity(run).experiment);
  return id ? reader.readRun(id) : undefined;
}

async function pointsOf(run: RunDirectory): Promise<number> {
  return Object.values((await read(run))?.metrics ?? {}).flat().length;
}

const WAIT = { timeout: 60_000, interval: 300 };

describe('a run that is followed', () => {
  it('arrives while it is in progress, and in full at its end', async () => {
    const run = emptyRun();
    const follower = follow(run);
    journalStart(run);
    journalEpochs(run, 1, 2);
    await expect.poll(() => pointsOf(run), WAIT).toBe(6);
    expect(await read(run)).toMatchObject({ status: 'RUNNING', params: { 'model.kernel_size': '3' } });
    journalEpochs(run, 3, 4);
    await expect.poll(() => pointsOf(run), WAIT).toBe(12);
    journalEnd(run);
    expect(await follower.finish()).toMatchObject({ delivered: { id: run.id, points: 14, refused: [] } });
    expect(await read(run)).toMatchObject({ status: 'FINISHED', models: [{ status: 'READY' }] });
    expect(messages).toEqual([]);
  });

  it('while the server is down from the start, arrives once that is up', async () => {
    await proxy.stop();
    const run = emptyRun();
    const follower = follow(run);
    journalStart(run);
    journalEpochs(run, 1, 2);
    await expect.poll(() => messages, WAIT).toEqual([expect.stringContaining("can't be reached")]);
    await proxy.start();
    await expect.poll(() => pointsOf(run), WAIT).toBe(6);
    await expect.poll(() => messages.at(-1), WAIT).toContain('is back');
    journalEpochs(run, 3, 4);
    journalEnd(run);
    expect(await follower.finish()).toMatchObject({ delivered: { points: 14 } });
  });

  it('while the server fails in the middle, arrives with each point once', async () => {
    const run = emptyRun();
    const follower = follow(run);
    journalStart(run);
    journalEpochs(run, 1, 1);
    await expect.poll(() => pointsOf(run), WAIT).toBe(3);
    proxy.fault = () => ({ kind: 'lost' });
    journalEpochs(run, 2, 3);
    await expect.poll(() => messages.length, WAIT).toBe(1);
    proxy.fault = () => undefined;
    journalEpochs(run, 4, 4);
    journalEnd(run);
    expect(await follower.finish(30_000)).toMatchObject({ delivered: { refused: [] } });
    expect(await pointsOf(run)).toBe(14);
  });

  it('to its end without a server says how much is left, which a sync delivers later', async () => {
    await proxy.stop();
    const run = emptyRun();
    const follower = follow(run);
    journalStart(run);
    journalEpochs(run, 1, 4);
    journalEnd(run);
    const end = await follower.finish(100);
    expect(end).toMatchObject({ pendingPoints: 14, error: { code: 'mlflow-unreachable' } });
    await proxy.start();
    await deliver(deliverableRun(run), client);
    expect(await pointsOf(run)).toBe(14);
  });

  it('with credentials that are refused says so once, and tries no more', async () => {
    proxy.fault = () => ({ kind: 'status', status: 401 });
    const run = emptyRun();
    const follower = follow(run);
    await expect.poll(() => messages, WAIT).toEqual([expect.stringContaining('401')]);
    journalEpochs(run, 1, 1);
    const before = proxy.requests.length;
    expect(await follower.finish()).toMatchObject({ pendingPoints: 3, error: { code: 'mlflow-unauthorized' } });
    expect(proxy.requests).toHaveLength(before);
  });

  it('whose credentials expire in the middle keeps the rest, which a sync with new ones delivers', async () => {
    let valid = 'Bearer old';
    proxy.fault = ({ headers }) => (headers.authorization === valid ? undefined : { kind: 'status', status: 401 });
    client = new MlflowClient(new MlflowConnection({ uri: proxy.uri, token: 'old' }));
    const run = emptyRun();
    const follower = follow(run);
    journalStart(run);
    journalEpochs(run, 1, 1);
    await expect.poll(() => pointsOf(run), WAIT).toBe(3);
    valid = 'Bearer new';
    journalEpochs(run, 2, 4);
    journalEnd(run);
    expect(await follower.finish()).toMatchObject({ error: { code: 'mlflow-unauthorized' } });
    expect(messages).toEqual([]);
    await deliver(deliverableRun(run), new MlflowClient(new MlflowConnection({ uri: proxy.uri, token: 'new' })));
    expect(await read(run)).toMatchObject({ status: 'FINISHED' });
    expect(await pointsOf(run)).toBe(14);
  });
});
