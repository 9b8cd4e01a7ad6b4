import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/text/config-error.js';
import type { Experiment } from '../../src/config/schema/experiment.generated.js';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment, type LoadedExperiment } from '../../src/config/load.js';
import { parseOverride } from '../../src/config/text/overrides.js';
import { variantOf, expandSweep, sweepDatasets, sweepSeeds } from '../../src/config/variants/sweep.js';
import { sweptKeys } from '../../src/config/sweep/label.js';
import type { Json } from '../../src/config/text/tree.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-sweep-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const plain = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'conv2d', filters: 8 }, { type: 'flatten' }, { type: 'dense' }] },
};

function load(content: object): LoadedExperiment {
  const file = join(folder, 'sweep.yaml');
  writeFileSync(file, stringify(content));
  return loadExperiment(file, { env: { SIZE: '5' } });
}

function valuesOf(sweep: object, more: object = {}): Record<string, Json>[] {
  return expandSweep(load({ ...plain, ...more, sweep })).map(({ values }) => values);
}

const kernels = { 'model.kernel_size': [3, 5] };
const sizes = { 'training.batch_size': [8, 16] };

describe('a grid', () => {
  it('has every combination, the last parameter varying fastest', () => {
    expect(valuesOf({ parameters: { ...kernels, ...sizes } })).toEqual([
      { 'model.kernel_size': 3, 'training.batch_size': 8 },
      { 'model.kernel_size': 3, 'training.batch_size': 16 },
      { 'model.kernel_size': 5, 'training.batch_size': 8 },
      { 'model.kernel_size': 5, 'training.batch_size': 16 },
    ]);
  });

  it('without parameters is the experiment itself', () => {
    expect(valuesOf({ seeds: 3 })).toEqual([{}]);
  });

  it('takes nested parameters, lists, `values` and one `value` alike', () => {
    const nested = { training: { parameters: { batch_size: { values: [8] }, optimizer: { value: 'sgd' } } } };
    expect(valuesOf({ parameters: { ...nested, 'model.kernel_size': [3] } })).toEqual([
      { 'training.batch_size': 8, 'training.optimizer': 'sgd', 'model.kernel_size': 3 },
    ]);
  });

  it('varies parameters in a zip together', () => {
    const parameters = { ...kernels, 'model.activation': ['relu', 'tanh'], ...sizes };
    const rows = valuesOf({ parameters, zip: [['training.batch_size', 'model.kernel_size']] });
    expect(rows.map((values) => Object.values(values))).toEqual([
      [3, 'relu', 8],
      [3, 'tanh', 8],
      [5, 'relu', 16],
      [5, 'tanh', 16],
    ]);
  });

  it('begins with include, leaves out exclude, and ends at run_cap', () => {
    const sweep = {
      parameters: { ...kernels, 'training.optimizer': ['adam', { name: 'sgd', momentum: 0.9 }] },
      include: [{ 'training.epochs': 3 }, { 'training.epochs': 3 }],
      exclude: [{ 'model.kernel_size': [5, 7], 'training.optimizer': 'sgd' }],
    };
    const all = valuesOf(sweep);
    expect(all).toHaveLength(4);
    expect(all[0]).toEqual({ 'training.epochs': 3 });
    expect(all).not.toContainEqual({ 'model.kernel_size': 5, 'training.optimizer': { name: 'sgd', momentum: 0.9 } });
    expect(valuesOf({ ...sweep, run_cap: 2 })).toEqual(all.slice(0, 2));
  });

  it('has a parameter only where its condition holds, and no variant twice', () => {
    const parameters = {
      // Written before what it depends on: the order of the file is that of the columns, not of the search.
      'training.optimizer.momentum': { values: [0.5, 0.9], when: { 'training.optimizer': 'sgd' } },
      'training.optimizer.nesterov': { values: [true], when: { 'training.optimizer.momentum': [0.9] } },
      'training.optimizer': ['adam', 'sgd'],
    };
    expect(valuesOf({ parameters })).toEqual([
      { 'training.optimizer': 'adam' },
      { 'training.optimizer.momentum': 0.5, 'training.optimizer': 'sgd' },
      { 'training.optimizer.momentum': 0.9, 'training.optimizer.nesterov': true, 'training.optimizer': 'sgd' },
    ]);
  });

  it('reads conditions on what does not vary from the experiment, names from mappings', () => {
    const momentum = (when: object) => ({ 'training.optimizer.momentum': { values: [0.5, 0.9], when } });
    const sgd = { training: { optimizer: 'sgd' } };
    expect(valuesOf({ parameters: momentum({ 'training.optimizer.name': 'sgd' }) }, sgd)).toHaveLength(2);
    expect(valuesOf({ parameters: momentum({ 'training.optimizer.name': 'adam' }) }, sgd)).toEqual([{}]);
    const both = { 'training.optimizer': [{ name: 'sgd', nesterov: true }, 'adam'] };
    expect(valuesOf({ parameters: { ...both, ...momentum({ 'training.optimizer.name': 'sgd' }) } })).toHaveLength(3);
  });
});

describe('names of variants', () => {
  const augmentation = { noisy: { noise: { stddev: 0.1 } }, mirrored: { flip: { mode: 'horizontal' } } };
  const parameters = { augmentation: { values: augmentation } };
  const include = [{ name: 'as published', 'training.epochs': 3 }, { name: 'as written' }];
  const named = () => expandSweep(load({ ...plain, sweep: { parameters, include } }));

  it('say so where two mean the same', () => {
    const sweep = { parameters: { augmentation: { values: { none: {} } } }, include: [{ name: 'as written' }] };
    expect(() => expandSweep(load({ ...plain, sweep }))).toThrow('augmentation=none is the same variant as as written');
  });

  it('are those of `include` and of values that are given by name', () => {
    expect(named().map(({ values, names }) => ({ values, names }))).toEqual([
      { values: { 'training.epochs': 3 }, names: { variant: 'as published' } },
      { values: {}, names: { variant: 'as written' } },
      { values: { augmentation: augmentation.noisy }, names: { values: { augmentation: 'noisy' } } },
      { values: { augmentation: augmentation.mirrored }, names: { values: { augmentation: 'mirrored' } } },
    ]);
  });

  it('change neither configurations nor their hashes', () => {
    const [published, written, ...varied] = named().map((variant) => configHash(variant.config()));
    const sweep = { parameters: { augmentation: Object.values(augmentation) }, include: [{ 'training.epochs': 3 }] };
    const plainly = expandSweep(load({ ...plain, sweep })).map((variant) => configHash(variant.config()));
    expect([published, ...varied]).toEqual(plainly);
    expect(written).toBe(configHash(load(plain).config));
  });

  it('stay when the resolved file is read again', () => {
    const { config } = load({ ...plain, sweep: { parameters, include } });
    const again = load(JSON.parse(JSON.stringify(config)) as object).config;
    expect(again.sweep?.parameters).toEqual(config.sweep?.parameters);
    expect(again.sweep?.include).toEqual(config.sweep?.include);
  });

  it.each([
    [
      'a mistake in a named value at its name',
      { parameters: { augmentation: { values: { odd: { flip: 3 } } } } },
      'flip',
    ],
    ['two of one name', { include: [include[0], { ...include[0], 'training.epochs': 4 }] }, 'as published'],
    [
      'fewer names than values',
      { parameters: { 'model.kernel_size': { values: [3, 5], names: ['small'] } } },
      '1 name for 2 values',
    ],
  ])('are checked: %s', (_, sweep, text) => {
    expect(() => expandSweep(load({ ...plain, sweep }))).toThrow(text);
  });
});

describe('random', () => {
  const parameters = {
    'training.optimizer.learning_rate': { min: 1e-4, max: 0.1, distribution: 'log_uniform_values' },
    'training.batch_size': { min: 8, max: 64, q: 8, distribution: 'q_uniform' },
    'model.activation': { values: ['relu', 'tanh'], probabilities: [0.9, 0.1] },
    'training.label_smoothing': { distribution: 'normal', mu: 0.1, sigma: 0.01 },
  };
  const random = (run_cap: number, seed = 42) =>
    valuesOf({ method: 'random', run_cap, parameters }, { training: { seed } });

  it('draws the same for the same seed, and more of the same for more', () => {
    expect(random(30).slice(0, 10)).toEqual(random(10));
    expect(random(10, 1)).not.toEqual(random(10));
  });

  it('draws the same of one parameter, whatever the others are', () => {
    const alone = { 'model.activation': parameters['model.activation'], 'model.dropout': { min: 0, max: 0.5 } };
    const drawn = valuesOf({ method: 'random', run_cap: 10, parameters: alone }, { training: { seed: 42 } });
    expect(drawn.map((values) => values['model.activation'])).toEqual(
      random(10).map((values) => values['model.activation']),
    );
  });

  it('ends when there is nothing new to draw', () => {
    expect(valuesOf({ method: 'random', run_cap: 50, parameters: { ...kernels, ...sizes } })).toHaveLength(4);
  });
});

describe('seeds', () => {
  it.each([
    [undefined, [42]],
    [3, [42, 43, 44]],
    [
      [7, 1],
      [7, 1],
    ],
  ])('%j are %j', (seeds, expected) => {
    expect(sweepSeeds(load({ ...plain, sweep: { seeds }, training: { seed: 42 } }).config)).toEqual(expected);
  });
});

describe('a variant', () => {
  it('is what loading the file with the same overrides gives, and has the same hash', () => {
    fc.assert(
      fc.property(variedExperiment, (content) => {
        const experiment = load(content);
        for (const values of combinationsOf(content.sweep)) {
          const expected = loadWith(experiment, values);
          const variant = variantOf(experiment, values, 0);
          if (expected === undefined) {
            expect(() => variant.config()).toThrow(ConfigError);
            continue;
          }
          expect(JSON.stringify(variant.config())).toBe(JSON.stringify(expected));
          expect(configHash(variant.config())).toBe(configHash(expected));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('follows references to what varies', () => {
    const content = { ...plain, name: 'size ${training.batch_size}', training: { epochs: '${training.batch_size}' } };
    const variants = expandSweep(load({ ...content, sweep: { parameters: sizes } }));
    expect(variants.map((variant) => [variant.config().name, variant.config().training.epochs])).toEqual([
      ['size 8', 8],
      ['size 16', 16],
    ]);
  });

  it('is a copy: changing it leaves the others as they are', () => {
    const [first, second] = expandSweep(load({ ...plain, sweep: { parameters: kernels } }));
    first.config().training.epochs = 99;
    expect(first.config().training.epochs).not.toBe(99);
    expect(second.config().training.epochs).not.toBe(99);
  });

  it('has paths relative to the file that they are written in', () => {
    const content = { ...plain, sweep: { parameters: { 'dataset.path': ['a', 'b'] } } };
    const variants = expandSweep(load(content));
    expect(variants.map((variant) => (variant.config().dataset as { path: string }).path)).toEqual([
      join(folder, 'a'),
      join(folder, 'b'),
    ]);
    expect(sweepDatasets(load(content))).toHaveLength(2);
  });
});

describe('ten thousand variants', () => {
  it('are expanded, keep little, and are as valid as few', () => {
    const numbers = (from: number) => Array.from({ length: 100 }, (_, i) => from + i);
    const parameters = { 'training.batch_size': numbers(1), 'model.layers.0.filters': numbers(1) };
    const variants = expandSweep(load({ ...plain, sweep: { parameters } }));
    expect(variants).toHaveLength(10_000);
    expect(variants[9_999].config().training.batch_size).toBe(100);
    expect(sweptKeys(load({ ...plain, sweep: { parameters } }).config.sweep ?? expect.fail())).toEqual(
      Object.keys(parameters),
    );
  });

  it('with one mistake in a hundred each are told once, with their number', () => {
    const sizes = Array.from({ length: 100 }, (_, i) => i); // 0 is no batch size
    const rates = Array.from({ length: 100 }, (_, i) => i / 100 - 0.01); // -0.01 is no dropout
    const parameters = { 'training.batch_size': sizes, 'model.dropout': rates };
    const expand = () => expandSweep(load({ ...plain, sweep: { parameters } }));
    const problems = [
      expect.objectContaining({
        message: expect.stringContaining('(in 100 of 10000 variants, such as batch_size=0 dropout=-0.01)') as string,
      }),
      expect.objectContaining({ message: expect.stringContaining('(in 100 of 10000 variants') as string }),
    ];
    expect(expand).toThrow(expect.objectContaining({ constructor: ConfigError, problems }));
  });
});

/** The configuration that a file has with overrides; undefined if it is wrong. */
function loadWith(experiment: LoadedExperiment, values: Record<string, Json>): Experiment | undefined {
  const outermostFirst = Object.entries(values).sort(([a], [b]) => a.split('.').length - b.split('.').length);
  // Parsed: of what is typed, what changes nothing is a mistake, and in a sweep it may change others of its variants.
  const overrides = outermostFirst.map(([key, value], i) =>
    parseOverride(`${key}=${JSON.stringify(value)}`, i + 1, process.cwd()),
  );
  try {
    return loadExperiment(experiment.file, { overrides: [...overrides, 'sweep=null'], env: { SIZE: '5' } }).config;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return undefined;
  }
}

function combinationsOf({ parameters, include }: Varied['sweep']): Record<string, Json>[] {
  return Object.entries(parameters)
    .reduce<Record<string, Json>[]>(
      (found, [key, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [key]: value }))),
      [{}],
    )
    .concat(include);
}

interface Varied {
  sweep: { parameters: Record<string, Json[]>; include: Record<string, Json>[] };
}

/** Parameters of every section, of every type, nested in one another, some of them in combinations that can't be. */
const choices: Record<string, Json[]> = {
  'model.kernel_size': [1, 3, [3, 5]],
  'model.activation': ['relu', { name: 'leaky_relu', negative_slope: 0.1 }],
  'model.layers.0.filters': [4, 8],
  'model.layers': [
    [{ type: 'flatten' }, { type: 'dense' }],
    [{ type: 'conv2d', filters: 4 }, { type: 'flatten' }, { type: 'dense', units: 16 }, { type: 'dense' }],
  ],
  'training.optimizer': ['adam', { name: 'sgd', momentum: 0.9 }],
  'training.optimizer.learning_rate': [0.1, 0.01],
  'training.optimizer.momentum': [0, 0.5],
  'training.learning_rate_schedule': ['constant', { name: 'cosine', warmup_epochs: 2 }],
  'training.epochs': [2, 5],
  'training.metrics': [[], ['accuracy', 'f1_score']],
  'training.early_stopping': [null, { patience: 2, monitor: 'val_loss' }],
  'dataset.validation_split': [0, 0.1],
  dataset: [{ name: 'cifar10' }, { name: 'fashion_mnist', validation_split: 0 }],
  'augmentation.rotation.factor': [0.1, [-0.2, 0.1]],
  augmentation: [{ flip: { mode: 'horizontal' } }, {}],
};
const bases = {
  sections: { ...plain },
  references: {
    ...plain,
    name: '${dataset.name} ${env:SIZE}',
    training: { epochs: '${env:SIZE}', batch_size: '${training.epochs}', optimizer: { name: 'sgd', momentum: 0.9 } },
  },
  blocks: { dataset: { name: 'mnist' }, model: { blocks: { count: 2, filters: 4 }, dense_units: [16] } },
};
const variedExperiment = fc
  .record({
    base: fc.constantFrom(...Object.values(bases)),
    keys: fc.uniqueArray(fc.constantFrom(...Object.keys(choices)), { minLength: 1, maxLength: 4 }),
    include: fc.boolean(),
  })
  .map(({ base, keys, include }): Varied => {
    const parameters = Object.fromEntries(keys.map((key) => [key, choices[key]]));
    const included = include ? [{ [keys[0]]: choices[keys[0]][0], 'training.epochs': 7 }] : [];
    const sweep = { parameters, include: included, metric: { name: 'test_loss' } };
    return { ...base, sweep };
  });
