import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, onTestFinished, vi } from 'vitest';
import type { DatasetConfig, ImageInput, Table } from '../../src/config/schema/experiment.generated.js';
import { datasetShape, loadDataset } from '../../src/data/load.js';
import { testPython } from '../support/python.js';
import { bytesOf, idxFile, it, splitDefaults, userError } from './fixtures.js';

const { validation_split, train_fraction, split, classes } = splitDefaults;
const files = { path: null, train: null, validation: null, test: null, separator: null, encoding: null };

const IMAGE: ImageInput = {
  ...{ type: 'image', image_size: 2, color_mode: 'rgb' },
  ...{ background: 'white', normalization: 'none' },
};

function tableOf(change: Partial<Table>, size: ImageInput['image_size'] = 2): Table {
  return {
    ...files,
    ...{ name: 'table', test_split: 0.25, validation_split, train_fraction, split, classes },
    inputs: { photo: { ...IMAGE, image_size: size } },
    target: { price: { type: 'number' } },
    ...change,
  };
}

/** A picture of one red. */
async function picture(file: string, red: number): Promise<void> {
  const background = { r: red, g: 0, b: 0 };
  await sharp({ create: { width: 3, height: 3, channels: 3, background } })
    .png()
    .toFile(file);
}

/** A folder with a table of four photographs. */
async function folderOfPhotos(folder: string): Promise<string> {
  const data = join(folder, 'data');
  mkdirSync(join(data, 'photos'), { recursive: true });
  for (const id of [0, 1, 2, 3]) await picture(join(data, 'photos', `${id}.png`), id);
  writeFileSync(join(data, 'metadata.csv'), `photo,price\n${[0, 1, 2, 3].map((id) => `photos/${id}.png,${id}`).join('\n')}`); // prettier-ignore
  return data;
}

describe('images of a table', () => {
  it('are looked for in the folder that is given as the table', async ({ folder, options }) => {
    await folderOfPhotos(folder);
    const { train } = await loadDataset(tableOf({ path: 'data' }), options);
    const [images] = train.inputs;
    expect(Array.from(train.target, (_, row) => images.subarray(12 * row, 12 * row + 1)[0])).toEqual([...train.target]);
  });

  it.for([
    ['../secret.png', 'leads out of'],
    ['link.png', 'is a link out of'],
    ['photos', 'is not a regular file'],
    ['photos/none.png', 'no such file'],
  ])('may not lie elsewhere, and are told of at their place: %s', async ([name, problem], { folder, options }) => {
    const data = await folderOfPhotos(folder);
    await picture(join(folder, 'secret.png'), 1);
    symlinkSync(join(folder, 'secret.png'), join(data, 'link.png'));
    writeFileSync(join(data, 'metadata.csv'), `price,photo\n1,photos/0.png\n2,${name}\n3,photos/1.png\n`);
    const { message } = await userError(loadDataset(tableOf({ path: 'data' }), options));
    expect(message).toContain(`${join(data, 'metadata.csv')}:3:3: `);
    expect(message).toContain(problem);
  });

  it('are not said to be undecodable where the disk is full', async ({ folder, options }) => {
    await folderOfPhotos(folder);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const handle = await open(join(folder, 'any'), 'w');
    const write = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'write').mockRejectedValue(full);
    onTestFinished(async () => {
      write.mockRestore();
      await handle.close();
    });
    const { message, code } = await userError(loadDataset(tableOf({ path: 'data' }), options));
    expect(message).toContain('no space left on device');
    expect(code).toBe('cache-not-writable');
  });

  it('may not be larger than memory should hold, before any is decoded', async ({ folder, options }) => {
    await folderOfPhotos(folder);
    const large = tableOf({ path: 'data' }, [100_000, 100_000]);
    const { message, code } = await userError(datasetShape(large, options));
    expect([message, code]).toEqual([
      'dataset.inputs.photo.image_size: 100000×100000 pixels, more than 50 million',
      'dataset-invalid',
    ]);
  });

  it('are named, with their places, where they can not be decoded', async ({ folder, options }) => {
    const data = await folderOfPhotos(folder);
    writeFileSync(join(data, 'photos', '2.png'), 'no image');
    const { message, files: named } = await userError(loadDataset(tableOf({ path: 'data' }), options));
    expect(message).toMatch(/^1 of 4 images can't be decoded/);
    expect(named).toEqual([
      { path: `${join(data, 'metadata.csv')}:4:1`, reason: 'neither a JPEG, a PNG nor a WebP image' },
    ]);
  });

  it('are read once for many trials, and again when one has changed', async ({ folder, options }) => {
    const data = await folderOfPhotos(folder);
    const load = () => loadDataset(tableOf({ path: 'data' }), options);
    const first = await load();
    // Its digest, which takes seconds for gigabytes, isn't computed again either.
    expect((await load()).train).toBe(first.train);
    await picture(join(data, 'photos', '1.png'), 99);
    utimesSync(join(data, 'photos', '1.png'), 1, 1);
    const changed = await load();
    expect(changed.digest).not.toBe(first.digest);
  });
});

async function makeContainers(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('containers.py', import.meta.url));
  await promisify(execFile)(await testPython(), [script, folder]);
}

describe('containers', () => {
  const label = { label: { type: 'category' } } as const;

  it('may have two columns of images, each with its own', async ({ folder, options }) => {
    await makeContainers(folder);
    const load = async (column: string): Promise<Uint8Array> => {
      const inputs = { [column]: { ...IMAGE, image_size: [6, 5] as [number, number] } };
      const config = tableOf({ train: 'train-pair.parquet', test: 'test-pair.parquet', inputs, target: label });
      return bytesOf((await loadDataset(config, options)).test.inputs[0] as never);
    };
    const [plain, mirrored] = [await load('image'), await load('mirrored')];
    const pixel = (of: Uint8Array, column: number): number[] => [...of.subarray(3 * column, 3 * column + 3)];
    expect(pixel(mirrored, 4)).toEqual(pixel(plain, 0));
    expect(pixel(mirrored, 0)).toEqual(pixel(plain, 4));
  });

  it.for([
    [
      { train: 'train.parquet', test: 'test-other.parquet' },
      /test-other\.parquet: row group 0, row \d+, label: "cow" is no class/,
    ],
    [{ path: 'shards' }, /train-00001-of-00002\.parquet: names the classes of "label" otherwise: ant, zebra and cow/],
  ] as const)('that name other classes are refused: %j', async ([named, message], { folder, options }) => {
    await makeContainers(folder);
    const inputs = { image: { ...IMAGE, image_size: 2 } };
    const error = await userError(loadDataset(tableOf({ ...named, inputs, target: label }), options));
    expect(error.message).toMatch(message);
  });
});

describe('the same images in other containers', () => {
  it('have the same pixels, labels and digest', async ({ folder, options }) => {
    await makeContainers(folder);
    for (const [part, count] of Object.entries({ train: 30, test: 9 })) {
      const of = (name: string, dimensions: number[]): void => {
        const bytes = readFileSync(join(folder, `${part}${name}.bin`));
        writeFileSync(join(folder, `${part}${name}.idx`), idxFile(dimensions, bytes));
      };
      of('', [count, 6, 5, 3]);
      of('-labels', [count]);
    }
    const image: ImageInput = { ...IMAGE, image_size: [6, 5], normalization: 'rescale' };
    const as = (input: string, target: string, named: Partial<Table>): Table =>
      tableOf({ ...named, inputs: { [input]: image }, target: { [target]: { type: 'category' } } });
    const idx = { train_images: 'train.idx', train_labels: 'train-labels.idx', test_images: 'test.idx', test_labels: 'test-labels.idx' }; // prettier-ignore
    const configs: DatasetConfig[] = [
      { name: 'idx', ...idx, validation_images: null, validation_labels: null, ...splitDefaults } as never,
      { name: 'image_folder', path: 'classes', image_size: null, color_mode: 'rgb', background: 'white', ...splitDefaults }, // prettier-ignore
      as('image', 'label', { train: 'train.parquet', test: 'test.parquet' }),
      as('x', 'y', { path: 'both.npz' }),
      as('x', 'y', { train: 'both.npz', test: 'both.npz' }),
      as('png', 'cls', { train: 'train.tar', test: 'test.tar' }),
    ];
    const loaded = [];
    for (const config of configs) loaded.push(await loadDataset(config, options));
    const [first, ...others] = loaded;
    for (const { train, test, digest, target } of others) {
      expect(bytesOf(train.inputs[0] as never)).toEqual(bytesOf(first.train.inputs[0] as never));
      expect([train.target, test.target]).toEqual([first.train.target, first.test.target]);
      expect([digest, target.classes.length]).toEqual([first.digest, 3]);
    }
    expect(loaded[2].target.classes).toEqual(['zebra', 'ant', 'bee']);
  });
});
