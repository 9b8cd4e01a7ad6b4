import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LoadOptions } from '../../src/data/dataset.js';
import { type Checksum, checksumOf } from '../../src/data/download.js';
import { type ImageDataset, type ImageSet, asImages } from '../../src/data/images/image-dataset.js';
import type { PublishedConfig } from '../../src/data/published.js';
import { type PublishedSource, loadPublishedFiles } from '../../src/data/sources/published-files.js';
import { dataSources } from '../../src/data/sources/sources.generated.js';
import { UserError } from '../../src/text/errors.js';
import { testPython } from '../support/python.js';
import { damage, damaged } from './damage.js';
import { bytesOf, it, splitDefaults, userError } from './fixtures.js';

interface ExpectedSet {
  shape: [count: number, height: number, width: number, channels: number];
  /** Hexadecimal. */
  pixels: string;
  labels: number[];
}

/** By the names of the sets in Python. */
type Expected = Record<'train' | 'test', ExpectedSet> & { val?: ExpectedSet };

let published: string;
let expected: Record<string, Expected>;
let mirror: ReturnType<typeof createServer>;
/** The paths that the mirror was asked for. */
const asked: string[] = [];

beforeAll(async () => {
  published = mkdtempSync(join(tmpdir(), 'ablate-published-'));
  const script = fileURLToPath(new URL('published_files.py', import.meta.url));
  const { stdout } = await promisify(execFile)(await testPython(), [script, published], { maxBuffer: 2 ** 28 });
  expected = JSON.parse(stdout) as typeof expected;
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(readFileSync(join(published, request.url ?? '')));
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  mirror.closeAllConnections();
  mirror.close();
  rmSync(published, { recursive: true });
});

type Name = keyof typeof dataSources;
type Source = PublishedSource<PublishedConfig>;

async function sourceOf(name: Name): Promise<Source> {
  return (await dataSources[name]()) as unknown as Source;
}

/** The source as it would be, had its makers published the small files that Python has written. */
async function smallForm(name: Name): Promise<Source['form']> {
  const { form } = await sourceOf(name);
  const { files, folder = name } = form.published;
  const { train, val, test } = expected[name];
  const counts = { train: train.shape[0], validation: val?.shape[0], test: test.shape[0] };
  return { ...form, published: { ...form.published, ...counts, files: files.map((file) => smallFile(file, folder)) } };
}

function smallFile(file: Checksum & { urls: string[] }, folder: string): Source['published']['files'][number] {
  const contents = readFileSync(join(published, folder, basename(file.urls[0])));
  const digest = createHash(checksumOf(file).algorithm).update(contents).digest('hex');
  return { urls: file.urls, bytes: contents.length, ...('md5' in file ? { md5: digest } : { sha256: digest }) };
}

async function load(name: Name, settings: object, options: LoadOptions): Promise<ImageDataset> {
  const config = { ...splitDefaults, name, path: null, image_size: 64, ...settings };
  return asImages(await loadPublishedFiles(config, await smallForm(name), options), 'a test');
}

function withMirror(options: LoadOptions): LoadOptions {
  const ABLATE_DATASETS_URL = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
  return { ...options, environment: { ...options.environment, ABLATE_DATASETS_URL } };
}

/** Those whose images lose something. */
const JPEG = new Set(['imagenette', 'oxford_pets', 'flowers102']);

/** By how much a pixel differs at most. @param expectedPixels hexadecimal */
function farthest({ images }: ImageSet, expectedPixels: string): number {
  const pixels = Buffer.from(expectedPixels, 'hex');
  expect(images.byteLength).toBe(pixels.length);
  return bytesOf(images).reduce((most, pixel, index) => Math.max(most, Math.abs(pixel - pixels[index])), 0);
}

/** As Python has them: those that validate follow those to train on. */
function requireSame(dataset: ImageDataset, { train, val, test }: Expected): void {
  const sets = [train, ...(val ? [val] : [])];
  expect(dataset.givenValidation).toBe(val?.labels.length);
  expect([...dataset.train.labels]).toEqual(sets.flatMap(({ labels }) => labels));
  expect([...dataset.test.labels]).toEqual(test.labels);
  const [, height, width, channels] = test.shape;
  expect(dataset).toMatchObject({ height, width, channels });
  const tolerance = JPEG.has(dataset.name) ? 2 : 0;
  expect(farthest(dataset.train, sets.map((set) => set.pixels).join(''))).toBeLessThanOrEqual(tolerance);
  expect(farthest(dataset.test, test.pixels)).toBeLessThanOrEqual(tolerance);
}

describe.each<[Name, string]>([
  ['pneumoniamnist', 'pneumonia'],
  ['bloodmnist', 'platelet'],
  ['emnist_letters', 'z'],
  ['emnist_balanced', 't'],
  ['svhn', '9'],
  ['stl10', 'truck'],
  ['flowers102', 'blackberry lily'],
  ['imagenette', 'parachute'],
  ['oxford_pets', 'yorkshire_terrier'],
])('%s', (name, lastClass) => {
  it('is downloaded from a mirror once, and is pixel by pixel what Python has written', async ({ options }) => {
    const { files, folder = name } = (await sourceOf(name)).published;
    asked.length = 0;
    const dataset = await load(name, {}, withMirror(options));
    expect(asked).toEqual(files.map(({ urls }) => `/${folder}/${basename(urls[0])}`));
    requireSame(dataset, expected[name]);
    expect(dataset.classes.at(-1)).toBe(lastClass);
    const again = await load(name, {}, options);
    expect(again.digest).toBe(dataset.digest);
  });

  it('is read from a folder with its files; says what is missing', async ({ options }) => {
    const source = await sourceOf(name);
    const about = source.published;
    const path = join(published, about.folder ?? name);
    requireSame(await load(name, { path }, options), expected[name]);
    const absent = source.describe({ ...splitDefaults, name, path: 'nowhere' }, options);
    expect((await userError(absent)).hint).toContain(basename(about.files[0].urls[0]));
  });

  it('is published with sizes, checksums and as many classes as it says', async ({ options }) => {
    const source = await sourceOf(name);
    const about = source.published;
    const { target, hasValidation } = await source.describe(
      { ...splitDefaults, name, path: null, image_size: 64 } as PublishedConfig,
      options,
    );
    expect(target.classes).toHaveLength(about.classes);
    expect(new Set(target.classes).size).toBe(about.classes);
    expect(hasValidation).toBe(expected[name].val !== undefined);
    for (const file of about.files) {
      const { algorithm, expected: digest } = checksumOf(file);
      expect(digest).toMatch(algorithm === 'md5' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
      expect(file.bytes).toBeGreaterThan(500);
    }
  });
});

describe('files that aren’t what was published', () => {
  it('are refused by their MD5, where that is what is published', async ({ options }) => {
    const form = await smallForm('pneumoniamnist');
    const files = form.published.files.map((file) => ({ ...file, md5: '0'.repeat(32) }));
    const other = { ...form, published: { ...form.published, files } };
    const config = { ...splitDefaults, name: 'pneumoniamnist', path: null };
    const error = await userError(loadPublishedFiles(config, other, withMirror(options)));
    expect(error.message).toContain(`expected MD5 ${'0'.repeat(32)}`);
  });

  it('are named with what is wrong in them', async ({ folder, options }) => {
    const contents = readFileSync(join(published, 'pneumoniamnist', 'pneumoniamnist.npz'));
    writeFileSync(join(folder, 'pneumoniamnist.npz'), contents.subarray(0, 900));
    const cut = await userError(load('pneumoniamnist', { path: 'pneumoniamnist.npz' }, options));
    expect(cut).toMatchObject({ code: 'dataset-file-corrupt' });
    const others = await userError(
      load('pneumoniamnist', { path: join(published, 'bloodmnist/bloodmnist.npz') }, options),
    );
    expect(others.message).toContain('train_images[0]: expected an image, uint8 of [28, 28]');
  });

  it.for<[Name, string]>([
    ['pneumoniamnist', 'pneumoniamnist.npz'],
    ['emnist_letters', 'gzip.zip'],
    ['svhn', 'train_32x32.mat'],
    ['stl10', 'stl10_binary.tar.gz'],
    ['flowers102', '102flowers.tgz'],
    ['oxford_pets', 'annotations.tar.gz'],
  ])('are read, or refused, however they are damaged: %s, %s', async ([name, file], { folder, options }) => {
    const from = join(published, (await sourceOf(name)).published.folder ?? name);
    for (const each of readdirSync(from)) copyFileSync(join(from, each), join(folder, each));
    const whole = readFileSync(join(from, file));
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        writeFileSync(join(folder, file), damages.reduce(damaged, whole));
        const error: unknown = await load(name, { path: folder }, options).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(UserError);
      }),
      { numRuns: 40 },
    );
    expect(process.memoryUsage().rss).toBeLessThan(1.5e9);
  });

  it('are named where they are images of an archive', async ({ options }) => {
    const error = await userError(load('imagenette', { path: join(published, 'damaged') }, options));
    expect(error.message).toMatch(/^1 of 8 images in .*imagenette2-160.tgz can't be decoded\n.*n02102040_3.JPEG: /);
  });

  it('are named with the label that is none of the classes', async ({ options }) => {
    // The capital letters of the one have labels beyond the other's.
    const path = join(published, 'emnist', 'gzip.zip');
    const { form } = await sourceOf('emnist_balanced');
    const few: typeof form = { ...form, shape: (config) => ({ ...form.shape(config), classes: ['0'] }) };
    const error = await userError(
      loadPublishedFiles({ ...splitDefaults, name: 'emnist_balanced', path }, few, options),
    );
    expect(error.message).toContain('emnist-balanced-train-labels-idx1-ubyte.gz: expected labels from 0 to 0, found');
  });

  it('have as many images as were published', async ({ options }) => {
    const { form } = await sourceOf('pneumoniamnist');
    const config = { ...splitDefaults, name: 'pneumoniamnist', path: join(published, 'pneumoniamnist') };
    const error = await userError(loadPublishedFiles(config, form, options));
    expect(error.message).toContain('expected 4708 images (train), found 7');
  });
});
