import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageDataset } from '../../src/data/images/image-dataset.js';
import { randomStream } from '../../src/random.js';
import { mnistImages } from '../data/fixtures.js';
import { malformed } from '../support/malformed.js';
import { Workspace } from '../support/program.js';
import { type Served, serve } from '../support/served.js';

const experiment = `
name: digits
dataset: { name: mnist, train_fraction: 0.1 }
model:
  layers:
    - { type: conv2d, filters: 8 }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 2, seed: 7 }
tracking: none
`;

const workspace = new Workspace(afterAll);
let dataset: ImageDataset;
let id: string;
let served: Served;
let answerToStalled: Promise<string>;

beforeAll(async () => {
  dataset = await mnistImages();
  workspace.write('digits.yaml', experiment);
  const trained = await workspace.ablate(['run', 'digits.yaml']);
  expect(trained.code, trained.stderr).toBe(0);
  [id] = workspace.runs();
  served = await serve(workspace, id, '--allowed-hosts', 'digits.example.org');
  const stalled = connect(Number(new URL(served.url).port), '127.0.0.1');
  stalled.write(
    'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 784\r\n\r\n1234',
  );
  answerToStalled = text(stalled);
});

afterAll(async () => {
  served.kill('SIGTERM');
  expect((await served.ended).code).toBe(0);
});

const digit = (index: number): Uint8Array => dataset.test.images.subarray(784 * index, 784 * (index + 1));

function post(body: string | Uint8Array, type: string, path = '/predict', url = served.url): Promise<Response> {
  return fetch(url + path, { method: 'POST', body: body as RequestInit['body'], headers: { 'content-type': type } });
}

/** As curl -F file=@digit.png sends it. */
function formOf(png: Buffer): FormData {
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.from(png)], { type: 'image/png' }), 'digit.png');
  return form;
}

interface Answer {
  class: string;
  probability: number;
  top: { class: string; probability: number }[];
}

/** What the run said of each test image. */
function recorded(): number[] {
  const lines = workspace.read('runs', id, 'artifacts', 'test_predictions.csv').toString().trim().split('\n');
  return lines.slice(1).map((line) => Number(line.split(',')[2]));
}

describe('ablate serve', () => {
  it('classifies pixels, image files and base64 alike, as the run did', async () => {
    const predictions = recorded();
    for (const index of [0, 1, 2]) {
      const png = await sharp(digit(index), { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toBuffer();
      const answers = await Promise.all([
        post(digit(index), 'application/octet-stream', '/predict?top=3'),
        post(JSON.stringify({ pixels: [...digit(index)] }), 'application/json', '/predict?top=3'),
        post(png, 'IMAGE/PNG', '/predict?top=3'),
        post(JSON.stringify({ image: png.toString('base64') }), 'application/json', '/predict?top=3'),
        post(png, 'application/x-www-form-urlencoded', '/predict?top=3'),
        fetch(`${served.url}/predict?top=3`, { method: 'POST', body: formOf(png) }),
      ]);
      const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Answer[];
      expect(bodies.map((body) => body.class)).toEqual(new Array(6).fill(String(predictions[index])));
      for (const { top, probability } of bodies) {
        expect(top).toHaveLength(3);
        expect(top[0].probability).toBe(probability);
        expect(probability).toBeCloseTo(bodies[0].probability, 5);
      }
    }
  });

  it('answers many at once each with its own', async () => {
    const predictions = recorded();
    const indices = Array.from({ length: 500 }, (_, index) => index);
    const classes = await Promise.all(
      indices.map(
        async (index) => ((await (await post(digit(index), 'application/octet-stream')).json()) as Answer).class,
      ),
    );
    expect(classes).toEqual(indices.map((index) => String(predictions[index])));
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    const [sum, count] = ['sum', 'count'].map((name) =>
      Number(new RegExp(`^ablate_batch_size_${name} (\\d+)`, 'm').exec(metrics)?.[1]),
    );
    expect(sum).toBeGreaterThanOrEqual(500);
    expect(count).toBeLessThan(sum);
  });

  it('says how it is', async () => {
    for (const path of ['/health', '/ready', '/model', '/docs/json', '/docs', '/']) {
      expect((await fetch(served.url + path)).status, path).toBe(200);
    }
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    expect(metrics).toMatch(
      /^http_request_duration_seconds_count\{method="POST",route="\/predict",status="200"\} \d+$/m,
    );
    expect(metrics).toMatch(/^ablate_predictions_total\{class="\d"\} \d+$/m);
    const documented = (await (await fetch(`${served.url}/docs/json`)).json()) as { paths: object };
    expect(Object.keys(documented.paths)).toEqual(expect.arrayContaining(['/predict', '/ready', '/metrics', '/drift']));
  });

  it('describes the bodies that it takes by types, and an example that it answers as it is shown', async () => {
    interface Content {
      content: Record<string, { schema: { type?: string; format?: string }; example?: unknown }>;
    }
    const documented = (await (await fetch(`${served.url}/docs/json`)).json()) as {
      paths: Record<string, { post: { requestBody: Content; responses: Record<string, Content> } }>;
    };
    const { requestBody, responses } = documented.paths['/predict'].post;
    const { 'application/json': json, 'multipart/form-data': form, ...files } = requestBody.content;
    expect(form.schema.type).toBe('object');
    expect(Object.keys(files)).toHaveLength(5);
    for (const { schema } of Object.values(files)) expect(schema).toMatchObject({ type: 'string', format: 'binary' });
    const answer = (await (await post(JSON.stringify(json.example), 'application/json')).json()) as Answer;
    const shown = responses[200].content['application/json'].example as Answer;
    expect(answer.class).toBe(shown.class);
    expect(answer.probability).toBeCloseTo(shown.probability, 5);
    for (const path of ['/model', '/drift', '/health', '/ready']) {
      const { responses: answers } = (documented.paths[path] as unknown as { get: typeof documented.paths.x.post }).get;
      const { example } = answers[200].content['application/json'];
      const given = (await (await fetch(served.url + path)).json()) as object;
      expect(Object.keys(given), path).toEqual(Object.keys(example as object));
    }
  });

  it('answers for its own names and those that are allowed, and for no other', async () => {
    const status = async (host: string): Promise<string> => {
      const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
      socket.write(`GET /model HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      return (await text(socket)).slice(9, 12);
    };
    expect(await status('localhost')).toBe('200');
    expect(await status('digits.example.org')).toBe('200');
    expect(await status('rebound.example.com')).toBe('403');
  });

  it('notices that inputs are no longer those it was trained on', async () => {
    type Drift = { drift: { features: Record<string, { psi: number; level: string }> } };
    const drift = async (): Promise<Drift['drift']['features']> =>
      ((await (await fetch(`${served.url}/drift`)).json()) as Drift).drift.features;
    const send = (change: (value: number) => number): Promise<Response[]> =>
      Promise.all(
        Array.from({ length: 1000 }, (_, index) => post(digit(index).map(change), 'application/octet-stream')),
      );
    await send((value) => value);
    expect((await drift()).brightness.level).toBe('none');
    await send((value) => Math.min(255, value + 60));
    expect((await drift()).brightness.level).toBe('large');
    expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(
      /^ablate_drift_psi\{feature="brightness"\} \d/m,
    );
  });
});

describe('a server asked wrongly', () => {
  it('answers 1,000 malformed requests 4xx, each with its reason, and continues', async () => {
    const stream = randomStream(1, 'malformed');
    for (let round = 0; round < 50; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const { type, body, path = '/predict', method = 'POST' } = malformed(stream);
          const response = await fetch(served.url + path, {
            method,
            body: body as RequestInit['body'],
            headers: type === undefined ? {} : { 'content-type': type },
          });
          const { error } = (await response.json()) as { error: { code: string; message: string } };
          const request = `${method} ${path} ${String(type)} ${String(body).slice(0, 80)} → ${response.status}`;
          expect(response.status, request).toBeGreaterThanOrEqual(400);
          expect(response.status, request).toBeLessThan(500);
          expect(error.code, request).toMatch(/^[a-z-]+$/);
          expect(error.message, request).not.toMatch(/node_modules|\bat .*:\d+/);
        }),
      );
    }
    expect((await post(digit(0), 'application/octet-stream')).status).toBe(200);
  });

  it('reads no more than ten megabytes', async () => {
    const response = await post(JSON.stringify({ image: 'A'.repeat(11 * 2 ** 20) }), 'application/json').catch(
      () => undefined,
    );
    // It may close the connection while the rest is still being sent.
    expect(response?.status ?? 413).toBe(413);
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
  });

  it('decodes no picture that would take gigabytes', async () => {
    const bomb = await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: 'black' } })
      .png()
      .toBuffer();
    const response = await post(bomb, 'image/png');
    expect(response.status).toBe(413);
  });

  it('answers what is no HTTP with 400', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write('\0\x01\x02 nonsense\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a server that is stopped or restarted', () => {
  /** Asks again and again until told to stop; what isn't answered with 200 is lost. */
  function keepAsking(urls: () => string[]): { stop: () => Promise<{ answered: number; lost: string[] }> } {
    let isOver = false;
    let answered = 0;
    const lost: string[] = [];
    const ask = async (client: number): Promise<void> => {
      for (let index = client; !isOver; index = (index + 8) % 1000) {
        let outcome = 'refused';
        // A client goes to the next server when one takes no connections any more.
        for (const url of urls()) {
          if (outcome !== 'refused') break;
          outcome = await post(digit(index), 'application/octet-stream', '/predict', url).then(
            (response) => String(response.status),
            (error: unknown) => causeOf(error),
          );
        }
        if (outcome === '200') answered += 1;
        else lost.push(outcome);
      }
    };
    const clients = Array.from({ length: 8 }, (_, client) => ask(client));
    return {
      stop: async () => {
        isOver = true;
        await Promise.all(clients);
        return { answered, lost };
      },
    };
  }

  function causeOf(error: unknown): string {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    return cause === 'ECONNREFUSED' ? 'refused' : (cause ?? String(error));
  }

  const untilAnswered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

  it('loses no request when it loads the model anew, when its worker is killed, and when it makes way for another', async () => {
    const first = await serve(workspace, id, '--no-drift', '--grace', '1');
    const urls = [first.url];
    const asking = keepAsking(() => urls);
    await untilAnswered();
    first.kill('SIGHUP');
    const second = await serve(workspace, id, '--no-drift');
    process.kill(workerOf(first.pid), 'SIGKILL');
    while (!/^ablate_worker_restarts 1$/m.test(await (await fetch(`${first.url}/metrics`)).text()))
      await untilAnswered();
    await untilAnswered();
    urls.push(second.url);
    first.kill('SIGTERM');
    // What balances a load goes by readiness: within the grace, new requests go elsewhere, and those begun are answered.
    while ((await fetch(`${first.url}/ready`)).ok) await new Promise(setImmediate);
    urls.reverse();
    const { code, stderr } = await first.ended;
    await untilAnswered();
    const { answered, lost } = await asking.stop();
    second.kill('SIGINT');
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the model is loaded anew/);
    expect(stderr).toMatch(/the worker has died; starting another/);
    expect((await second.ended).code).toBe(0);
  });

  it('loses no request when a successor takes its place at the same port, however little clients know of it', async () => {
    const first = await serve(workspace, id, '--no-drift', '--grace', '1');
    const asking = keepAsking(() => [first.url]);
    await untilAnswered();
    const successor = new Promise<number>((resolve) => {
      first.onError((written) => {
        const pid = /process (\d+) answers/.exec(written)?.[1];
        if (pid !== undefined) resolve(Number(pid));
      });
    });
    first.kill('SIGUSR2');
    const pid = await successor;
    while (existsSync(`/proc/${first.pid}`)) await untilAnswered();
    await untilAnswered();
    const { answered, lost } = await asking.stop();
    process.kill(pid, 'SIGINT');
    // It has the same standard output.
    const { code } = await first.ended;
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expect(code).toBe(0);
    await expect(fetch(`${first.url}/health`)).rejects.toThrow();
  });

  it('continues where no successor can start', async () => {
    const copy = join(workspace.folder, 'copy');
    cpSync(join(workspace.folder, 'runs', id, 'model'), copy, { recursive: true });
    const first = await serve(workspace, copy, '--no-drift');
    rmSync(copy, { recursive: true });
    const failed = new Promise<string>((resolve) => {
      first.onError((written) => {
        if (written.includes('this process continues')) resolve(written);
      });
    });
    first.kill('SIGUSR2');
    expect(await failed).toMatch(/the successor has ended \(\d\)/);
    expect((await post(digit(0), 'application/octet-stream', '/predict', first.url)).status).toBe(200);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });

  it('serves a model without its data, and says that it watches no drift', async () => {
    const alone = join(workspace.folder, 'alone');
    cpSync(join(workspace.folder, 'runs', id, 'model'), alone, { recursive: true });
    const other = await serve(workspace, alone);
    expect(await (await fetch(`${other.url}/drift`)).json()).toEqual({ drift: null });
    rmSync(alone, { recursive: true });
    other.kill('SIGTERM');
    const { code, stderr } = await other.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/drift isn't watched/);
  });

  it('ends when npx, which started it, is told to', async () => {
    const programs = join(workspace.folder, 'node_modules', '.bin');
    mkdirSync(programs, { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../bin/ablate.js', import.meta.url)), join(programs, 'ablate'));
    const words = ['ablate', 'serve', id, '--no-drift', '--port', '0', '--grace', '0'];
    const npx = spawn('npx', words, { cwd: workspace.folder, stdio: ['ignore', 'pipe', 'ignore'] });
    const [url] = (await once(npx.stdout, 'data')) as [Buffer];
    expect((await fetch(`${url.toString().trim()}/health`)).status).toBe(200);
    npx.kill('SIGTERM');
    await once(npx.stdout, 'close');
    await expect(fetch(`${url.toString().trim()}/health`)).rejects.toThrow();
  });

  it('says that a port is taken', async () => {
    const { code, stderr } = await workspace.ablate(['serve', id, '--no-drift', '--port', new URL(served.url).port]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/can't listen at 127\.0\.0\.1:\d+/);
  });
});

it('a request that does not arrive is given up after 30 seconds', async () => {
  expect(await answerToStalled).toMatch(/^HTTP\/1\.1 408 /);
});

/** The process in which the model runs. */
function workerOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const worker = children
    .map(Number)
    .find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker.js'));
  if (worker === undefined) throw new Error('there is no worker');
  return worker;
}
