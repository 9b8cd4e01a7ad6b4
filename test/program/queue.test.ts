import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSweepRecord } from '../../src/sweep/sweep-journal.js';
import { sweepDirectory } from '../../src/sweep/sweep-store.js';
import { freePort } from '../../src/tracking/local-server.js';
import { makeCertificates } from '../support/certificates.js';
import { tinyExperiment } from '../support/experiments.js';
import { pointsOf } from '../support/kills.js';
import { Workspace } from '../support/program.js';
import { RedisServer } from '../support/redis.js';
import { bitsOf } from '../support/sweep-bits.js';
import { startWorker, type Worker } from '../support/workers.js';

const PASSWORD = 'open+sesame';

const workspace = new Workspace(afterAll);
const workers: Worker[] = [];
let server: RedisServer;
let queues = 0;

beforeAll(async () => {
  server = await RedisServer.start('--requirepass', PASSWORD);
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await server.stop();
});

/** A queue of the test's own. */
function newQueue(): string {
  return `${server.address.replace('//', `//:${PASSWORD}@`)}?queue=test-${queues++}`;
}

/** A worker with a folder of its own, as a machine has that shares nothing. */
async function addWorker(queue: string, ...options: string[]): Promise<Worker> {
  const folder = join(workspace.folder, `worker-${workers.length}`);
  const place = ['--concurrency', '1', '--runs-dir', folder, '--lease-seconds', '2'];
  const worker = await startWorker([...place, ...options], { environment: { ABLATE_QUEUE: queue } });
  workers.push(worker);
  return worker;
}

function start(parameters: string[], queue: string) {
  return workspace.start(parameters, { ABLATE_QUEUE: queue });
}

function write(name: string, epochs: number, rest = ''): void {
  workspace.write(
    name,
    `${tinyExperiment('name: mnist, train_fraction: 0.02')}training: { epochs: ${epochs}, optimizer: { name: adam } }\n${rest}`,
  );
}

const SWEEP = `sweep:
  parameters: { training.optimizer.learning_rate: [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00003] }
`;

/** So many that a trial is still trained when it is stopped, also on a loaded machine. */
const PRUNED_EPOCHS = 60;

it.each(['{ type: asha, min_iter: 1, eta: 2 }', '{ type: hyperband, min_iter: 1, eta: 2 }'])(
  'stops trials early as on one machine: %s',
  async (rule) => {
    const [queue, home] = [newQueue(), `home-${queues}`];
    write('pruned.yaml', PRUNED_EPOCHS, `${SWEEP}  early_terminate: ${rule}\n`);
    await Promise.all([addWorker(queue), addWorker(queue)]);
    const { code, stderr } = await start(['run', 'pruned.yaml', '--runs-dir', home], queue).result;
    expect(code, stderr).toBe(0);
    const record = readSweepRecord(sweepDirectory(join(workspace.folder, home), workspace.sweeps(home)[0]));
    const runs = workspace.runs(home);
    expect([...record.runs.values()].sort()).toEqual(runs);
    expect(record.ends.size).toBe(8);
    // What is stopped depends on the order in which the trials report; that each has been told why, and trained no more.
    const summaries = runs.map((run) => workspace.summary(run, home));
    const pruned = summaries.filter(({ status }) => status === 'PRUNED');
    expect(pruned.length).toBeGreaterThan(0);
    expect(new Map(pruned.map(({ id, error }) => [id, error]))).toEqual(record.stoppedEarly);
    expect(pruned.every(({ epochs }) => epochs < PRUNED_EPOCHS)).toBe(true);
    const others = summaries.filter(({ status }) => status !== 'PRUNED');
    expect(others.map(({ status, epochs }) => [status, epochs])).toEqual(others.map(() => ['FINISHED', PRUNED_EPOCHS]));
  },
);

it('brings a run home whose coordinator was killed, by its id', async () => {
  const queue = newQueue();
  write('single.yaml', 100);
  await addWorker(queue);
  const first = start(['run', 'single.yaml', '--runs-dir', 'single'], queue);
  await first.whenSaid(' 5/100');
  first.kill('SIGKILL');
  const { stderr } = await first.result;
  const [, id] = /^(tiny-\d{8}-\d{6}-[0-9a-f]{4})$/m.exec(stderr) ?? [];
  const second = await start(['resume', id, '--runs-dir', 'single'], queue).result;
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).not.toContain('Going on');
  expect(workspace.runs('single')).toEqual([id]);
  await workspace.ablate(['run', 'single.yaml', '--threads', '1', '--runs-dir', 'single-local']);
  const [local] = workspace.runs('single-local');
  expect(pointsOf(workspace.journal(id, 'single'))).toEqual(pointsOf(workspace.journal(local, 'single-local')));
});

it('says what keeps a worker from a trial, which waits for one that can do it', async () => {
  const queue = newQueue();
  for (const [index, label] of ['a', 'b'].entries()) {
    mkdirSync(join(workspace.folder, 'images', label), { recursive: true });
    for (let image = 0; image < 10; image++) {
      const data = new Uint8Array(8 * 8).fill(100 * index + image);
      const png = encode({ width: 8, height: 8, channels: 1, depth: 8, data });
      writeFileSync(join(workspace.folder, 'images', label, `${image}.png`), png);
    }
  }
  workspace.write(
    'images.yaml',
    'name: images\ndataset: { name: image_folder, path: images }\n' +
      'model: { layers: [{ type: flatten }, { type: dense, units: 2, activation: softmax }] }\ntraining: { epochs: 1 }\n',
  );
  const unable = await addWorker(queue);
  const run = start(['run', 'images.yaml', '--runs-dir', 'images-home'], queue);
  await run.whenSaid("a worker can't do it, and others try");
  unable.kill('SIGTERM');
  await unable.ended;
  expect(unable.log()).toContain('--data-root');
  await addWorker(queue, '--data-root', workspace.folder);
  const { code, stderr } = await run.result;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('--data-root FOLDER');
});

it('continues where the server has lost everything', async () => {
  const forgetful = await RedisServer.start('--appendonly', 'no');
  try {
    write('lost.yaml', 20, SWEEP);
    await Promise.all([addWorker(forgetful.address), addWorker(forgetful.address)]);
    const sweep = start(['run', 'lost.yaml', '--runs-dir', 'lost'], forgetful.address);
    await sweep.whenSaid('[2/8]');
    await forgetful.end();
    await sweep.whenSaid('the queue is away');
    await forgetful.restart();
    const { code, stderr } = await sweep.result;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/the queue is away \(.*\); what trains continues\nthe queue is back\n/);
    expect(stderr).not.toContain('ioredis');
    expect(workspace.runs('lost'), stderr).toHaveLength(8);
    await workspace.ablate(['run', 'lost.yaml', '--jobs', '2', '--threads', '1', '--runs-dir', 'lost-local']);
    expect(await bitsOf(workspace, 'lost')).toEqual(await bitsOf(workspace, 'lost-local'));
  } finally {
    await forgetful.stop();
  }
});

it('speaks TLS with a user of little power, and keeps the password to itself', async () => {
  const { authority, certificate, key } = makeCertificates(workspace.folder);
  const port = await freePort();
  const tls = ['--tls-ca-cert-file', authority, '--tls-cert-file', certificate, '--tls-key-file', key];
  const user = ['--user', 'ada', 'on', `>${PASSWORD}`, '~ablate*', '&ablate*', '+@all', '--user', 'default', 'off'];
  const secured = await RedisServer.start('--tls-port', String(port), ...tls, ...user);
  const files = `ssl_ca_certs=${authority}&ssl_certfile=${certificate}&ssl_keyfile=${key}`;
  const address = `rediss://ada:${PASSWORD}@127.0.0.1:${port}`;
  try {
    const unknown = await workspace.ablate(['queue'], { ABLATE_QUEUE: address });
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('ssl_ca_certs');
    const wrong = await workspace.ablate(['queue'], { ABLATE_QUEUE: `${address.replace(PASSWORD, 'guess')}?${files}` });
    expect(wrong.stderr).toContain('redis://USER:PASSWORD@HOST');
    write('secured.yaml', 100);
    const worker = await addWorker(`${address}?${files}`);
    const run = workspace.start(['run', 'secured.yaml', '--runs-dir', 'secured', '--queue', `${address}?${files}`]);
    while (!worker.log().includes('begun')) await sleep(20);
    expect(readFileSync(`/proc/${run.pid}/cmdline`, 'utf8')).not.toContain(PASSWORD);
    const { code, stderr } = await run.result;
    expect(code, stderr).toBe(0);
    const [id] = workspace.runs('secured');
    const told = [stderr, worker.log(), workspace.read('secured', id, 'journal.jsonl').toString()];
    for (const text of told) expect(text).not.toContain(PASSWORD);
  } finally {
    await secured.stop();
  }
});
