import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { mapPaths } from '../../src/config/remote-config.js';
import type { Job } from '../../src/protocol/job.js';
import { resolveInRoots } from '../../src/remote/data-roots.js';
import { decode, encode } from '../../src/remote/encoding.js';
import { parseQueueAddress } from '../../src/remote/redis/address.js';
import { archiveOf, unpackRun } from '../../src/remote/run-archive.js';
import { readMessage, writeMessage } from '../../src/remote/trial-message.js';
import { emptyRun, endedRun, temporaryFolder, writeExperiment } from '../support/runs.js';

const EXPERIMENT = `
dataset: { name: image_folder, path: images }
model: { layers: [{ type: flatten }, { type: dense, units: 2, activation: softmax }] }
`;

function job(): Job {
  const source = writeExperiment(temporaryFolder(), EXPERIMENT);
  const { config } = loadExperiment(source);
  return { config, configHash: configHash(config), source, runsDirectory: '/runs' };
}

/** That the runs of test/support/runs.ts belong to. */
const TRIAL = { configHash: 'c0ffee', seed: 42 };
const SENDER = { threads: 1, storage: 'a'.repeat(32) };

type Raw = Record<string, unknown> & { config: Record<string, unknown> };
const message = (): Raw => JSON.parse(writeMessage(job(), SENDER)) as Raw;

describe('what is sent', () => {
  it('comes as it was, numbers that JSON lacks among them', () => {
    const metrics = fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null)));
    fc.assert(
      fc.property(metrics, (value) => {
        // JSON has no -0 either, and nothing here tells it from 0.
        const expected = Object.entries(value).map(([key, each]) => [key, each === 0 ? 0 : each]);
        expect(Object.entries(decode(encode(value)) as object)).toEqual(expected);
      }),
    );
  });

  it('is a configuration that a worker reads as it was written', () => {
    const sent = job();
    const read = readMessage(writeMessage(sent, SENDER));
    expect(read.config).toEqual(sent.config);
    expect(read.origin).toEqual({ source: sent.source });
  });

  it.each([
    ['a message of another version', (raw: Raw) => ({ ...raw, version: 1 }), 'message-version'],
    ['something else than a message', () => [], 'message-version'],
    ['keys that no message has', (raw: Raw) => ({ ...raw, command: 'rm' }), 'message-invalid'],
    ['a run that is a path', (raw: Raw) => ({ ...raw, resume: '../../x' }), 'message-invalid'],
    [
      'a configuration with mistakes',
      (raw: Raw) => ({ ...raw, config: { ...raw.config, model: {} } }),
      'message-invalid',
    ],
    ['a configuration of another hash', (raw: Raw) => ({ ...raw, configHash: '0'.repeat(64) }), 'message-invalid'],
  ])('is refused: %s', (_, change: (raw: Raw) => unknown, code) => {
    expect(() => readMessage(JSON.stringify(change(message())))).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('reads nothing of the environment: a reference in it stays text', () => {
    const raw = message();
    const config = { ...raw.config, description: '${env:HOME}' };
    expect(readMessage(JSON.stringify({ ...raw, config })).config.description).toBe('${env:HOME}');
  });
});

describe('where a worker may read data', () => {
  it('is asked of every path of a configuration, models with their digests among them', () => {
    const { config } = job();
    const pinned = `/home/ada/runs/x/model#sha256=${'a'.repeat(64)}`;
    const start = { ...config, training: { ...config.training, initial_weights: pinned } };
    const { dataset, training } = mapPaths(start, (path) => `/here${path}`);
    expect(dataset).toMatchObject({ path: expect.stringMatching(/^\/here\/.*images$/) as string });
    expect(training.initial_weights).toBe(`/here${pinned}`);
    const named = { ...config, training: { ...config.training, initial_weights: 'models:/digits/1' } };
    // Training reads it as a path, so it is one: `models:/../secret` would lead out.
    expect(mapPaths(named, () => '/here').training.initial_weights).toBe('/here');
    for (const reference of ['models:/../secret/model', 'runs:/../../x/model', 'model', '..']) {
      const start = { ...config, training: { ...config.training, initial_weights: reference } };
      const map = (path: string): string => resolveInRoots(path, '/home/ada/x.yaml', [temporaryFolder()]);
      expect(() => mapPaths(start, map), reference).toThrow(expect.objectContaining({ code: 'data-not-allowed' }));
    }
  });

  it('is in its own folders, whatever the trial says and links do', () => {
    const root = temporaryFolder();
    const elsewhere = temporaryFolder();
    mkdirSync(join(root, 'images'));
    symlinkSync(elsewhere, join(root, 'link'));
    expect(resolveInRoots(join(root, 'images'), '/home/ada/x.yaml', [root])).toBe(join(root, 'images'));
    expect(resolveInRoots('/home/ada/images', '/home/ada/x.yaml', [root])).toBe(join(root, 'images'));
    expect(resolveInRoots(join(root, 'images'), '/home/ada/x.yaml', ['/'])).toBe(join(root, 'images'));
    for (const path of [
      elsewhere,
      join(root, 'link'),
      join(root, '..'),
      '/etc/passwd',
      '/home/ada/../../etc',
      'images',
    ]) {
      expect(() => resolveInRoots(path, '/home/ada/x.yaml', [root]), path).toThrow(
        expect.objectContaining({ code: 'data-not-allowed' }) as Error,
      );
    }
  });
});

describe("a queue's address", () => {
  it('is read in full, and shown without its secrets', () => {
    const { connection, queue, shown } = parseQueueAddress('rediss://ada:p%40ss@redis.example:6380/2?queue=vision');
    expect(connection).toMatchObject({
      host: 'redis.example',
      port: 6380,
      username: 'ada',
      password: 'p@ss',
      db: 2,
      tls: {},
    });
    expect(queue).toBe('vision');
    expect(shown).toBe('rediss://redis.example:6380/2 (queue vision)');
  });

  it.each([
    '',
    'localhost',
    'http://h',
    'redis://',
    'redis://:secret@h/x',
    'redis://:secret@h?q=1',
    'redis://:secret@h?queue=a%20b',
  ])('is refused without repeating it: %s', (text) => {
    try {
      parseQueueAddress(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-usage', exitCode: 2 });
      expect(String(error)).not.toContain('secret');
    }
  });
});

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inTwo(bytes: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield bytes.subarray(0, 100);
  yield bytes.subarray(100);
}

describe("a run's archive", () => {
  it('is the whole run, in another folder', async () => {
    const run = endedRun();
    const bytes = await bytesOf(archiveOf(run));
    const home = temporaryFolder();
    const facts = { run: run.id, bytes: bytes.length, digest: digestOf(bytes) };
    const unpacked = await unpackRun(home, facts, inTwo(bytes), TRIAL);
    for (const file of ['journal', 'summary', 'config'] as const) {
      expect(readFileSync(unpacked[file])).toEqual(readFileSync(run[file]));
    }
    // What is over stays as it is.
    await unpackRun(home, facts, inTwo(bytes), TRIAL);
    expect(readFileSync(unpacked.summary)).toEqual(readFileSync(run.summary));
  });

  it('is refused when it is damaged, cut short or named like a path, and leaves nothing', async () => {
    const run = endedRun();
    const bytes = await bytesOf(archiveOf(run));
    const facts = { run: run.id, bytes: bytes.length, digest: digestOf(bytes) };
    const home = temporaryFolder();
    const refused = expect.objectContaining({ code: 'archive-damaged' }) as Error;
    await expect(unpackRun(home, { ...facts, digest: '0' }, inTwo(bytes), TRIAL)).rejects.toThrow(refused);
    await expect(unpackRun(home, { ...facts, run: '../x' }, inTwo(bytes), TRIAL)).rejects.toThrow(refused);
    await expect(unpackRun(home, facts, inTwo(bytes.subarray(0, -20)), TRIAL)).rejects.toThrow();
    await expect(unpackRun(home, facts, inTwo(gzipSync('nothing')), TRIAL)).rejects.toThrow();
    expect(readdirSync(home)).toEqual([]);
  });

  it('is refused when it is the run of another trial, or would replace one', async () => {
    const run = emptyRun();
    const bytes = await bytesOf(archiveOf(run));
    const facts = { run: run.id, bytes: bytes.length, digest: digestOf(bytes) };
    const refused = expect.objectContaining({ code: 'foreign-run' }) as Error;
    const home = temporaryFolder();
    await expect(unpackRun(home, facts, inTwo(bytes), { ...TRIAL, seed: 43 })).rejects.toThrow(refused);
    const renamed = { ...facts, run: 'other-20260101-000000-0000' };
    await expect(unpackRun(home, renamed, inTwo(bytes), TRIAL)).rejects.toThrow(refused);
    expect(readdirSync(home)).toEqual([]);
    const over = endedRun();
    const before = readFileSync(over.summary);
    await unpackRun(dirname(over.path), { ...facts, run: over.id }, inTwo(bytes), TRIAL);
    expect(readFileSync(over.summary)).toEqual(before);
  });

  it('brings no links', async () => {
    const { path: folder, id } = emptyRun();
    writeFileSync(join(folder, 'summary.json'), '{}');
    symlinkSync('/etc/passwd', join(folder, 'model'));
    const bytes = await bytesOf(create({ cwd: folder, gzip: true }, ['.']) as AsyncIterable<Buffer>);
    const facts = { run: id, bytes: bytes.length, digest: digestOf(bytes) };
    const { model, summary } = await unpackRun(temporaryFolder(), facts, inTwo(bytes), TRIAL);
    expect(readFileSync(summary, 'utf8')).toBe('{}');
    expect(() => readFileSync(model)).toThrow();
  });
});

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
