import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toYaml } from '../../src/config/format.js';
import { configHash } from '../../src/config/hash.js';
import { type LoadedExperiment, loadExperiment } from '../../src/config/load.js';
import type { InputsLayer } from '../../src/config/schema/experiment.generated.js';
import { variantsOf } from '../../src/config/variants/variants.js';
import type { ModelInput } from '../../src/model/input-tensors.js';
import { checkShapes, summarizeModel } from '../../src/model/shapes.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-inputs-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const COLUMNS: ModelInput[] = [
  { name: 'photo', shape: [8, 8, 3] },
  { name: 'text', shape: [5], tokens: 20 },
  { name: 'area', shape: [1] },
  { name: 'city', shape: [4] },
];
const SHAPE = { inputs: COLUMNS, outputs: 1, outputsAre: 'numbers' as const };

function loaded(model: string, ...overrides: string[]): LoadedExperiment {
  const file = join(folder, 'e.yaml');
  const inputs = '{ photo: image, text: text, area: number, city: category }'.replace(
    'image',
    '{ type: image, image_size: 8 }',
  );
  writeFileSync(
    file,
    `dataset: { name: table, path: a.csv, inputs: ${inputs}, target: { price: number } }\nmodel: ${model}\n`,
  );
  return loadExperiment(file, { env: {}, overrides });
}

const PHOTO = '{ layers: [{ type: conv2d, filters: 2 }, { type: global_pooling2d }] }';
const TEXT = '{ layers: [{ type: embedding, output_dim: 3 }, { type: global_pooling1d }] }';
const TOWERS = `inputs: { photo: ${PHOTO}, text: ${TEXT} }`;
const END = 'layers: [{ type: dense, units: 6 }, { type: dense }]';

/** Of each layer: its name and its output's shape. */
function layersOf({ config: { model } }: LoadedExperiment): [string, number[]][] {
  expect(checkShapes(model, SHAPE)).toEqual([]);
  return summarizeModel(model, SHAPE).map(({ name, outputShape }) => [name, outputShape]);
}

/** The mistakes that its data show: where, and what is said. */
function mistakesIn(experiment: LoadedExperiment): string[] {
  return checkShapes(experiment.config.model, SHAPE).map(({ path, message }) => {
    const { path: place } = experiment.source.problem(path, { code: 'conflict', message });
    return `${place}: ${message}`;
  });
}

describe('model.inputs', () => {
  it('merges a tower of each with what no tower takes', () => {
    expect(layersOf(loaded(`{ ${TOWERS}, ${END} }`))).toEqual([
      ['conv2d', [6, 6, 2]],
      ['global_pooling2d', [2]],
      ['embedding', [5, 3]],
      ['global_pooling1d', [3]],
      ['inputs', [2 + 3 + 1 + 4]],
      ['dense', [6]],
      ['dense_1', [1]],
    ]);
  });

  it('merges number by number where it says so, several columns to a tower', () => {
    const facts = '{ columns: [area, city], layers: [{ type: dense, units: 3 }] }';
    const model = `{ inputs: { facts: ${facts}, text: ${TEXT} }, use_inputs: [facts, text], merge: add, ${END} }`;
    const layers = layersOf(loaded(model));
    expect(layers).toContainEqual(['inputs', [3]]);
    expect(summarizeModel(loaded(model).config.model, SHAPE)[0].parameters).toBe((1 + 4) * 3 + 3);
  });

  it('is the layer `inputs` written out, and stays what it is when it is read again', () => {
    const { config } = loaded(`{ ${TOWERS}, use_inputs: [photo, area], ${END} }`);
    expect(config.model.layers[0]).toMatchObject({ type: 'inputs', use: ['photo', 'area'], merge: 'concatenate' });
    const again = loaded(toYaml(config.model).replace(/^/gm, '  ').replace(/^/, '\n'));
    expect(again.config.model).toEqual(config.model);
    expect(configHash(again.config)).toBe(configHash(config));
  });

  it('leaves the columns out that use_inputs leaves out, and has another hash', () => {
    const all = loaded(`{ ${TOWERS}, ${END} }`);
    const some = loaded(`{ ${TOWERS}, use_inputs: [area, photo], ${END} }`);
    expect(layersOf(some)).toContainEqual(['inputs', [2 + 1]]);
    // Layers keep their names, so that they begin with the same weights.
    expect(layersOf(some).map(([name]) => name)).toEqual(['conv2d', 'global_pooling2d', 'inputs', 'dense', 'dense_1']);
    expect(configHash(some.config)).not.toBe(configHash(all.config));
    expect(layersOf(loaded(`{ use_inputs: [city], ${END} }`))).toEqual([
      ['dense', [6]],
      ['dense_1', [1]],
    ]);
  });

  it('is the same as without it where use_inputs is null', () => {
    const [plain, none] = [`{ ${END} }`, `{ use_inputs: null, ${END} }`].map((model) => loaded(model).config);
    expect(configHash(none)).toBe(configHash(plain));
  });

  it('can be swept over, in a tower and as a whole', () => {
    const variants = variantsOf(loaded(`{ ${TOWERS}, ${END} }`));
    const filters = [3, 4].map((value) => {
      const { config, problems } = variants.resolve({ 'model.inputs.photo.layers.0.filters': value });
      expect(problems).toEqual([]);
      return (config.model.layers[0] as InputsLayer).towers.photo.layers[0];
    });
    expect(filters).toMatchObject([{ filters: 3 }, { filters: 4 }]);
    const { config } = variants.resolve({ 'model.use_inputs': ['area'] });
    expect(summarizeModel(config.model, SHAPE).map(({ name }) => name)).toEqual(['dense', 'dense_1']);
  });

  it('takes the short forms of parallel layers, and what the model says for all', () => {
    const tower = '{ layers: [{ type: parallel, each: { kernel_size: [2, 3] }, layers: [{ type: conv2d, filters: 1 }, { type: global_pooling2d }] }] }'; // prettier-ignore
    const experiment = loaded(`{ activation: tanh, inputs: { photo: ${tower} }, use_inputs: [photo], ${END} }`);
    expect(layersOf(experiment).filter(([name]) => name.startsWith('conv2d'))).toEqual([
      ['conv2d', [7, 7, 1]],
      ['conv2d_1', [6, 6, 1]],
    ]);
    expect(JSON.stringify(experiment.config.model.layers)).toContain('"activation":"tanh"');
  });

  it.each([
    [
      'an unknown column',
      `{ inputs: { foto: ${PHOTO} }, ${END} }`,
      'model.inputs.foto: the dataset has no input "foto"',
    ],
    [
      'a word of use_inputs',
      `{ ${TOWERS}, use_inputs: [area, town], ${END} }`,
      'model.use_inputs.1: the dataset has no input "town"',
    ],
    [
      'an image beside numbers in a tower',
      `{ inputs: { all: { columns: [photo, area], layers: [] }, text: ${TEXT} }, ${END} }`,
      'model.inputs.all: the input "photo" is not a vector, and there are others beside it',
    ],
    [
      'a text beside numbers without a tower',
      `{ inputs: { photo: ${PHOTO} }, ${END} }`,
      'model.inputs: the input "text" is a text whose words are numbered, and there are others beside it',
    ],
    [
      'an image beside numbers without any tower',
      `{ ${END} }`,
      'model.layers: the input "photo" is not a vector, and there are others beside it',
    ],
    [
      'towers that end in different shapes',
      `{ inputs: { photo: { layers: [{ type: conv2d, filters: 2 }] }, text: ${TEXT} }, ${END} }`,
      'model.inputs: the towers of "inputs" end in different shapes, which can\'t be merged by concatenate',
    ],
    [
      'a layer in a tower',
      `{ inputs: { photo: { layers: [{ type: conv2d, filters: 2, kernel_size: 9 }, { type: global_pooling2d }] }, text: ${TEXT} }, ${END} }`,
      'model.inputs.photo.layers.0.kernel_size: ',
    ],
    [
      'a layer after the merge',
      `{ ${TOWERS}, layers: [{ type: dense, units: 6 }, { type: dense, units: 2 }] }`,
      'model.layers.1.units: ',
    ],
    [
      'inputs that come later',
      `{ use_inputs: [area], layers: [{ type: dense, units: 6 }, { type: inputs }, { type: dense }] }`,
      'model.layers.1: "inputs_1" is where the inputs come in, and other layers come before it',
    ],
  ])('tells at its place: %s', (_, model, expected) => {
    const [first] = mistakesIn(loaded(model));
    expect(first.slice(0, expected.length)).toBe(expected);
  });
});
