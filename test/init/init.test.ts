import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import { experimentFiles, schemaFile } from '../../src/init/experiment-files.js';
import { schemaFrom } from '../../src/init/schema-line.js';
import { type TemplateName, TEMPLATES } from '../../src/init/templates.js';
import { gitignore, writeNew } from '../../src/init/write-files.js';
import { loadAll } from '../../src/launch/experiment-arguments.js';
import { testPython } from '../support/python.js';

const installed = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ablate-init-')));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
});

describe('a template', () => {
  const names = Object.keys(TEMPLATES) as TemplateName[];

  it.each(names.filter((name) => name !== 'images'))('%s can be run as it is', async (template) => {
    const files = await experimentFiles(folder, { template });
    writeNew(folder, files);
    const experiments = await loadAll({ files: files.map(({ name }) => join(folder, name)), overrides: [] });
    expect(experiments).toHaveLength(files.length);
  });

  it('of images waits for images', async () => {
    const [file] = await experimentFiles(folder, { template: 'images' });
    writeNew(folder, [file]);
    await makeImages('images', { cat: { count: 4 }, dog: { count: 4 } });
    const [experiment] = await loadAll({ files: [join(folder, file.name)], overrides: [] });
    expect(experiment.config.dataset).toMatchObject({ name: 'image_folder', image_size: 64 });
  });
});

describe('the line for editors', () => {
  const lineOf = (text: string): string | undefined => /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1];

  it('leads to the schema of the package that is installed there, from folders within it too', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(installed, join(folder, 'node_modules', 'ablate'));
    for (const place of [folder, join(folder, 'studies', 'first')]) {
      const [file] = await experimentFiles(place, { template: 'mnist' });
      writeNew(place, [file]);
      const path = join(place, lineOf(file.text) ?? '');
      expect(relative(folder, path)).toBe('node_modules/ablate/schemas/experiment.schema.json');
      expect(existsSync(path)).toBe(true);
      expect(schemaFile(place)).toEqual([]);
    }
  });

  it('leads to a copy where the package is not installed, written once', async () => {
    const [file] = await experimentFiles(folder, { template: 'mnist' });
    const copies = schemaFile(folder);
    writeNew(folder, [file, ...copies]);
    expect(lineOf(file.text)).toBe(copies[0].name);
    expect(JSON.parse(readFileSync(join(folder, copies[0].name), 'utf8'))).toHaveProperty('definitions');
    expect(schemaFile(folder)).toEqual([]);
  });

  it('leads into a clone from within it', () => {
    expect(schemaFrom(join(installed, 'experiments'))).toBe('../schemas/experiment.schema.json');
  });
});

describe('what is there', () => {
  it('stays as it is: all files are written or none', async () => {
    const files = await experimentFiles(folder, { template: 'fine-tuning' });
    writeFileSync(join(folder, 'fine_tuning.yaml'), 'mine');
    expect(() => {
      writeNew(folder, files);
    }).toThrow('fine_tuning.yaml is there already; nothing was written');
    expect(existsSync(join(folder, 'pretrain.yaml'))).toBe(false);
    expect(readFileSync(join(folder, 'fine_tuning.yaml'), 'utf8')).toBe('mine');
  });

  it('is known by .gitignore, or what it lacks is told', () => {
    expect(gitignore(folder).file?.text).toContain('runs/');
    for (const [text, missing] of [
      ['dist/\n', 'runs/'],
      ['dist/\r\n/runs/\r\n', undefined],
      ['runs', undefined],
    ]) {
      writeFileSync(join(folder, '.gitignore'), text ?? '');
      expect(gitignore(folder)).toEqual(missing === undefined ? {} : { missing });
    }
  });
});

describe('an experiment for a folder of images', () => {
  it('has their size, colours and classes, and passes the check', async () => {
    await makeImages('my pets!', { cat: { count: 9, channels: 1 }, dog: { count: 6, channels: 1 } });
    writeFileSync(join(folder, 'my pets!', 'cat', 'notes.txt'), '');
    const place = join(folder, 'study');
    const [file] = await experimentFiles(place, { template: 'mnist', from: join(folder, 'my pets!') });
    writeNew(place, [file]);
    expect(file.name).toBe('my_pets_.yaml');
    expect(file.text).toContain('2 classes: cat 9, dog 6.');
    expect(file.text).toContain('path: ../my pets! #');
    expect(file.text).toContain('`ablate check my_pets_.yaml --json` names them');
    const [{ config }] = await loadAll({ files: [join(place, file.name)], overrides: [] });
    expect(config.dataset).toMatchObject({ image_size: [24, 20], color_mode: 'grayscale' });
    expect(config.model.layers.filter(({ type }) => type === 'pooling2d')).toHaveLength(1);
  });

  it('resizes images of several sizes to no more than most have, and leaves validation images to validate', async () => {
    for (const set of ['train', 'val', 'test']) {
      await makeImages(join('photos', set), { a: { count: 5, side: 100 }, b: { count: 5, side: 300 } });
    }
    const [file] = await experimentFiles(folder, { template: 'mnist', from: join(folder, 'photos') });
    writeNew(folder, [file]);
    expect(file.text).toMatch(/^# 10 images to train on, 10 to validate, 10 to test; 2 classes: a 15, b 15\.$/m);
    const { config } = loadExperiment(join(folder, file.name));
    expect(config.dataset).toMatchObject({ image_size: 128, color_mode: 'rgb' });
    expect(file.text).not.toContain('validation_split');
  });

  it('is refused for what holds no classes', async () => {
    const from = (name: string) => experimentFiles(folder, { template: 'mnist', from: join(folder, name) });
    await expect(from('nothing')).rejects.toThrow("nothing isn't there");
    mkdirSync(join(folder, 'empty'));
    await expect(from('empty')).rejects.toMatchObject({ code: 'dataset-invalid' });
  });

  it('is one for a table: its columns by what they look like, and the last that can be predicted', async () => {
    const rows = Array.from({ length: 8 }, (_, i) => `cat/0.png,${i % 2 ? '"a, b"' : 'c'},${i * 1.5},"no two\nalike ${i}"\r\n`); // prettier-ignore
    writeFileSync(join(folder, 'pets.csv'), ['file,label,size,text\r\n', ...rows].join(''));
    const write = (target?: string) =>
      experimentFiles(folder, { template: 'mnist', from: join(folder, 'pets.csv'), target });
    const [file] = await write();
    expect(file.text.split('\n').slice(1, 6)).toEqual([
      '# What 4 columns look like; change what is meant otherwise.',
      '#   unused  file   image: names of 8 image files',
      '#   input   label  category: 2 different values: c, a, b',
      '#   target  size   number: 8 numbers from 0 to 10.5',
      '#   unused  text   text: 8 different values',
    ]);
    writeNew(folder, [file]);
    const [{ config, data }] = await loadAll({ files: [join(folder, file.name)], overrides: [] });
    expect(config.dataset).toMatchObject({ inputs: { label: { type: 'category' } }, target: { size: { type: 'number' } } }); // prettier-ignore
    expect(data.inputs).toMatchObject([{ name: 'label', shape: [2] }]);
    const [other] = await write('label');
    expect(other.text).toContain('label:\n      type: binary');
    await expect(write('colour')).rejects.toThrow('has no column "colour"; its columns:');
    await expect(write('text')).rejects.toThrow("can't be predicted");
  });

  it('gives each image and text a tower beside the numbers, and reads numbers as they are written', async () => {
    await makeImages('homes', { a: { count: 2 } });
    const rows = Array.from({ length: 8 }, (_, i) => {
      return `homes/a/${i % 2}.png;${i},5;a house of ${i} rooms;1.${i}00,50`;
    });
    writeFileSync(join(folder, 'homes.csv'), ['photo;area;about;price', ...rows].join('\n'));
    const [file] = await experimentFiles(folder, { template: 'mnist', from: join(folder, 'homes.csv') });
    writeNew(folder, [file]);
    const [{ config, data }] = await loadAll({ files: [join(folder, file.name)], overrides: [] });
    expect(config.dataset).toMatchObject({
      inputs: { photo: { type: 'image' }, area: { type: 'number', decimal: ',' }, about: { type: 'text' } },
      target: { price: { type: 'number', decimal: ',', thousands: '.' } },
    });
    expect(data.inputs.map(({ name }) => name)).toEqual(['photo', 'area', 'about']);
    expect(config.model.layers[0]).toMatchObject({ type: 'inputs', towers: { photo: {}, about: {} } });
  });

  it('predicts a column of lists as labels', async () => {
    const rows = [['a', 'b'], [], ['b'], ['c', 'a']].map((tags, row) => JSON.stringify({ size: row, tags }));
    writeFileSync(join(folder, 'tagged.jsonl'), rows.join('\n'));
    const [file] = await experimentFiles(folder, { template: 'mnist', from: join(folder, 'tagged.jsonl') });
    expect(file.text).toContain('tags:\n      type: multi_label');
  });
});

describe('a table of which no experiment can be made', () => {
  it.each([
    ['colour,size\nred,1\nred,1\n', 'has no column that could be predicted'],
    ['size\n1\n2\n3\n', 'has nothing to predict from'],
  ])('is refused, with what its columns look like: %j', async (text, message) => {
    writeFileSync(join(folder, 'pets.csv'), text);
    const made = experimentFiles(folder, { template: 'mnist', from: join(folder, 'pets.csv') });
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toThrow(/size +number: \d numbers|size +number: \d whole numbers/);
  });
});

it('an npz with tables for training and test becomes an experiment, as Keras has such files', async () => {
  const file = join(folder, 'digits.npz');
  const script = `import numpy as n, sys; x = n.arange(480).reshape(30, 4, 4).astype("uint8"); y = n.arange(30) % 3
n.savez(sys.argv[1], x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])`;
  await promisify(execFile)(await testPython(), ['-c', script, file]);
  const [made] = await experimentFiles(folder, { template: 'mnist', from: file });
  writeNew(folder, [made]);
  const [{ config, data }] = await loadAll({ files: [join(folder, made.name)], overrides: [] });
  expect(config.dataset).toMatchObject({ inputs: { x: { type: 'image' } }, target: { y: { type: 'category' } } });
  expect(data.target.classes).toEqual(['0', '1', '2']);
});

interface ImagesOfClass {
  count: number;
  channels?: 1 | 3;
  /** Without it, 24×20. */
  side?: number;
}

async function makeImages(name: string, classes: Record<string, ImagesOfClass>): Promise<void> {
  for (const [label, { count, channels = 3, side }] of Object.entries(classes)) {
    for (let index = 0; index < count; index++) {
      const file = join(folder, name, label, `${index}.png`);
      mkdirSync(dirname(file), { recursive: true });
      const [height, width] = side === undefined ? [24, 20] : [side, side];
      const pixels = Buffer.alloc(height * width * channels, index * 20);
      const image = sharp(pixels, { raw: { height, width, channels } });
      await (channels === 1 ? image.toColourspace('b-w') : image).png().toFile(file);
    }
  }
}
