import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/text/config-error.js';
import { loadExperiment } from '../../src/config/load.js';
import { branchesOf, schemasAt } from '../../src/config/schema/paths.js';
import { sweepFromArguments } from '../../src/config/sweep/arguments.js';
import type { Problem } from '../../src/config/text/problems.js';

const text = `
dataset: { name: mnist }
model: { layers: [{ type: conv2d, filters: 8 }, { type: flatten }, { type: dense }] }
training: { epochs: 3, early_stopping: { patience: 2 } }
`;

let file: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-hydra-'));
  file = join(folder, 'e.yaml');
  writeFileSync(file, text);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(...overrides: string[]) {
  return loadExperiment(file, { overrides, env: {} }).config;
}

function sweep(...words: string[]) {
  return loadExperiment(file, { overrides: sweepFromArguments(words), env: {} }).config.sweep;
}

describe('arguments as Hydra and Python write them', () => {
  it.each([
    ['training.optimizer.name = sgd', 'training.optimizer.name=sgd'],
    ['training.optimizer={name:sgd,learning_rate:0.1}', 'training.optimizer={name: sgd, learning_rate: 0.1}'],
    ['training.optimizer={name:sgd, momentum: 0.9}', 'training.optimizer={name: sgd, momentum: 0.9}'],
    [
      'training={optimizer:{name:sgd,momentum:5e-1},metrics:[accuracy]}',
      'training={optimizer: {name: sgd, momentum: 0.5}, metrics: [accuracy]}',
    ],
    ['model.layers=[{type:flatten},{type:dense}]', 'model.layers=[{type: flatten}, {type: dense}]'],
    ['training.class_weight={0:1.5,1:2}', 'training.class_weight={0: 1.5, 1: 2}'],
    ['tags=["a:b",c]', 'tags=[a:b, c]'],
    ['++training.epochs=5', 'training.epochs=5'],
    ['++augmentation.flip={mode:horizontal}', 'augmentation.flip={mode: horizontal}'],
    ['model.layers[0].filters=5', 'model.layers.0.filters=5'],
    ['model.layers[0][filters]=5', 'model.layers.0.filters=5'],
    ['model[layers].0["filters"]=5', 'model.layers.0.filters=5'],
    ['training.early_stopping=None', 'training.early_stopping=null'],
    ['augmentation={flip:None,rotation:None}', 'augmentation={flip: null, rotation: null}'],
    ['dataset.path=None', 'dataset.path=null'],
  ])('%s is %s', (hydra, plain) => {
    expect(load(hydra)).toEqual(load(plain));
  });

  it('None stays text where text is meant', () => {
    expect(load('description=None', 'tags=[None]')).toMatchObject({ description: 'None', tags: ['None'] });
    expect(() => load('training.early_stopping="None"')).toThrow('has the wrong type');
  });

  it.each([
    ['model.layers[0].filters=4,8', 'model.layers.0.filters=4,8'],
    ['++training.batch_size=32,64', 'training.batch_size=32,64'],
    ['+training.batch_size=32,64', 'training.batch_size=32,64'],
    ['training.optimizer={name:sgd,momentum:0.9},adam', 'training.optimizer={name: sgd, momentum: 0.9},adam'],
    ['augmentation.flip=choice(None,{mode:horizontal})', 'augmentation.flip=choice(null,{mode: horizontal})'],
    ['training.gradient_clipping=None,{norm:1}', 'training.gradient_clipping=null,{norm: 1}'],
  ])('a sweep of %s is one of %s', (hydra, plain) => {
    expect(sweep(hydra)).toEqual(sweep(plain));
  });

  it('a reference may name a list item in brackets', () => {
    expect(load('training.epochs=${model.layers[0].filters}').training.epochs).toBe(8);
  });
});

/** Every path that some experiment may have, lists entered at their first item and layers within layers left out. */
function realPaths(path: readonly string[] = []): string[][] {
  const branches = schemasAt(path).flatMap(branchesOf);
  const keys = branches.flatMap(({ properties = {}, items }) => [...Object.keys(properties), ...(items ? ['0'] : [])]);
  const inside = [...new Set(keys)].filter((key) => !['layers', 'branches'].includes(key) || !path.includes('layers'));
  return inside.map((key) => [...path, key]).flatMap((each) => [each, ...realPaths(each)]);
}

const paths = realPaths().filter((path) => path[0] !== 'extends' && path.at(-1) !== '0');

/** A path in which one letter of one word is another, gone, twice or before its neighbour. */
const mistyped = fc
  .record({
    path: fc.constantFrom(...paths),
    place: fc.nat(),
    at: fc.nat(),
    letter: fc.constantFrom(...Array.from('aeinrst_xz')),
    kind: fc.nat(3),
  })
  .map(({ path, place, at, letter, kind }) => {
    const words = path.map((word, index) => ({ word, index })).filter(({ word }) => word !== '0');
    const { word, index } = words[place % words.length];
    const i = at % word.length;
    const middle = [letter, '', word[i] + word[i], word[i + 1] + word[i]][i + 1 === word.length ? kind % 3 : kind];
    const wrong = word.slice(0, i) + middle + word.slice(i + (kind === 3 ? 2 : 1));
    return path.with(index, wrong);
  })
  .filter((path) => path.every((word) => /^\w+$/.test(word)) && schemasAt(path).length === 0);

function problemsOf(load: () => unknown): readonly Problem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const aboutKeys = new Set(['unknown-key', 'misplaced-key', 'invalid-reference', 'invalid-override']);

/** Suggestions name a key that is real: from the top, or beside the one that is wrong if that is no key of a sweep. */
function expectReal(problems: readonly Problem[]): number {
  const told = problems.filter(({ code, suggestion }) => aboutKeys.has(code) && suggestion !== undefined);
  for (const { path, suggestion = '' } of told) {
    const beside = [...path.split('.').slice(0, -1), suggestion];
    const places = path.startsWith('sweep.parameters') ? [] : [beside];
    const isReal = [suggestion.split('.'), ...places].some((each) => schemasAt(each).length > 0);
    expect(isReal, `${path}: did you mean ${suggestion}?`).toBe(true);
  }
  return told.length;
}

describe('what is suggested for a mistyped key is a real one', () => {
  it('the schema has many paths', () => {
    expect(paths.length).toBeGreaterThan(150);
    expect(paths.map((path) => path.join('.'))).toContain('training.optimizer.beta_1');
  });

  it.each<[string, (path: string[]) => unknown]>([
    ['an override', (path) => load(`${path.join('.')}=1`)],
    ['an added key', (path) => load(`+${path.join('.')}=1`)],
    ['a removed key', (path) => load(`~${path.join('.')}`)],
    ['a reference', (path) => load(`name=\${${path.join('.')}}`)],
    ['a parameter of a sweep', (path) => sweep(`${path.join('.')}=1,2`)],
  ])('%s', (_, change) => {
    let told = 0;
    fc.assert(
      fc.property(mistyped, (path) => {
        told += expectReal(problemsOf(() => change(path)));
      }),
      { numRuns: 100 },
    );
    expect(told).toBeGreaterThan(0);
  });
});
