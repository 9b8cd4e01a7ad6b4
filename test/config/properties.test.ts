import fc from 'fast-check';
import { shorthandKey } from '../../src/config/schema/paths.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/text/config-error.js';
import { toYaml } from '../../src/config/format.js';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { applyOverride, parseOverride } from '../../src/config/text/overrides.js';
import { parseYaml } from '../../src/config/text/parse.js';
import { at, fromJson, merge, toJson, type Json, type Tree } from '../../src/config/text/tree.js';
import { experiment } from './arbitraries.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-properties-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const nowhere = { source: { name: 'x', text: '', directory: '/' }, start: 0, end: 0 };
const key = fc.string({ minLength: 1, maxLength: 8 });
const word = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const scalar = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Plain data whose mappings have no key `name`, which merging treats as the long form of a name. */
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }).map((entries) => ({ ...entries })),
  ),
})).value;
const mapping = fc.dictionary(key, json, { maxKeys: 4 });

function tree(data: Json): Tree {
  return fromJson(data, nowhere);
}

describe('resolving', () => {
  it('is a fixed point: a resolved file means itself, and has the same hash', () => {
    fc.assert(
      fc.property(experiment, (data) => {
        const { config } = loadExperiment(write('given.yaml', stringify(data)), { env: {} });
        const again = loadExperiment(write('resolved.yaml', toYaml(config)), { env: {} });
        expect(again.config).toEqual(config);
        expect(configHash(again.config)).toBe(configHash(config));
      }),
      { numRuns: 60 },
    );
  });

  it('a file that extends another without saying anything is that file', () => {
    fc.assert(
      fc.property(experiment, (data) => {
        const base = loadExperiment(write('base.yaml', stringify({ name: 'x', ...data })), { env: {} });
        const child = loadExperiment(write('child.yaml', 'extends: base.yaml\n'), { env: {} });
        expect(child.config).toEqual(base.config);
      }),
      { numRuns: 30 },
    );
  });
});

describe('parsing', () => {
  it('reads what the library writes, and places every value in the text', () => {
    fc.assert(
      fc.property(mapping, (data) => {
        const text = stringify(data, { lineWidth: 0 });
        const parsed = parseYaml({ name: 'x', text, directory: '/' });
        expect(toJson(parsed)).toEqual(data);
        checkSpans(parsed, 0, text.length);
      }),
    );
  });
});

/** Values lie within the mapping or list around them, in the order of the text. */
function checkSpans(parsed: Tree, from: number, to: number): void {
  expect(parsed.span.start).toBeGreaterThanOrEqual(from);
  expect(parsed.span.end).toBeLessThanOrEqual(to);
  const parts =
    parsed.kind === 'list'
      ? parsed.items
      : parsed.kind === 'mapping'
        ? [...parsed.entries.values()].map(({ value }) => value)
        : [];
  let start = parsed.span.start;
  for (const part of parts) {
    checkSpans(part, start, Math.max(to, parsed.span.end));
    start = part.span.start;
  }
}

describe('merging', () => {
  it('nothing changes nothing, and the same file twice is itself', () => {
    fc.assert(
      fc.property(mapping, (data) => {
        expect(toJson(merge(tree(data), tree({}), shorthandKey))).toEqual(data);
        expect(toJson(merge(tree({}), tree(data), shorthandKey))).toEqual(data);
        expect(toJson(merge(tree(data), tree(data), shorthandKey))).toEqual(data);
      }),
    );
  });

  it('every value of the upper file is in the result, every key of the lower one too', () => {
    fc.assert(
      fc.property(mapping, mapping, (lower, upper) => {
        const merged = toJson(merge(tree(lower), tree(upper), shorthandKey)) as Record<string, Json>;
        for (const name of Object.keys(upper)) {
          const value = upper[name];
          if (typeof value !== 'object' || value === null || Array.isArray(value)) expect(merged[name]).toEqual(value);
        }
        expect(Object.keys(merged).sort()).toEqual([...new Set([...Object.keys(lower), ...Object.keys(upper)])].sort());
      }),
    );
  });
});

describe('overrides', () => {
  const path = fc.array(fc.oneof(word, key), { minLength: 1, maxLength: 4 });
  const written = (parts: readonly string[]) => parts.map((part) => JSON.stringify(part)).join('.');

  it('what is set is there, and nothing else has changed', () => {
    fc.assert(
      fc.property(mapping, path, scalar, (data, parts, value) => {
        fc.pre(parts[0] !== 'extends');
        const override = parseOverride(`${written(parts)}=${JSON.stringify(value)}`, 1, '/');
        expect(override.path).toEqual(unescaped(parts));
        const before = tree(data);
        let after: Tree;
        try {
          after = applyOverride(before, override);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError); // a list on the way has no such item
          return;
        }
        const found = at(after, override.path);
        expect(found && toJson(found)).toEqual(JSON.parse(JSON.stringify(value))); // JSON has no -0
        for (const name of Object.keys(data).filter((other) => other !== override.path[0])) {
          expect((toJson(after) as Record<string, Json>)[name]).toEqual(data[name]);
        }
      }),
    );
  });

  it('what is added can be removed again', () => {
    fc.assert(
      fc.property(mapping, word, scalar, (data, name, value) => {
        fc.pre(name !== 'extends' && !Object.hasOwn(data, name));
        const added = applyOverride(tree(data), parseOverride(`+${name}=${JSON.stringify(value)}`, 1, '/'));
        const removed = applyOverride(added, parseOverride(`~${name}`, 2, '/'));
        expect(toJson(removed)).toEqual(data);
      }),
    );
  });

  it('any text is an override or a ConfigError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        try {
          applyOverride(tree({ a: { b: [1, 2] } }), parseOverride(text, 1, '/'));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Within the quotes a backslash makes the next character an ordinary one. */
  function unescaped(parts: readonly string[]): string[] {
    return parts.map((part) => JSON.stringify(part).slice(1, -1).replace(/\\(.)/g, '$1'));
  }
});
