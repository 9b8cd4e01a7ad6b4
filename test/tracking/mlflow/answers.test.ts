import fc from 'fast-check';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MlflowClient, type MlflowRun } from '../../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../../src/tracking/mlflow/connection.js';
import { UserError } from '../../../src/text/errors.js';

/** A server whose every answer is the same: what one is that was misconfigured, hacked, or is another program. */
let answer = { status: 200, body: '{}' };
const server = createServer((_, response) => {
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
});
let client: MlflowClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new MlflowClient(
    new MlflowConnection({ uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  );
});

afterAll(() => {
  client.close();
  server.close();
});

const run: MlflowRun = {
  ...{ runId: 'a', experimentId: '1', status: 'RUNNING', deleted: false, artifactUri: 'mlflow-artifacts:/1' },
  ...{ tags: {}, paramCount: 0, models: [] },
};
const tag = { key: 'a', value: 'b' };
const calls: Record<string, () => Promise<unknown>> = {
  ensureExperiment: () => client.ensureExperiment('a', [tag]),
  findExperiment: () => client.findExperiment('1', [tag]),
  createRun: () => client.createRun({ experimentId: '1', name: 'a', startTime: 1, tags: [] }),
  getRun: () => client.getRun('a'),
  findRuns: () => client.findRuns('1', tag),
  logBatch: () => client.logBatch('a', { metrics: [], params: [], tags: [tag] }),
  createLoggedModel: () => client.createLoggedModel(run, 'model'),
  getLoggedModel: () => client.getLoggedModel('m-1'),
  findLoggedModels: () => client.findLoggedModels(run),
  ensureVersion: () => client.registry.ensureVersion('a', { id: 'm-1', runId: 'a' }, []),
  findVersion: () => client.registry.find('a', { alias: 'best' }),
};

async function outcomeOf(call: () => Promise<unknown>, body: string, status = 200): Promise<unknown> {
  answer = { status, body };
  return call().catch((error: unknown) => error);
}

it.each(Object.keys(calls))('%s refuses wrong JSON in words', async (name) => {
  for (const body of ['null', '[]', '"run"', '3', '{"run":null,"runs":{},"experiment":[],"model":7,"models":"a"}']) {
    const outcome = await outcomeOf(calls[name], body);
    if (name === 'logBatch' && body.startsWith('{')) continue;
    expect(outcome).toMatchObject({
      code: 'mlflow-invalid-answer',
      message: expect.stringContaining('127.0.0.1') as string,
    });
  }
});

it('ids that lead elsewhere, tags without a key, runs without an id', async () => {
  const info = { run_id: 'a', experiment_id: '1', status: 'RUNNING', artifact_uri: 'x:' };
  const wrong = [
    { run: { info: { ...info, run_id: '../../x' } } },
    { run: { info: { ...info, experiment_id: 1 } } },
    { run: { info, data: { tags: [{ value: 'a' }] } } },
    { run: { info, data: { tags: { a: 'b' } } } },
    { run: { data: {} } },
  ];
  for (const body of wrong) {
    expect(await outcomeOf(calls.getRun, JSON.stringify(body))).toMatchObject({ code: 'mlflow-invalid-answer' });
  }
  const sound = { run: { info, data: { tags: [{ key: '__proto__', value: 'x' }, { key: 'empty' }] }, more: 1 } };
  const found = (await outcomeOf(calls.getRun, JSON.stringify(sound))) as MlflowRun;
  expect(Object.entries(found.tags)).toEqual([
    ['__proto__', 'x'],
    ['empty', ''],
  ]);
});

it('pages without an end', async () => {
  const outcome = await outcomeOf(calls.findRuns, '{"runs":[],"next_page_token":"again"}');
  expect(outcome).toMatchObject({ code: 'mlflow-invalid-answer' });
});

it('whatever the answer is, and the refusal, the error is one for the user', async () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean());
  const keys = [
    'run',
    'runs',
    'info',
    'data',
    'tags',
    'experiment',
    'model_version',
    'models',
    'error_code',
    'message',
  ];
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, '__proto__'), tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  const call = fc.constantFrom(...Object.values(calls));
  await fc.assert(
    fc.asyncProperty(call, json, fc.constantFrom(200, 400, 404, 500), async (ask, body, status) => {
      const outcome = await outcomeOf(ask, JSON.stringify(body), status);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UserError);
    }),
    { numRuns: 400 },
  );
});
