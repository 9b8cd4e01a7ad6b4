// How many single images a second `ablate serve` classifies.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { ABLATE, inTemporaryFolder, runAblate } from './ablate.js';

const CONNECTIONS = Number(process.env.BENCH_CONNECTIONS ?? 20);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);

/** A blot on black. */
const pixels = Buffer.from(
  Array.from({ length: 784 }, (_, index) => {
    const distance = Math.hypot((index % 28) - 13, Math.floor(index / 28) - 14);
    return distance > 4 && distance < 8 ? 255 : 0;
  }),
);

function train(folder: string): string {
  const runs = join(folder, 'runs');
  runAblate(['run', 'experiments/baseline.yaml', 'training.epochs=1', 'tracking=none', '--runs-dir', runs]);
  return join(runs, readdirSync(runs)[0]);
}

function serve(run: string): Promise<{ url: string; server: ChildProcess }> {
  const server = spawn(process.execPath, [ABLATE, 'serve', run, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.once('exit', () => {
      reject(new Error('the server has ended'));
    });
    server.stdout.setEncoding('utf8').once('data', (text: string) => {
      resolve({ url: (JSON.parse(text) as { url: string }).url, server });
    });
  });
}

async function load(url: string, type: string, body: string | Buffer): Promise<autocannon.Result> {
  const request = { url: `${url}/predict`, method: 'POST' as const, headers: { 'content-type': type }, body };
  await autocannon({ ...request, connections: CONNECTIONS, duration: 2 });
  return autocannon({ ...request, connections: CONNECTIONS, duration: SECONDS });
}

/** Serves the baseline, trained for an epoch, and loads it with each kind of request in turn. */
export function serving(): Promise<string> {
  return inTemporaryFolder(measure);
}

async function measure(folder: string): Promise<string> {
  const { url, server } = await serve(train(folder));
  const image = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } });
  const png = await image.clone().png().toBuffer();
  const large = await image.clone().resize(280, 280).png().toBuffer();
  const payloads: [string, string, string | Buffer][] = [
    ['raw pixels', 'application/octet-stream', pixels],
    ['JSON pixels', 'application/json', JSON.stringify({ pixels: [...pixels] })],
    ['PNG file, 28×28 RGB', 'image/png', png],
    ['PNG file, 280×280 RGB, which is resized', 'image/png', large],
  ];
  const rows: string[] = [];
  for (const [name, type, body] of payloads) {
    const { requests, latency, non2xx, errors } = await load(url, type, body);
    rows.push(`| ${name} | ${Math.round(requests.average)} | ${latency.p50} | ${latency.p99} | ${non2xx + errors} |`);
  }
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  return `## Serving the baseline network, single images

| request | predictions/s | p50 ms | p99 ms | not 200 |
|---|---:|---:|---:|---:|
${rows.join('\n')}

autocannon on the same machine, ${CONNECTIONS} connections, ${SECONDS} s each.
`;
}
