import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { randomStream } from '../../src/random.js';
import { listDeliverables } from '../../src/sweep/deliverables.js';
import type { Deliverable } from '../../src/tracking/deliverable.js';
import type { JournalEvent } from '../../src/tracking/journal-events.js';
import { freePort } from '../../src/tracking/local-server.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { deliver } from '../../src/tracking/sync.js';
import { FaultProxy, type Fault } from '../support/fault-proxy.js';
import { MlflowReader, type ReadRun } from '../support/mlflow-reader.js';
import { type MlflowServer, startServer, stopServer } from '../support/mlflow-server.js';
import { Workspace } from '../support/program.js';
import { temporaryFolder } from '../support/runs.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const FAULTS = 200;
const EXPERIMENT = `
name: faults
question: What arrives?
dataset: { ${SMALL_MNIST}, train_fraction: 0.2 }
model: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }
training: { epochs: 3, batch_size: 32 }
sweep:
  parameters: { training.optimizer.learning_rate: [0.1, 0.01, 0.001] }
  seeds: 3
`;

/** Does harm of every kind to requests, drawn by a seed. */
class Harm {
  readonly counts: Record<string, number> = {};
  readonly #stream = randomStream(7, 'faults');
  readonly #proxy: FaultProxy;
  #refusing: Promise<void> | undefined;

  constructor(proxy: FaultProxy) {
    this.#proxy = proxy;
    proxy.fault = () => this.#draw();
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** Lets every request through from now on. */
  async end(): Promise<void> {
    this.#proxy.fault = () => undefined;
    await this.#refusing;
  }

  #draw(): Fault | undefined {
    if (this.#stream.below(100) >= 35) return undefined;
    const faults: [string, Fault][] = [
      ['refused', { kind: 'reset' }],
      ['reset', { kind: 'reset' }],
      ['delayed', { kind: 'delayed', milliseconds: 10 + this.#stream.below(500) }],
      ['500', { kind: 'status', status: 500, body: 'oops' }],
      ['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
      ['truncated', { kind: 'truncated' }],
      ['lost', { kind: 'lost' }],
    ];
    const [name, fault] = faults[this.#stream.below(faults.length)];
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    if (name === 'refused') this.#refusing ??= this.#refuse();
    return fault;
  }

  /** Nobody listens for a moment. */
  async #refuse(): Promise<void> {
    await this.#proxy.stop();
    await sleep(200);
    await this.#proxy.start();
    this.#refusing = undefined;
  }
}

function clientOf({ uri }: FaultProxy): MlflowClient {
  return new MlflowClient(new MlflowConnection({ uri, timeout: 20_000 }));
}

function eventsOf(deliverable: Deliverable): JournalEvent[] {
  const events: JournalEvent[] = [];
  for (let offset = 0; ;) {
    const chunk = deliverable.read(offset);
    if (chunk.offset === offset) return events;
    events.push(...chunk.events);
    offset = chunk.offset;
  }
}

function hashesOf(files: ReturnType<Deliverable['records']>, prefix = ''): Record<string, string> {
  const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(files.map(({ file, path }) => [path.slice(prefix.length), hash(file)]));
}

/** What a server must hold of a run or a sweep, from its journal and its files alone. */
function expected(deliverable: Deliverable): Partial<ReadRun> {
  const events = eventsOf(deliverable);
  const metrics: ReadRun['metrics'] = {};
  const params: Record<string, string> = {};
  const tags: Record<string, string> = { 'ablate.run_id': deliverable.id };
  let status = '';
  for (const event of events) {
    if (event.type === 'params') Object.assign(params, event.params);
    if (event.type === 'tags') Object.assign(tags, event.tags);
    if (event.type === 'state') ({ status } = event);
    if (event.type !== 'metrics' && event.type !== 'system') continue;
    for (const [name, value] of Object.entries(event.values)) {
      const [key, step] = event.type === 'system' ? [`system/${name}`, event.sample] : [name, event.step];
      (metrics[key] ??= []).push([step, event.time, value]);
    }
  }
  return { status, params, tags, metrics, artifacts: hashesOf([...deliverable.records(), ...deliverable.model()]) };
}

it('a sweep arrives exactly as it is in its journals, whatever happens on the way', async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  let server: MlflowServer = await startServer(folder, port);
  onTestFinished(() => stopServer(server));
  const proxy = new FaultProxy(server.uri);
  await proxy.start();
  onTestFinished(() => proxy.stop());
  const harm = new Harm(proxy);
  const environment = {
    MLFLOW_TRACKING_URI: proxy.uri,
    MLFLOW_HTTP_REQUEST_TIMEOUT: '20',
    MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL: '0.5',
  };

  const workspace = new Workspace();
  workspace.write('faults.yaml', EXPERIMENT);
  const sweep = workspace.start(['run', 'faults.yaml', '--jobs', '2', '--threads', '1', '--json'], environment);
  for (const begun of [2, 6]) {
    while (workspace.runs().length < begun) await sleep(100);
    await stopServer(server);
    server = await startServer(folder, port);
  }
  const { code, stdout, stderr } = await sweep.result;
  // All was trained; if the server was away when something should have arrived, the result and the exit code say so.
  const { undelivered = [] } = JSON.parse(stdout) as { undelivered?: string[] };
  expect(code, stderr).toBe(undelivered.length > 0 ? 3 : 0);
  expect(workspace.runs()).toHaveLength(9);

  const runs = join(workspace.folder, 'runs');
  const deliverables = listDeliverables(runs);
  do {
    // Without its cursor everything is sent again, as from another machine; each by a client of its own.
    for (const { path } of deliverables) rmSync(join(path, '.sync'), { recursive: true, force: true });
    await Promise.allSettled(deliverables.map((each) => deliver(each, clientOf(proxy), { patience: 60_000 })));
  } while (harm.total < FAULTS);
  await harm.end();
  expect(Object.keys(harm.counts)).toHaveLength(7);
  const sync = await workspace.ablate(['sync'], environment);
  expect(sync.code, sync.stderr).toBe(0);

  const reader = await MlflowReader.open(server.uri);
  onTestFinished(() => {
    reader.close();
  });
  const read = await Promise.all((await reader.runIds('faults')).map((id) => reader.readRun(id)));
  const byId = new Map(read.map((run) => [run.tags['ablate.run_id'], run]));
  expect(read).toHaveLength(deliverables.length);
  for (const deliverable of deliverables) {
    const run = byId.get(deliverable.id);
    const { tags, ...rest } = expected(deliverable);
    expect(run).toMatchObject(rest);
    expect(run?.metrics).toEqual(rest.metrics);
    expect(run?.params).toEqual(rest.params);
    expect(run?.tags).toMatchObject(tags ?? {});
    expect(run?.artifacts).toEqual(rest.artifacts);
    expect(run?.models.map(({ status, artifacts }) => ({ status, artifacts }))).toEqual(
      deliverable.isParent ? [] : [{ status: 'READY', artifacts: hashesOf(deliverable.model(), 'model/') }],
    );
    const inputs = deliverable.isParent ? [] : ['mnist/training', 'mnist/validation', 'mnist/test'];
    expect(run?.inputs.map(({ name }) => name)).toEqual(inputs);
  }
  const parents = new Set(read.map(({ tags }) => tags['mlflow.parentRunId']));
  expect(parents.size).toBe(2);
});
