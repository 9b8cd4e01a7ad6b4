import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/text/config-error.js';
import { loadExperiment } from '../../src/config/load.js';
import { sweepFromArguments } from '../../src/config/sweep/arguments.js';
import { expandSweep, sweepSeeds } from '../../src/config/variants/sweep.js';
import { toJson, type Json } from '../../src/config/text/tree.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-sweep-arguments-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(words: string[], sweep = '') {
  const file = join(folder, 'study.yaml');
  writeFileSync(
    file,
    `dataset: {name: mnist}\nmodel: {layers: [{type: conv2d, filters: 4}, {type: flatten}, {type: dense}]}\n${sweep}`,
  );
  return loadExperiment(file, { overrides: sweepFromArguments(words), env: {} });
}

function variants(words: string[], sweep = ''): Record<string, Json>[] {
  return expandSweep(load(words, sweep)).map(({ values }) => values);
}

function valuesOf(argument: string): Json[] {
  return variants([argument]).map((values) => Object.values(values)[0]);
}

describe('arguments of `ablate sweep`', () => {
  it('with several values are parameters of a grid, others are overrides', () => {
    const words = ['model.kernel_size=3,5', 'training.epochs=2', 'model.activation=relu,tanh'];
    const experiment = load(words);
    expect(experiment.config.training.epochs).toBe(2);
    expect(expandSweep(experiment).map(({ values }) => values)).toEqual([
      { 'model.kernel_size': 3, 'model.activation': 'relu' },
      { 'model.kernel_size': 3, 'model.activation': 'tanh' },
      { 'model.kernel_size': 5, 'model.activation': 'relu' },
      { 'model.kernel_size': 5, 'model.activation': 'tanh' },
    ]);
  });

  it.each<[string, Json[]]>([
    [
      'model.kernel_size=[1,2],[3,4]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['training.optimizer={name: sgd, momentum: 0.9},adam', [{ name: 'sgd', momentum: 0.9 }, 'adam']],
    ['training.epochs=choice(3, 5)', [3, 5]],
    ['training.epochs=choice(3)', [3]],
    ['training.epochs=range(1,4)', [1, 2, 3]],
    ['training.epochs=range(1,8,3)', [1, 4, 7]],
    ['model.dropout=range(0.1,0.4,0.1)', [0.1, 0.2, 0.3]],
    ['model.activation="relu", \'tanh\'', ['relu', 'tanh']],
    ['training.early_stopping=null,{patience: 2}', [null, { patience: 2 }]],
    ['model.layers.0.filters=4,8', [4, 8]],
  ])('%s', (argument, expected) => {
    expect(valuesOf(argument)).toEqual(expected);
  });

  it('a range of numbers is drawn from', () => {
    const words = ['model.dropout=interval(0.1,0.3)', 'sweep.method=random', 'sweep.run_cap=5'];
    const drawn = variants(words).map((values) => values['model.dropout'] as number);
    expect(drawn).toHaveLength(5);
    for (const value of drawn) expect(value).toSatisfy((number: number) => number >= 0.1 && number <= 0.3);
  });

  it.each([
    [['seeds=1,2,3'], [1, 2, 3]],
    [['training.seed=0,1'], [0, 1]],
    [
      ['seeds=2', 'training.seed=7'],
      [7, 8],
    ],
  ])('%j gives seeds', (words, seeds) => {
    const experiment = load(words);
    expect(sweepSeeds(experiment.config)).toEqual(seeds);
    expect(expandSweep(experiment)).toHaveLength(1);
  });

  it("replace the parameters of the file's sweep and keep what it measures", () => {
    const own =
      'sweep: {metric: {name: test_loss}, seeds: 3, parameters: {training.epochs: [1]}, include: [{training.epochs: 9}]}';
    const { config } = load(['model.kernel_size=3,5'], own);
    expect(config.sweep).toMatchObject({ metric: { name: 'test_loss', goal: 'minimize' }, seeds: 3, include: [] });
    expect(variants(['model.kernel_size=3,5'], own)).toHaveLength(2);
    expect(variants(['seeds=2'], own)).toHaveLength(2);
  });

  it.each([
    ['model.kernel_size=3,rellu', '<override 1>', 21],
    ['model.kernel_size=3,', '<override 1>', 20],
    ['model.kernal_size=3,5', '<override 1>', 1],
    ['training.epochs=range(5,1)', '<override 1>', 17],
    ['training.epochs=range(a,b)', '<override 1>', 23],
    ['training.epochs=choice(1,2', '<override 1>', 23],
    ['training.epochs=interval(1,2)', '<override 1>', 1],
    ['training.epochs=[1,2', '<override 1>', undefined],
  ])('%s is a mistake, shown where it is', (argument, file, column) => {
    try {
      variants([argument]);
      expect.fail('this argument is not wrong');
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      const [problem] = (error as ConfigError).problems;
      expect(problem.file).toBe(file);
      expect(problem.sourceLine).toBe(argument);
      if (column !== undefined) expect(problem.column).toBe(column);
    }
  });

  it('any list of values is read back, whatever commas and quotes they hold', () => {
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string());
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), leaf, { maxKeys: 3 }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 4 }), (values) => {
        const text = `training.x=${values.map((each) => JSON.stringify(each)).join(',')}`;
        const parameters = sweepFromArguments([text]).find(({ path }) => path[1] === 'parameters');
        const entry = parameters?.value.kind === 'mapping' ? parameters.value.entries.get('training.x') : undefined;
        expect(entry && toJson(entry.value)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('any text is an argument or a ConfigError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        for (const argument of [text, `training.epochs=${text}`, `training.epochs=range(${text})`]) {
          try {
            sweepFromArguments([argument]);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
