import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { mapPaths } from '../../src/config/remote-config.js';
import { UserError } from '../../src/text/errors.js';
import { readArchiveFacts, readEndRequest, readPlainError, readProgress } from '../../src/remote/arrivals.js';
import { resolveInRoots } from '../../src/remote/data-roots.js';
import { encode } from '../../src/remote/encoding.js';
import { answerTo } from '../../src/remote/redis/answers.js';
import { unpackRun } from '../../src/remote/run-archive.js';
import { readMessage, writeMessage } from '../../src/remote/trial-message.js';
import { isRunId } from '../../src/tracking/run-store.js';
import { temporaryFolder, writeExperiment } from '../support/runs.js';

const MUTATIONS = 3000;
const MOST_GROWTH = 150 * 2 ** 20;
const RUN = 'cats-20260102-030405-abcd';
const HASH = 'a'.repeat(64);
const KEYS = { events: 'e', end: 'n', resume: 'r', resumeFacts: 'f', archive: 'ablate-trial:q:t:archive' };
const TRIAL = { configHash: HASH, seed: 42 };

/** Always the same numbers, so that a failure can be looked at. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const BAD: unknown[] = [
  '../victim',
  '/etc/passwd',
  'models:/../secret/model',
  '..',
  '',
  'other',
  'cats-20260102-030405-abcd/../../x',
  '\0',
  '\u001b[2J',
  '__proto__',
  'x'.repeat(5000),
  null,
  true,
  -1,
  1e308,
  0.5,
  [],
  {},
  [[]],
  { $number: 'NaN' },
  { $number: { toString: 1 } },
  { toString: 1 },
  { type: 'created', id: '../../x', path: '/' },
];

type Draw = () => number;
const pick = <T>(from: readonly T[], draw: Draw): T => from[Math.floor(draw() * from.length)];

/** A copy with one value somewhere in it replaced, removed or added. */
function mutate(value: unknown, draw: Draw): unknown {
  if (typeof value !== 'object' || value === null || draw() < 0.15) return pick(BAD, draw);
  const copy = structuredClone(value) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key =
    keys.length > 0 && draw() < 0.9 ? pick(keys, draw) : pick(['__proto__', 'constructor', 'path', 'x'], draw);
  if (draw() < 0.1) Reflect.deleteProperty(copy, key);
  else Object.defineProperty(copy, key, { value: mutate(copy[key], draw), enumerable: true, configurable: true });
  return copy;
}

/** Who changes a configuration knows its new hash, too. */
function withHash(value: unknown): unknown {
  const message = value as { config?: Parameters<typeof configHash>[0]; configHash?: unknown } | null;
  try {
    if (message?.config) message.configHash = configHash(message.config);
  } catch {
    // No configuration, and refused as such.
  }
  return value;
}

/** Text that is cut, repeated, nested, or has one character changed. */
function garble(text: string, draw: Draw): string {
  const at = Math.floor(draw() * text.length);
  const ways = [
    () => text.slice(0, at),
    () => text.slice(0, at) + pick(['"', '{', '\0', '[', '../', '\ud800'], draw) + text.slice(at + 1),
    () => '['.repeat(20_000) + text,
    () => text + text,
  ];
  return pick(ways, draw)();
}

it(`${MUTATIONS} mutated messages are taken or refused in words, and lead nowhere`, async () => {
  const place = temporaryFolder();
  const [root, home] = [join(place, 'data'), join(place, 'runs')];
  for (const folder of [join(root, 'images'), home, join(place, 'secret', 'model')])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(place, 'secret', 'model', 'model.json'), '{}');
  const before = readdirSync(place, { recursive: true }).sort();
  const source = writeExperiment(
    root,
    'dataset: { name: image_folder, path: images }\nmodel: { layers: [{ type: flatten }, { type: dense, units: 2, activation: softmax }] }\n',
  );
  const { config } = loadExperiment(source);
  const started = { ...config, training: { ...config.training, initial_weights: join(root, 'images') } };
  const message = writeMessage(
    { config: started, configHash: configHash(started), source, runsDirectory: home, resume: RUN },
    { threads: 1, storage: 'a'.repeat(32) },
  );
  const summary = {
    id: RUN,
    name: 'cats',
    status: 'FINISHED',
    seed: 42,
    config_hash: HASH,
    metrics: { val_loss: NaN },
    epochs: 1,
    steps: 2,
    weights_epoch: 1,
    samples_per_second: 3,
    duration_seconds: 4,
    parameters: 5,
    tensorflow: null,
    error: null,
  };
  const archive = { run: RUN, bytes: 3, digest: HASH };
  const answer = { outcome: { type: 'done', answer: summary }, archive: { ...archive, key: `${KEYS.archive}:1` } };
  const paths: string[] = [];
  const kinds: [seed: unknown, apply: (text: string) => unknown][] = [
    [
      JSON.parse(message),
      (text) => {
        const read = readMessage(text);
        const map = (path: string): string => resolveInRoots(path, read.origin.source, [root, home]);
        const { dataset, training } = mapPaths(read.config, map);
        const named = [(dataset as { path?: string | null }).path, training.initial_weights];
        paths.push(...named.filter((path) => typeof path === 'string'));
      },
    ],
    [
      answer,
      async (text) => {
        const read = answerTo(TRIAL, KEYS, text);
        if (read.outcome.type === 'done') paths.push(join(home, read.outcome.answer.id));
        // eslint-disable-next-line @typescript-eslint/require-await
        const bytes = (async function* () {
          yield Buffer.from('abc');
        })();
        if (read.archive) await unpackRun(home, read.archive, bytes, TRIAL);
      },
    ],
    [
      { type: 'created', id: RUN, path: '/x' },
      (text) => {
        const progress = readProgress(text);
        if (progress.type === 'created') expect(isRunId(progress.id)).toBe(true);
      },
    ],
    [{ type: 'epoch', epoch: 1, step: 2, metrics: { val_loss: NaN }, samplesPerSecond: 3 }, readProgress],
    [{ type: 'progress', epoch: 1, step: 2, loss: 3, accuracy: 1, samplesPerSecond: Infinity }, readProgress],
    [{ status: 'KILLED', reason: 'enough' }, readEndRequest],
    [{ message: 'no', hint: 'yes' }, readPlainError],
    [archive, readArchiveFacts],
  ];
  for (const [seed, apply] of kinds.slice(2)) expect(() => apply(encode(seed)), encode(seed)).not.toThrow();
  expect(() => readMessage(message)).not.toThrow();
  expect(answerTo(TRIAL, KEYS, encode(answer)).archive?.run).toBe(RUN);

  const draw = random(16);
  const memory: number[] = [];
  for (let index = 0; index < MUTATIONS; index++) {
    const [seed, apply] = pick(kinds, draw);
    const text = draw() < 0.3 ? garble(encode(seed), draw) : encode(withHash(mutate(seed, draw)));
    try {
      await apply(text);
    } catch (error) {
      const isRefused =
        error instanceof UserError ||
        (error as NodeJS.ErrnoException).code?.startsWith('Z_') ||
        /TAR/.test(String((error as NodeJS.ErrnoException).code));
      if (!isRefused) throw new Error(`not refused in words: ${text.slice(0, 500)}`, { cause: error });
    }
    if (index % 750 === 749) memory.push(process.memoryUsage().rss);
  }
  expect(paths.length).toBeGreaterThan(100);
  for (const path of paths) expect(path.startsWith(root) || dirname(path) === home, path).toBe(true);
  const after = readdirSync(place, { recursive: true }).sort();
  expect(after.filter((name) => !String(name).endsWith('.yaml'))).toEqual(before);
  expect(memory[memory.length - 1] - memory[0]).toBeLessThan(MOST_GROWTH);
});
