import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment, type LoadedExperiment } from '../../src/config/load.js';
import { ConfigError } from '../../src/config/text/config-error.js';
import { expandSweep } from '../../src/config/variants/sweep.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-duplicates-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const experiment = `
dataset: { name: mnist }
model: { layers: [{ type: conv2d, filters: 4 }, { type: pooling2d }, { type: flatten }, { type: dense }] }
`;

function load(sweep: string | object): LoadedExperiment {
  const file = join(folder, 'sweep.yaml');
  writeFileSync(file, `${experiment}${typeof sweep === 'string' ? sweep : stringify({ sweep })}`);
  return loadExperiment(file, { env: {} });
}

function problemsOf(sweep: string | object) {
  try {
    expandSweep(load(sweep));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('no mistake was found');
}

/** How a layer pools has a say beside a pooling layer alone. */
const second = [{ type: 'pooling2d' }, { type: 'dropout', rate: 0.2 }];
const conditional = { 'model.layers.1': second, 'model.pooling': ['max', 'average'] };

describe('variants that mean the same', () => {
  it('are called by what was written, where their names are the same', () => {
    const written = problemsOf('sweep: { parameters: { training.optimizer: [adam, { name: adam }, sgd] } }');
    expect(written.map(({ message }) => message)).toEqual([
      'optimizer={ name: adam } is the same variant as optimizer=adam: it would be trained twice',
    ]);
    const [number] = problemsOf(
      'sweep: { parameters: { training.optimizer: [adam, {name: adam, learning_rate: 1e-3}, sgd] } }',
    );
    expect(number.message).toContain('is the same variant as optimizer=adam');
    expect(number.hint).toBe('keep one of the two');
  });

  it('of a grid with a key that has no say beside others: the repair can be pasted', () => {
    const problems = problemsOf({ parameters: conditional });
    expect(problems).toHaveLength(1);
    const [{ hint = '', message }] = problems;
    expect(message).toContain('same variant as');
    const [, yaml] = /write `(.*)`$/.exec(hint) ?? [];
    const repaired = { 'model.layers.1': second, ...(parse(yaml) as object) };
    expect(expandSweep(load({ parameters: repaired })).map(({ values }) => values['model.pooling'])).toEqual([
      'max',
      'average',
      undefined,
    ]);
  });

  it('the repair keeps the condition that is there', () => {
    const parameters = {
      ...conditional,
      'training.batch_size': [8, 16],
      'model.pooling': { values: ['max', 'average'], when: { 'training.batch_size': 8 } },
    };
    const [{ hint = '' }] = problemsOf({ parameters });
    const [, yaml] = /write `(.*)`$/.exec(hint) ?? [];
    expect(expandSweep(load({ parameters: { ...parameters, ...(parse(yaml) as object) } }))).toHaveLength(5);
  });

  it('are drawn anew by random search, and all that is there is found', () => {
    const all = expandSweep(load({ method: 'random', run_cap: 10, parameters: conditional }));
    expect(all).toHaveLength(3);
    const parameters = { ...conditional, 'training.batch_size': { min: 1, max: 1000 } };
    const drawn = expandSweep(load({ method: 'random', run_cap: 60, parameters }));
    expect(drawn).toHaveLength(60);
    expect(new Set(drawn.map((variant) => configHash(variant.config()))).size).toBe(60);
    // A draw less or more leaves those before it as they were.
    const fewer = expandSweep(load({ method: 'random', run_cap: 20, parameters }));
    expect(fewer.map(({ values }) => values)).toEqual(drawn.slice(0, 20).map(({ values }) => values));
  });

  it('of `include` are for the user to mend in random search too', () => {
    const include = [{ 'training.optimizer': 'sgd' }, { 'training.optimizer': { name: 'sgd' } }];
    const parameters = { 'training.batch_size': [8, 16] };
    expect(problemsOf({ method: 'random', run_cap: 4, include, parameters })).toHaveLength(1);
  });

  it('of a sweep that has begun keep their numbers', () => {
    const grid = load({ parameters: conditional });
    expect(expandSweep(grid, undefined, {})).toHaveLength(4);
    const idle = load({
      parameters: {
        'model.kernel_initializer': ['glorot_uniform', 'he_normal'],
        'training.optimizer': ['adam', { name: 'adam' }],
      },
    });
    expect(expandSweep(idle, undefined, {})).toHaveLength(4);
    const random = load({ method: 'random', run_cap: 10, parameters: conditional });
    expect(expandSweep(random, undefined, {})).toHaveLength(4);
    expect(expandSweep(random, undefined, { distinct: true })).toHaveLength(3);
  });
});
