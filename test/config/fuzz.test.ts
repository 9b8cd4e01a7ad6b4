import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/text/config-error.js';
import { toYaml } from '../../src/config/format.js';
import { loadExperiment } from '../../src/config/load.js';
import type { Problem } from '../../src/config/text/problems.js';
import { experiment } from './arbitraries.js';

const experiments = new URL('../../experiments/', import.meta.url);
const valid = readdirSync(experiments, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, experiments), 'utf8'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-fuzz-'));
  for (const name of ['baseline.yaml', 'fuzz.yaml']) writeFileSync(join(folder, name), valid[0]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Loads a file that may hold anything: it is an experiment, or every mistake in it has a place in it. */
function loads(content: string | Uint8Array, overrides: string[] = []): 'valid' | Problem[] {
  const file = join(folder, 'fuzz.yaml');
  writeFileSync(file, content);
  try {
    const { config } = loadExperiment(file, { overrides, env: {} });
    expect(toYaml(config).length).toBeGreaterThan(0);
    return 'valid';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { line, column, endColumn, sourceLine, message } of error.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual(sourceLine.length + 1);
      expect(endColumn).toBeGreaterThan(column);
      expect(message).not.toBe('');
    }
    // What a terminal is shown is bounded and holds no control characters but line breaks and tabs.
    expect(error.message.length).toBeLessThan(100_000);
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    return [...error.problems];
  }
}

/** What a mutation puts in. */
const fragment = fc.oneof(
  fc.constantFrom(...Array.from('\t\0\r\n:-?#&*!|>\'"%@`{}[],~$')),
  fc.constantFrom(
    '- ',
    ': ',
    '&a ',
    '*a',
    '<<: ',
    '---\n',
    '...\n',
    '? ',
    '|\n',
    '!!str ',
    '\u001b[31m',
    '\u202e',
    '\ufeff',
  ),
  fc.constantFrom(
    '${name}',
    '${env:HOME}',
    '${model}',
    '${',
    '${training.epochs}',
    '__proto__: 1\n',
    'constructor: {}\n',
  ),
  fc.constantFrom('null', 'true', 'no', '1e999', '-1e-999', '.nan', '0x1f', '9'.repeat(400), '1_000', '[]', '{}'),
  fc.constantFrom('x'.repeat(5000), '['.repeat(500), '{a: '.repeat(500), '- '.repeat(500), `"${'\\x41'.repeat(500)}"`),
  fc.string(),
  fc.string({ unit: 'binary' }),
);

const mutation = fc.record({
  kind: fc.constantFrom(
    'insert',
    'replace',
    'delete',
    'truncate',
    'delete-line',
    'duplicate-line',
    'swap-lines',
    'indent',
  ),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  to: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.integer({ min: 1, max: 30 }),
  fragment,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(text: string, { kind, at, to, length, fragment: part }: Mutation): string {
  const start = Math.floor(at * text.length);
  const lines = text.split('\n');
  const [line, other] = [at, to].map((share) => Math.floor(share * lines.length));
  switch (kind) {
    case 'insert':
      return text.slice(0, start) + part + text.slice(start);
    case 'replace':
      return text.slice(0, start) + part + text.slice(start + length);
    case 'delete':
      return text.slice(0, start) + text.slice(start + length);
    case 'truncate':
      return text.slice(0, start);
    case 'delete-line':
      return lines.toSpliced(line, 1).join('\n');
    case 'duplicate-line':
      return lines.toSpliced(other, 0, lines[line]).join('\n');
    case 'swap-lines':
      return lines.with(line, lines[other]).with(other, lines[line]).join('\n');
    default:
      return lines.with(line, ' '.repeat(length % 5) + lines[line]).join('\n');
  }
}

const original = fc.oneof(
  fc.constantFrom(...valid),
  experiment.map((data) => stringify(data)),
);

it('mutated experiments are experiments or explained', () => {
  let explained = 0;
  fc.assert(
    fc.property(original, fc.array(mutation, { minLength: 1, maxLength: 4 }), (text, mutations) => {
      if (loads(mutations.reduce(mutate, text)) !== 'valid') explained++;
    }),
    { numRuns: 300 },
  );
  expect(explained).toBeGreaterThan(75);
});

it('flipped bytes are explained, those that are no UTF-8 too', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...valid),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      fc.nat(255),
      (text, places, byte) => {
        const bytes = Buffer.from(text);
        for (const place of places) bytes[place % bytes.length] ^= byte;
        loads(bytes);
      },
    ),
    { numRuns: 250 },
  );
});

it('mutated overrides change the experiment or are explained', () => {
  const override = fc.constantFrom(
    'training.epochs=3',
    '~training.early_stopping',
    '+training.class_weight=balanced',
    'model.layers.0.filters=64',
    'training.optimizer={name: sgd, momentum: 0.9}',
    'sweep.parameters."model.pooling"=[max, average]',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(override, mutation), { minLength: 1, maxLength: 3 }), (overrides) => {
      loads(
        valid[0],
        overrides.map(([text, change]) => mutate(text, change)),
      );
    }),
    { numRuns: 250 },
  );
});

/** Small files that mean enormous ones, or cost much to read. */
const bombs: Record<string, string> = {
  'aliases of aliases': [
    'tags: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 30 }, (_, i) => `k${i}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`),
  ].join('\n'),
  'an alias of itself': 'model: &a {layers: [*a]}',
  'many aliases': `name: &a x\ntags: [${'*a, '.repeat(50_000)}]`,
  'references of references': [
    'name: xxxxxxxxxx',
    ...Array.from(
      { length: 40 },
      (_, i) => `k${i}: "\${${i === 0 ? 'name' : `k${i - 1}`}}\${${i === 0 ? 'name' : `k${i - 1}`}}"`,
    ),
  ].join('\n'),
  'references to lists of references': [
    'k0: [a, a]',
    ...Array.from({ length: 40 }, (_, i) => `k${i + 1}: ["\${k${i}}", "\${k${i}}"]`),
  ].join('\n'),
  'a chain of references': Array.from({ length: 3000 }, (_, i) => `k${i}: "\${k${i + 1}}"`).join('\n'),
  'flow depth': `tags: ${'['.repeat(100_000)}`,
  'closed flow depth': `tags: ${'['.repeat(5000)}${']'.repeat(5000)}`,
  'block depth': Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'sequence depth': `${'- '.repeat(50_000)}x`,
  'many keys': Array.from({ length: 25_000 }, (_, i) => `k${i}: 1`).join('\n'),
  'many unknown keys in a layer': `model: {layers: [{type: dense, ${Array.from({ length: 5000 }, (_, i) => `k${i}: 1`).join(', ')}}]}`,
  'many wrong layers': `model: {layers: [${'{type: dens}, '.repeat(5000)}]}`,
  'many invalid items': `tags: [${'1, '.repeat(15_000)}]`,
  'a long key': `${'k'.repeat(1000)}: 1`,
  'a long line': `description: ${'x'.repeat(200_000)}`,
  'a large file': `description: "${'x'.repeat(300_000)}"`,
  'many blocks':
    'dataset: {name: mnist}\nmodel: {blocks: {count: 100, filters: 60000, filters_growth: 10, convolutions: 100}}',
  'a hard pattern': `dataset: {name: mnist}\nmodel: {layers: [{type: dense, name: ${'a'.repeat(100)}}]}\ntraining: {trainable: ["${'a*'.repeat(95)}b"]}`,
  'a zero width': 'dataset: {name: mnist}\nmodel: {layers: [{type: dense, name: "\u200b"}]}',
};

it.each(Object.entries(bombs))('%s: bounded', (_, text) => {
  const before = process.memoryUsage().heapUsed;
  loads(text);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400_000_000);
});

it('what is not a file is not read', () => {
  for (const file of [folder, '/dev/zero', join(folder, 'x'.repeat(300)), 'a\0b.yaml', '']) {
    expect(() => loadExperiment(file)).toThrow(ConfigError);
  }
});
