import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import type { ImageFolder } from '../../src/config/schema/experiment.generated.js';
import type { DatasetProgress } from '../../src/data/dataset.js';
import { type ImageSet, asColumns } from '../../src/data/images/image-dataset.js';
import { decodeCsv } from '../../src/text/csv.js';
import { splitDataset } from '../../src/data/split.js';
import { describeImages, loadImages, bytesOf, splitDefaults, it, userError } from './fixtures.js';

const pets: ImageFolder = {
  name: 'image_folder',
  path: 'pets',
  image_size: null,
  color_mode: 'rgb',
  background: 'white',
  ...splitDefaults,
};

type Color = [number, number, number];

/** Writes an image of one colour; the name's ending says the format. */
async function writeImage(file: string, [r, g, b]: Color, { height = 4, width = 6 } = {}): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await sharp({ create: { height, width, channels: 3, background: { r, g, b } } }).toFile(file);
}

/** pets/{train,test}/{cat,dog}/…: cats are red, dogs blue; three to train on and one to test of each. */
async function writePets(folder: string): Promise<void> {
  for (const [name, color] of [
    ['cat', [200, 0, 0]],
    ['dog', [0, 0, 200]],
  ] as [string, Color][]) {
    await writeImage(join(folder, 'pets/train', name, '1.png'), color);
    await writeImage(join(folder, 'pets/train', name, '2.webp'), color);
    await writeImage(join(folder, 'pets/train', name, 'more/3.jpg'), color);
    await writeImage(join(folder, 'pets/test', name, '4.PNG'), color);
  }
  await writeFile(join(folder, 'pets/train/cat/notes.txt'), 'not an image');
  await writeFile(join(folder, 'pets/train/cat/.hidden.png'), 'not an image');
}

/** The first pixel of each image. */
function colors({ images, labels }: ImageSet): number[][] {
  const size = images.byteLength / labels.length;
  return [...labels.keys()].map((index) => [...images.subarray(index * size, index * size + 3)]);
}

describe('a folder of images', () => {
  it('is read by class, in the order of names, from train and test', async ({ folder, options }) => {
    await writePets(folder);
    const progress: DatasetProgress[] = [];
    const dataset = await loadImages(pets, { ...options, onProgress: (event) => progress.push(event) });
    expect(dataset).toMatchObject({ height: 4, width: 6, channels: 3, classes: ['cat', 'dog'], source: 'pets' });
    expect(await describeImages(pets, options)).toMatchObject({
      ...{ height: 4, width: 6, channels: 3, classes: ['cat', 'dog'], hasValidation: false },
      folder: { train: 6, validation: 0, test: 2, isTestDrawn: false },
    });
    expect([[...dataset.train.labels], [...dataset.test.labels]]).toEqual([
      [0, 0, 0, 1, 1, 1],
      [0, 1],
    ]);
    const train = colors(dataset.train);
    expect(train[0]).toEqual([200, 0, 0]);
    expect(train[3]).toEqual([0, 0, 200]);
    for (const [r, , b] of train.slice(0, 3)) expect(r - b).toBeGreaterThan(150);
    for (const [r, , b] of train.slice(3)) expect(b - r).toBeGreaterThan(150);
    expect(colors(dataset.test)).toEqual([
      [200, 0, 0],
      [0, 0, 200],
    ]);
    expect(progress.at(-1)).toMatchObject({ step: 'decode', done: 8, total: 8, unit: 'images' });
  });

  it('is decoded once, and anew when an image has changed', async ({ folder, options }) => {
    await writePets(folder);
    const first = await loadImages(pets, options);
    const progress: DatasetProgress[] = [];
    const observed = { ...options, onProgress: (event: DatasetProgress) => progress.push(event) };
    expect((await loadImages(pets, observed)).digest).toBe(first.digest);
    expect(progress).toEqual([]);
    await writeImage(join(folder, 'pets/train/cat/1.png'), [1, 2, 3]);
    await utimes(join(folder, 'pets/train/cat/1.png'), 1, 1);
    const changed = await loadImages(pets, observed);
    expect(progress).toHaveLength(8);
    expect(colors(changed.train)[0]).toEqual([1, 2, 3]);
    expect(colors(first.train)[0]).toEqual([200, 0, 0]);
    const cached = await readdir(join(folder, 'cache/datasets/image_folder'));
    expect(cached.filter((name) => !name.endsWith('.lock'))).toHaveLength(1);
  });

  it('is decoded once by several that ask at the same time', async ({ folder, options }) => {
    await writePets(folder);
    const progress: DatasetProgress[] = [];
    const observed = { ...options, onProgress: (event: DatasetProgress) => progress.push(event) };
    const datasets = await Promise.all([1, 2, 3].map(() => loadImages(pets, observed)));
    expect(new Set(datasets.map(({ digest }) => digest)).size).toBe(1);
    expect(progress).toHaveLength(8);
  });

  it('is prepared anew when its cache is damaged', async ({ folder, options }) => {
    await writePets(folder);
    const { digest, train } = await loadImages(pets, options);
    const cache = join(folder, 'cache/datasets/image_folder');
    const [key] = await readdir(cache);
    for (const damage of ['train-images.bin', 'dataset.json']) {
      await rm(join(cache, key, damage));
      await writeFile(join(cache, key, damage), 'x');
      const again = await loadImages(pets, options);
      expect([again.digest, colors(again.train)]).toEqual([digest, colors(train)]);
    }
  });

  it('is resized to image_size and turned to grayscale when asked', async ({ folder, options }) => {
    await writePets(folder);
    await writeImage(join(folder, 'pets/train/cat/5.png'), [90, 90, 90], { height: 31, width: 17 });
    const config: ImageFolder = { ...pets, image_size: [8, 5], color_mode: 'grayscale' };
    const dataset = await loadImages(config, options);
    expect(dataset).toMatchObject({ height: 8, width: 5, channels: 1 });
    expect(await describeImages(config, options)).toMatchObject({ height: 8, width: 5, channels: 1 });
    expect([...dataset.train.images.subarray(2 * 40, 3 * 40)]).toEqual(new Array<number>(40).fill(90));
  });

  it('without a test folder tests on a fifth of each class, always the same', async ({ folder, options }) => {
    for (let index = 0; index < 10; index++) {
      await writeImage(join(folder, `pets/cat/${index}.png`), [index, 0, 0]);
      await writeImage(join(folder, `pets/dog/${index}.png`), [index, 0, 9]);
    }
    const dataset = await loadImages(pets, options);
    expect([[...dataset.test.labels], dataset.train.labels.length]).toEqual([[0, 0, 1, 1], 16]);
    const all = [...colors(dataset.train), ...colors(dataset.test)].map(([r, , b]) => r + 10 * b);
    expect(new Set(all).size).toBe(20);
    await rm(join(folder, 'cache'), { recursive: true });
    expect((await loadImages(pets, options)).digest).toBe(dataset.digest);
  });

  it('shows each image as a viewer would: upright, on white, in RGB', async ({ folder, options }) => {
    const two = Buffer.from([255, 0, 0, 0, 0, 255]);
    const side = sharp(two, { raw: { width: 1, height: 2, channels: 3 } });
    await mkdir(join(folder, 'pets/cat'), { recursive: true });
    // Orientation 6: the picture's left side is at the top of the file, so it shows turned a quarter to the right.
    await side.clone().withMetadata({ orientation: 6 }).png().toFile(join(folder, 'pets/cat/turned.png'));
    await side.clone().rotate(90).png().toFile(join(folder, 'pets/cat/upright.png'));
    await side.clone().rotate(90).png({ palette: true }).toFile(join(folder, 'pets/cat/palette.png'));
    await mkdir(join(folder, 'pets/dog'), { recursive: true });
    const gray = sharp(Buffer.from([7, 7]), { raw: { width: 2, height: 1, channels: 1 } });
    await gray.clone().png().toFile(join(folder, 'pets/dog/gray.png'));
    await gray.clone().ensureAlpha(0.5).png().toFile(join(folder, 'pets/dog/alpha.png'));
    const { train, test: held, height, width } = await loadImages(pets, options);
    expect([height, width]).toEqual([1, 2]);
    const seen = [...bytesOf(train.images), ...bytesOf(held.images)].join().match(/(\d+,){5}\d+/g);
    expect(new Set(seen)).toEqual(new Set(['0,0,255,255,0,0', '7,7,7,7,7,7', '131,131,131,131,131,131']));
  });

  it('lays transparent pixels onto the background, as one cache for each', async ({ folder, options }) => {
    for (const [name, alpha] of Object.entries({ cat: 0, dog: 1 })) {
      for (const index of [1, 2, 3]) {
        await mkdir(join(folder, 'pets', name), { recursive: true });
        const image = sharp({ create: { height: 9, width: 9, channels: 3, background: 'red' } }).ensureAlpha(alpha);
        await image.png({ palette: index === 1 }).toFile(join(folder, 'pets', name, `${index}.png`));
      }
    }
    for (const image_size of [null, 4]) {
      for (const [background, color] of [
        ['white', [255, 255, 255]],
        ['black', [0, 0, 0]],
        [
          [10, 20, 30],
          [10, 20, 30],
        ],
      ] as const) {
        const config: ImageFolder = { ...pets, image_size, background: background as ImageFolder['background'] };
        const { train, test: held, background: kept } = await loadImages(config, options);
        expect(kept).toEqual(color);
        for (const set of [train, held]) {
          expect(colors(set)).toEqual([...set.labels].map((label) => (label === 0 ? color : [255, 0, 0])));
        }
      }
    }
  });

  it('is not resized to more pixels than an image may have', async ({ folder, options }) => {
    await writePets(folder);
    const error = await userError(describeImages({ ...pets, image_size: [65536, 1000] }, options));
    expect([error.code, error.message]).toEqual([
      'dataset-invalid',
      'dataset.image_size: 65536×1000 pixels, more than 50 million',
    ]);
  });

  it('counts and names the images that cannot be decoded', async ({ folder, options }) => {
    await writePets(folder);
    const whole = await readFile(join(folder, 'pets/train/cat/1.png'));
    await writeFile(join(folder, 'pets/train/cat/1b.png'), whole.subarray(0, whole.length - 20));
    await writeFile(join(folder, 'pets/train/dog/2b.jpg'), 'nothing like a JPEG');
    await writeFile(
      join(folder, 'pets/test/dog/5.jpg'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="6" height="4"/>',
    );
    const error = await userError(loadImages(pets, options));
    expect(error.code).toBe('image-undecodable');
    expect(error.message).toContain('3 of 11 images');
    for (const name of ['train/cat/1b.png', 'train/dog/2b.jpg', 'test/dog/5.jpg'])
      expect(error.message).toContain(name);
    expect(error.message).not.toContain('2.webp');
  });

  it('names them all where the first, which would tell the size, is among them', async ({ folder, options }) => {
    await writePets(folder);
    for (const name of ['cat/0.jpg', 'cat/00.jpg', 'dog/0.jpg'])
      await writeFile(join(folder, 'pets/train', name), 'bad');
    const { files = [] } = await userError(loadImages({ ...pets, image_size: null }, options));
    expect(files.map((file) => file.path).sort()).toEqual(['train/cat/0.jpg', 'train/cat/00.jpg', 'train/dog/0.jpg']);
  });

  it('lists all images that cannot be decoded in a file, and names the first ones', async ({ folder, options }) => {
    await writePets(folder);
    for (let index = 0; index < 13; index++) await writeFile(join(folder, `pets/train/dog/bad,${index}.jpg`), 'bad');
    const { message, files = [] } = await userError(loadImages(pets, options));
    expect(files.map(({ path }) => path).sort()).toEqual(
      Array.from({ length: 13 }, (_, index) => `train/dog/bad,${index}.jpg`).sort(),
    );
    expect(message).toContain('13 of 21 images');
    const [, report] = /listed in (.*)$/.exec(message) ?? [];
    const rows = decodeCsv(await readFile(report, 'utf8'));
    expect(rows).toEqual([['path', 'reason'], ...files.map(({ path, reason }) => [path, reason])]);
    for (const { path } of files) await rm(join(folder, 'pets', path));
    await loadImages(pets, options);
    await expect(readFile(report)).rejects.toThrow('ENOENT');
  });

  it('validates on the images of its own that it is given', async ({ folder, options }) => {
    await writePets(folder);
    await writeImage(join(folder, 'pets/Valid/cat/5.png'), [11, 0, 0]);
    await writeImage(join(folder, 'pets/Valid/dog/6.png'), [0, 0, 22]);
    const dataset = await loadImages(pets, options);
    expect(await describeImages(pets, options)).toMatchObject({
      hasValidation: true,
      folder: { train: 6, validation: 2 },
    });
    const config = { ...splitDefaults, train_fraction: 0.5, seed: 3 };
    const { train, validation } = splitDataset(asColumns(dataset, pets), config);
    expect([...validation]).toEqual([6, 7]);
    expect(colors(dataset.train).slice(6)).toEqual([
      [11, 0, 0],
      [0, 0, 22],
    ]);
    expect(train).toHaveLength(3);
    expect(Math.max(...train)).toBeLessThan(6);
    // Read from the cache, and with classes selected, they are still known.
    expect((await loadImages(pets, options)).givenValidation).toBe(2);
    const swapped = await loadImages({ ...pets, classes: ['dog', 'cat'] }, options);
    expect(swapped).toMatchObject({ givenValidation: 2 });
    expect([...swapped.train.labels.slice(-2)]).toEqual([1, 0]);
  });

  it('names the first image of another size', async ({ folder, options }) => {
    await writePets(folder);
    await writeImage(join(folder, 'pets/train/dog/1a.png'), [0, 0, 0], { height: 5, width: 6 });
    await writeImage(join(folder, 'pets/train/dog/1b.png'), [0, 0, 0], { height: 3, width: 3 });
    const error = await userError(loadImages(pets, options));
    expect(error.code).toBe('image-size-differs');
    expect(error.message).toContain('train/dog/1a.png has 5×6 pixels');
    expect(error.hint).toContain('dataset.image_size: [4, 6]');
  });

  const mistakes: [string, Record<string, string>, string][] = [
    ['one class', { 'cat/1.png': '' }, 'at least 2, found 1'],
    ['a class without images', { 'cat/1.png': '', 'dog/1.txt': '' }, 'class dog has no JPEG, PNG or WebP images'],
    ['train without test', { 'train/cat/1.png': '', 'train/dog/1.png': '' }, 'no folder test'],
    [
      'a class that is only tested',
      { 'train/a/1.png': '', 'train/b/1.png': '', 'test/a/1.png': '', 'test/c/1.png': '' },
      'test/c has no counterpart train/c',
    ],
    [
      'a format that is not read',
      { 'cat/1.png': '', 'dog/1.png': '', 'dog/2.gif': '' },
      'dog/2.gif: an image by its ending',
    ],
  ];
  it.for(mistakes)('rejects %s', async ([, files, message], { folder, options }) => {
    for (const [name, contents] of Object.entries(files)) {
      await mkdir(dirname(join(folder, 'pets', name)), { recursive: true });
      await writeFile(join(folder, 'pets', name), contents);
    }
    const error = await userError(loadImages(pets, options));
    expect(error.code).toBe('dataset-invalid');
    expect(error.message).toContain(message);
  });

  it('names the folder that is not there', async ({ folder, options }) => {
    const error = await userError(describeImages(pets, options));
    expect(error.code).toBe('dataset-file-missing');
    expect(error.message).toContain(join(folder, 'pets'));
  });

  it('stops when aborted, and leaves nothing half done', async ({ folder, options }) => {
    await writePets(folder);
    const controller = new AbortController();
    const onProgress = () => {
      controller.abort(new Error('enough'));
    };
    const aborted = loadImages(pets, { ...options, onProgress, signal: controller.signal });
    await expect(aborted).rejects.toThrow('enough');
    const cached = await readdir(join(folder, 'cache/datasets/image_folder'));
    expect(cached.filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});
