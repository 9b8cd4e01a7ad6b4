import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conv2D, Dense, Experiment, LayerConfig, Residual } from '../../src/config/schema/experiment.generated.js';
import { configHash } from '../../src/config/hash.js';
import type { ImageFolder } from '../../src/config/schema/experiment.generated.js';
import { loadExperiment, type LoadedExperiment, overridden } from '../../src/config/load.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-load-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const minimal = 'dataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\n';

function load(text: string, overrides: string[] = [], env: NodeJS.ProcessEnv = {}): LoadedExperiment {
  const has = (key: string) => new RegExp(`^${key}`, 'm').test(text);
  const rest = minimal.split('\n').filter((line) => line !== '' && !has(line.slice(0, line.indexOf(':'))));
  return loadExperiment(write('main.yaml', `${text}\n${rest.join('\n')}`), { overrides, env });
}

function config(text: string, overrides: string[] = [], env: NodeJS.ProcessEnv = {}): Experiment {
  return load(text, overrides, env).config;
}

function layersOf(model: string): LayerConfig[] {
  return config(`model: ${model}`).model.layers;
}

describe('defaults', () => {
  it('are those of Keras', () => {
    const { training, dataset } = config('');
    expect(training.optimizer).toEqual({
      name: 'adam',
      learning_rate: 0.001,
      beta_1: 0.9,
      beta_2: 0.999,
      epsilon: 1e-7,
      amsgrad: false,
    });
    expect(training).toMatchObject({ batch_size: 128, early_stopping: null, label_smoothing: 0, precision: 'float32' });
    expect(dataset).toEqual({
      name: 'mnist',
      path: null,
      validation_split: 0.1,
      train_fraction: 1,
      split: null,
      normalization: 'rescale',
      classes: null,
    });
  });

  it('of an optimizer depend on its name', () => {
    expect(config('training: {optimizer: sgd}').training.optimizer).toEqual({
      name: 'sgd',
      learning_rate: 0.01,
      momentum: 0,
      nesterov: false,
    });
  });

  it('the name is that of the file', () => {
    expect(config('').name).toBe('main');
    expect(loadExperiment(write('my study (1).yaml', minimal)).config.name).toBe('my study -1-');
  });

  it('a sweep metric is maximized unless it is a loss, a range of whole numbers is drawn from whole numbers', () => {
    const { sweep } = config(
      'sweep: {method: random, run_cap: 3, metric: {name: test_loss}, parameters: {training.epochs: {min: 1, max: 3}, training.batch_size: [16, 32]}}',
    );
    expect(sweep?.metric.goal).toBe('minimize');
    expect(sweep?.parameters).toEqual({
      'training.epochs': { min: 1, max: 3, distribution: 'int_uniform' },
      'training.batch_size': { values: [16, 32], distribution: 'categorical' },
    });
  });

  it.each([
    ['training.optimizer.learning_rate', '0.0, max: 1.0', 'uniform'],
    ['training.optimizer.momentum', '0, max: 1', 'uniform'],
    ['model.dropout', '0.0, max: 1', 'uniform'],
    ['model.layers.0.kernel_regularizer.l2', '0, max: 2.0', 'uniform'],
    ['augmentation.rotation.factor', '0, max: 1', 'uniform'],
    ['training.batch_size', '1.0, max: 5.0', 'int_uniform'],
    ['model.layers.0.filters', '4, max: 8', 'int_uniform'],
    ['model.kernel_size', '3.0, max: 5', 'int_uniform'],
    ['model.kernel_size', '3.5, max: 5', 'uniform'],
  ])('a range of %s from %s is drawn %s', (key, range, distribution) => {
    const { sweep } = config(`sweep: {method: random, run_cap: 3, parameters: {${key}: {min: ${range}}}}`);
    expect(sweep?.parameters[key]).toMatchObject({ distribution });
  });
});

describe('inheritance', () => {
  it('a layer takes from the model what it does not say itself', () => {
    const [first, second] = layersOf(
      '{kernel_size: 5, padding: same, activation: tanh, dropout: 0.2, layers: [{type: conv2d, filters: 3}, {type: conv2d, filters: 3, kernel_size: [1, 3], dropout: 0}, {type: dense}]}',
    ) as Conv2D[];
    expect(first).toMatchObject({ kernel_size: 5, padding: 'same', activation: 'tanh', dropout: 0.2, use_bias: true });
    expect(second).toMatchObject({ kernel_size: [1, 3], padding: 'same', activation: 'tanh', dropout: 0 });
  });

  it('the output layer is a softmax without what hidden layers have', () => {
    const layers = layersOf(
      '{activation: tanh, dropout: 0.5, batch_normalization: true, layers: [{type: dense, units: 3}, {type: dense}]}',
    ) as Dense[];
    expect(layers[0]).toMatchObject({ activation: 'tanh', dropout: 0.5, batch_normalization: true, use_bias: false });
    expect(layers[1]).toMatchObject({ activation: 'softmax', dropout: 0, batch_normalization: false, use_bias: true });
    expect(layers[1]).not.toHaveProperty('units');
  });

  it('the output layer is linear where an activation follows', () => {
    const layers = layersOf(
      '{layers: [{type: dense, units: 3}, {type: dense}, {type: activation, activation: softmax}]}',
    );
    expect(layers[1]).toMatchObject({ activation: 'linear' });
  });

  it('reaches into residual layers', () => {
    const [residual] = layersOf(
      '{kernel_size: 5, kernel_regularizer: {l2: 0.5}, layers: [{type: residual, layers: [{type: conv2d, filters: 3}]}, {type: flatten}, {type: dense}]}',
    ) as [Residual];
    expect(residual).toMatchObject({ shortcut: 'auto', activation: 'relu', kernel_regularizer: { l1: 0, l2: 0.5 } });
    expect(residual.layers[0]).toMatchObject({ kernel_size: 5, kernel_regularizer: { l1: 0, l2: 0.5 } });
  });

  it('names are Keras names, and none is given twice', () => {
    const names = layersOf(
      '{layers: [{type: conv2d, filters: 1}, {type: residual, layers: [{type: conv2d, filters: 1}]}, {type: conv2d, filters: 1, name: conv2d_2}, {type: conv2d, filters: 1}, {type: dense}]}',
    ).map(({ name }) => name);
    expect(names).toEqual(['conv2d', 'residual', 'conv2d_2', 'conv2d_3', 'dense']);
  });

  it('training.trainable freezes all other layers', () => {
    const { model } = config(
      'model: {layers: [{type: conv2d, filters: 1}, {type: flatten}, {type: dense, units: 3}, {type: dense}]}\ntraining: {trainable: [dense*]}',
    );
    const trained = model.layers.map((layer) => ('trainable' in layer ? layer.trainable : undefined));
    expect(trained).toEqual([false, undefined, true, true]);
  });
});

describe('the short form', () => {
  it('blocks are numbers of depth and width', () => {
    const short = layersOf('{blocks: {count: 2, filters: 8, convolutions: 2}, dense_units: [64]}');
    const long = layersOf(
      '{layers: [{type: conv2d, filters: 8}, {type: conv2d, filters: 8}, {type: pooling2d}, {type: conv2d, filters: 16}, {type: conv2d, filters: 16}, {type: pooling2d}, {type: flatten}, {type: dense, units: 64}, {type: dense}]}',
    );
    expect(short).toEqual(long);
  });

  it('blocks are a list', () => {
    const layers = layersOf('{blocks: [{filters: 3}, {filters: 5, convolutions: 2}], dense_units: []}');
    const filters = layers.map((layer) => (layer.type === 'conv2d' ? layer.filters : layer.type));
    expect(filters).toEqual([3, 'pooling2d', 5, 5, 'pooling2d', 'flatten', 'dense']);
  });

  it('a layer is placed where its block is written', () => {
    const { source } = load('model:\n  blocks:\n    - {filters: 3}\n    - {filters: 5}\n');
    expect(source.locate(['model', 'layers', 2, 'filters'])).toMatchObject({ line: 4, column: 8 });
    expect(source.problem(['model', 'layers', 4], { code: 'impossible-shape', message: 'x' })).toMatchObject({
      line: 2,
      path: 'model.blocks',
    });
  });
});

describe('canonical form', () => {
  it.each([
    ['activation: {name: relu}', 'activation: relu'],
    ['activation: elu', 'activation: {name: elu, alpha: 1}'],
    ['kernel_size: [3, 3]', 'kernel_size: 3'],
    ['kernel_initializer: orthogonal', 'kernel_initializer: {name: orthogonal}'],
    ['kernel_regularizer: {l1: 0.0}', 'kernel_regularizer: {}'],
  ])('%s is %s', (one, other) => {
    const model = (key: string) => config(`model: {${key}, layers: [{type: conv2d, filters: 3}, {type: dense}]}`);
    expect(model(one)).toEqual(model(other));
  });
});

describe('extends', () => {
  it('mappings merge, lists replace, the nearest file wins', () => {
    write(
      'base.yaml',
      `dataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\ntags: [a, b]\ntraining: {epochs: 3, batch_size: 64}\n`,
    );
    const { config: merged, base } = loadExperiment(
      write('child.yaml', 'extends: base.yaml\ntags: [c]\ntraining: {epochs: 4}\n'),
    );
    expect(merged).toMatchObject({ tags: ['c'], training: { epochs: 4, batch_size: 64 } });
    expect(base).toMatch(/base\.yaml$/);
    expect(merged).not.toHaveProperty('extends');
  });

  it('a name is a mapping to merge into', () => {
    write(
      'base.yaml',
      `dataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\ntraining: {optimizer: sgd}\n`,
    );
    const merged = loadExperiment(write('child.yaml', 'extends: base.yaml\ntraining: {optimizer: {momentum: 0.9}}\n'));
    expect(merged.config.training.optimizer).toMatchObject({ name: 'sgd', momentum: 0.9 });
    const replaced = loadExperiment(write('child.yaml', 'extends: base.yaml\ntraining: {optimizer: adamw}\n'));
    expect(replaced.config.training.optimizer).toMatchObject({ name: 'adamw', weight_decay: 0.004 });
  });

  it('null switches off what the base has', () => {
    write(
      'base.yaml',
      `dataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\ntraining: {early_stopping: {patience: 3}}\n`,
    );
    const child = write('child.yaml', 'extends: base.yaml\ntraining: {early_stopping: null}\n');
    expect(loadExperiment(child).config.training.early_stopping).toBeNull();
  });

  it('paths are relative to the file that they are written in', () => {
    write(
      'deep/base.yaml',
      'dataset: {name: cifar10, path: data}\nmodel: {layers: [{type: flatten}, {type: dense}]}\n',
    );
    const child = write('child.yaml', 'extends: deep/base.yaml\ntraining: {initial_weights: runs/x}\n');
    const { dataset, training } = loadExperiment(child).config;
    expect(dataset).toMatchObject({ path: join(folder, 'deep', 'data') });
    expect(training.initial_weights).toBe(join(folder, 'runs', 'x'));
    const overridden = loadExperiment(child, { overrides: ['dataset.path=data'] }).config;
    expect(overridden.dataset).toMatchObject({ path: resolve('data') });
  });

  it('a value is placed in the file that sets it', () => {
    write(
      'base.yaml',
      `dataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\ntraining:\n  epochs: 3\n`,
    );
    const { source } = loadExperiment(write('child.yaml', 'extends: base.yaml\ntraining: {seed: 4}\n'));
    expect(source.locate(['training', 'epochs'])).toMatchObject({ line: 4, column: 11, sourceLine: '  epochs: 3' });
    expect(source.locate(['training', 'seed']).file).toMatch(/child\.yaml$/);
  });
});

describe('references', () => {
  it('stand for values of any type, for defaults, and for parts of text', () => {
    const { name, training } = config(
      "name: 'e-${training.epochs}-${training.batch_size}'\ntraining: {epochs: 7, learning_rate_schedule: {name: step, decay_epochs: '${training.epochs}'}}",
    );
    expect(name).toBe('e-7-128');
    expect(training.learning_rate_schedule).toMatchObject({ decay_epochs: 7 });
  });

  it('lead through other references and overrides', () => {
    const text = "description: '${question}'\nquestion: '${name}?'\nname: x";
    expect(config(text, ['name=y']).description).toBe('y?');
  });

  it('read the environment, with a default', () => {
    const text = "training: {epochs: '${env:EPOCHS,5}', seed: '${env:SEED}'}";
    expect(config(text, [], { SEED: '3' }).training).toMatchObject({ epochs: 5, seed: 3 });
    expect(config(text, [], { SEED: '3', EPOCHS: '9' }).training.epochs).toBe(9);
  });

  it('from the environment are not followed again', () => {
    expect(() => config("description: '${env:X}'", [], { X: '${name}' })).toThrow('holds a reference itself');
  });
});

describe('overrides', () => {
  it('set, add and remove', () => {
    const { training } = config('training: {epochs: 3, early_stopping: {patience: 2}}', [
      'training.epochs=4',
      '+training.batch_size=32',
      '~training.early_stopping',
    ]);
    expect(training).toMatchObject({ epochs: 4, batch_size: 32, early_stopping: null });
  });

  it('lead into the long form of a name, written or default', () => {
    const learningRate = ['training.optimizer.learning_rate=0.5'];
    expect(config('', learningRate).training.optimizer).toMatchObject({ name: 'adam', learning_rate: 0.5 });
    expect(config('training: {optimizer: sgd}', learningRate).training.optimizer).toMatchObject({
      name: 'sgd',
      learning_rate: 0.5,
    });
  });

  it('change and remove list items', () => {
    const model = 'model: {layers: [{type: conv2d, filters: 3}, {type: flatten}, {type: dense}]}';
    const { layers } = config(model, ['model.layers.0.filters=9', '~model.layers.1']).model;
    expect(layers).toMatchObject([{ filters: 9 }, { type: 'dense' }]);
  });

  it('reach keys that hold dots', () => {
    const sweep = config('', ['sweep.parameters."training.epochs"=[1, 2]']).sweep;
    expect(sweep?.parameters).toEqual({ 'training.epochs': { values: [1, 2], distribution: 'categorical' } });
  });
});

describe('the hash', () => {
  const hash = (text: string) => configHash(config(text));

  it.each([
    ['words', 'name: other\ndescription: x\ntags: [a]\nquestion: q?\ntracking: none'],
    ['the seed', 'training: {seed: 9}'],
    ['a sweep', 'sweep: {parameters: {training.epochs: [1, 2]}}'],
    ['a default that no layer takes', 'model: {kernel_size: 7, layers: [{type: flatten}, {type: dense}]}'],
    ['where the data lies', 'dataset: {name: mnist, path: /elsewhere}'],
    ['a default written out', 'training: {batch_size: 128, optimizer: {name: adam, beta_1: 0.9}}'],
  ])('is the same with %s', (_, text) => {
    expect(hash(text)).toBe(hash(''));
  });

  it.each([
    ['a training key', 'training: {batch_size: 64}'],
    ['a layer', 'model: {layers: [{type: flatten}, {type: dense, units: 3}, {type: dense}]}'],
    ['an augmentation', 'augmentation: {noise: {stddev: 0.1}}'],
    ['the split', 'dataset: {name: mnist, validation_split: 0.2}'],
    [
      'a frozen layer',
      'training: {trainable: [none_*, flatten]}\nmodel: {layers: [{type: flatten}, {type: dense, name: none_x, trainable: false}]}',
    ],
  ])('differs with %s', (_, text) => {
    expect(hash(text)).not.toBe(hash(''));
    expect(hash(text)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the background of transparent images', () => {
  const folder = (background: string) => config(`dataset: {name: image_folder, path: pets${background}}`);

  it('is white, which changes no hash of before it could be said', () => {
    const before = folder('');
    expect(before.dataset).toMatchObject({ background: 'white' });
    const dataset = { ...before.dataset, background: undefined } as unknown as ImageFolder;
    expect(configHash({ ...before, dataset })).toBe(configHash(before));
    expect(configHash(folder(', background: [255, 255, 255]'))).toBe(configHash(before));
  });

  it('is another trial where it is another', () => {
    const hashes = ['', ', background: black', ', background: [9, 9, 9]'].map((key) => configHash(folder(key)));
    expect(new Set(hashes).size).toBe(3);
    expect(folder(', background: [0, 0, 0]').dataset).toMatchObject({ background: 'black' });
  });
});

describe('names that look like numbers', () => {
  it.each([
    ['[01, 02]', ['01', '02']],
    ['[1.0, 0x10, 1e3]', ['1.0', '0x10', '1e3']],
    ['[true, No]', ['true', 'No']],
  ])('classes %s are the text that is written', (classes, names) => {
    expect(config(`dataset: {name: mnist, classes: ${classes}}`).dataset.classes).toEqual(names);
  });

  it('so are those of an override, of a sweep and the keys of class_weight', () => {
    const file = write('names.yaml', minimal);
    const { dataset } = loadExperiment(file, { overrides: ['dataset.classes=[007,08]'] }).config;
    expect(dataset.classes).toEqual(['007', '08']);
    const { training, sweep } = config(
      'training: {class_weight: {01: 50, 1: 2}}\nsweep: {parameters: {dataset.classes: {values: [[00, 01], [02, 03]]}}}',
    );
    expect(training.class_weight).toEqual({ '01': 50, '1': 2 });
    expect(sweep?.parameters['dataset.classes']).toMatchObject({
      values: [
        ['00', '01'],
        ['02', '03'],
      ],
    });
  });
});

it('a number is the text that it is written as where names are expected', () => {
  const file = write(
    'names.yaml',
    `name: 01\ntags: [007, 1e3, mnist]\ndataset: {name: mnist}\nmodel: {layers: [{type: flatten}, {type: dense}]}\n`,
  );
  const { config } = loadExperiment(file);
  expect([config.name, config.tags]).toEqual(['01', ['007', '1e3', 'mnist']]);
  expect(loadExperiment(file, { overrides: ['name=02'] }).config.name).toBe('02');
});

it('overrides that change nothing are refused, when the experiment is loaded and later', () => {
  const layers = '[{type: conv2d, filters: 4, kernel_size: 3}, {type: flatten}, {type: dense}]';
  const text = `model: {layers: ${layers}}`;
  expect(() => load(text, ['model.kernel_size=5'])).toThrow(/model\.kernel_size changes nothing/);
  expect(() => overridden(load(text), ['model.kernel_size=5'])).toThrow(/model\.kernel_size changes nothing/);
  expect(overridden(load(text), ['model.activation=tanh']).config.model.activation).toBe('tanh');
});
