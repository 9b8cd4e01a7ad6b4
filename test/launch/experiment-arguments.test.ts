import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadAll } from '../../src/launch/experiment-arguments.js';
import { ConfigError } from '../../src/config/text/config-error.js';
import { sweepFromArguments } from '../../src/config/sweep/arguments.js';

const experiments = fileURLToPath(new URL('../../experiments', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-arguments-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const network = `dataset: {name: mnist}
model:
  layers: [{type: conv2d, filters: 4}, {type: pooling2d}, {type: conv2d, filters: 8}, {type: flatten}, {type: dense}]
`;

function write(text: string): string {
  const file = join(folder, 'study.yaml');
  writeFileSync(file, network + text);
  return file;
}

it('every experiment of the repository can be run, in every variant', async () => {
  const names = readdirSync(experiments, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  // Their data aren't in the repository: they are looked for beside the folder of experiments.
  const ofOthersData = names.filter((name) => ['text', 'sound'].includes(dirname(name)));
  expect(ofOthersData.length).toBeGreaterThan(0);
  const copies = ofOthersData.map((name) => {
    const copy = join(folder, 'experiments', name);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(experiments, name), copy);
    return copy;
  });
  const data = join(folder, 'data/sst2');
  mkdirSync(data, { recursive: true });
  for (const part of ['train', 'validation', 'test']) {
    writeFileSync(join(data, `${part}.csv`), 'sentence,label\na moving film,good\ndull and long,bad\n');
  }
  mkdirSync(join(data, '../free_spoken_digits'));
  const spoken = ['a', 'b'].flatMap((speaker) => [0, 1].map((digit) => `${digit}_${speaker}.wav,${digit},${speaker}`));
  writeFileSync(join(data, '../free_spoken_digits/metadata.csv'), ['file_name,digit,speaker', ...spoken].join('\n'));
  const files = [...names.filter((name) => !ofOthersData.includes(name)).map((name) => join(experiments, name)), ...copies]; // prettier-ignore
  const loaded = await loadAll({ files, overrides: [] });
  expect(loaded.filter(({ variants }) => variants && variants.length > 1).length).toBeGreaterThan(10);
});

it('layers that do not fit in some variants are told once each, at the value that makes it so', async () => {
  const file = write('sweep: {parameters: {model.kernel_size: [3, 14, 29], model.activation: [relu, tanh]}}\n');
  const error: unknown = await loadAll({ files: [file], overrides: [] }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const { problems } = error as ConfigError;
  expect(problems.map(({ code, line, message }) => [code, line, message.replace(/^.*\(/, '(')])).toEqual([
    ['impossible-shape', 4, '(in 2 of 6 variants, such as kernel_size=14 activation=relu)'],
    ['impossible-shape', 4, '(in 2 of 6 variants, such as kernel_size=29 activation=relu)'],
  ]);
  const at = problems.map(({ sourceLine, column, endColumn }) => sourceLine.slice(column - 1, endColumn - 1));
  expect(at).toEqual(['14', '29']);
});

it('each variant is checked with the images of its own dataset', async () => {
  const file = write('sweep: {parameters: {dataset.name: [mnist, cifar10], model.layers.0.kernel_size: [3, 30]}}\n');
  const error: unknown = await loadAll({ files: [file], overrides: [] }).catch((thrown: unknown) => thrown);
  // 30 fits into the 32 pixels of CIFAR-10, but leaves too few for the next convolution; into MNIST's 28 it doesn't fit.
  expect((error as ConfigError).problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/"conv2d".*in 1 of 4 variants: dataset.name=mnist kernel_size=30/) as string,
    expect.stringMatching(/"conv2d_1".*in 1 of 4 variants: dataset.name=cifar10 kernel_size=30/) as string,
  ]);
});

it('a sweep from the command line is checked alike, and shown there', async () => {
  const overrides = sweepFromArguments(['training.epochs=1', 'model.kernel_size=3,29']);
  const error: unknown = await loadAll({ files: [write('')], overrides }).catch((thrown: unknown) => thrown);
  expect((error as ConfigError).problems).toMatchObject([
    { file: '<override 2>', column: 21, endColumn: 23, code: 'impossible-shape' },
  ]);
});

it('a weight of a class that the dataset lacks is told at its key', async () => {
  const file = write('training: {class_weight: {7: 2, 12: 0.5}}\n');
  const error: unknown = await loadAll({ files: [file], overrides: [] }).catch((thrown: unknown) => thrown);
  const [problem] = (error as ConfigError).problems;
  expect(problem.message).toContain('names the class "12"');
  expect(problem.sourceLine.slice(problem.column - 1, problem.endColumn - 1)).toBe('12');
});
