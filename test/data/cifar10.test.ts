import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, onTestFinished } from 'vitest';
import type { Cifar10 } from '../../src/config/schema/experiment.generated.js';
import { asImages } from '../../src/data/images/image-dataset.js';
import { type CifarVersion, loadCifar } from '../../src/data/sources/cifar-binary.js';
import { cifar10 as source, cifar10Version } from '../../src/data/sources/cifar10.js';
import type { DatasetProgress } from '../../src/data/dataset.js';
import { bytesOf, splitDefaults, it, userError } from './fixtures.js';
import { startFlakyServer } from './flaky-server.js';

const cifar10: Cifar10 = { name: 'cifar10', path: 'batches', ...splitDefaults };

const RECORD = 1 + 3072;
/** In each file here; the published ones have 10,000. */
const RECORDS = 500;
const names = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`).concat('test_batch.bin');
const files = names.map((name) => ({ name, records: RECORDS }));
const small: CifarVersion = { ...cifar10Version, files: { train: files.slice(0, 5), test: files.slice(5) } };

/** Record r of batch b: label r % 10; red b, green r % 256, blue counts the pixels. */
function batch(number: number): Buffer {
  const bytes = Buffer.alloc(RECORDS * RECORD);
  const blue = Buffer.from(Array.from({ length: 1024 }, (_, pixel) => pixel % 256));
  for (let record = 0; record < RECORDS; record++) {
    const start = record * RECORD;
    bytes[start] = record % 10;
    bytes.fill(number, start + 1, start + 1025);
    bytes.fill(record % 256, start + 1025, start + 2049);
    blue.copy(bytes, start + 2049);
  }
  return bytes;
}

async function writeBatches(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [index, name] of names.entries()) await writeFile(join(folder, name), batch(index));
}

/** The pixel (red, green, blue) of an image. */
function pixel(images: Uint8Array, image: number, at: number): number[] {
  return [...images.subarray(image * 3072 + 3 * at, image * 3072 + 3 * at + 3)];
}

describe('CIFAR-10', () => {
  it('has as many images as were published', () => {
    expect(source.published).toMatchObject({ train: 50_000, test: 10_000, classes: 10, shape: [32, 32, 3] });
  });

  it('is read from a folder, channels last, and prepared once', async ({ folder, options }) => {
    await writeBatches(join(folder, 'batches'));
    const dataset = asImages(await loadCifar(cifar10, small, options), 'a test');
    expect(dataset).toMatchObject({ height: 32, width: 32, channels: 3, source: 'batches' });
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([5 * RECORDS, RECORDS]);
    expect(dataset.train.labels[4 * RECORDS + 317]).toBe(7);
    expect(pixel(bytesOf(dataset.train.images), 4 * RECORDS + 317, 700)).toEqual([4, 317 % 256, 700 % 256]);
    expect(pixel(bytesOf(dataset.test.images), RECORDS - 1, 1023)).toEqual([5, (RECORDS - 1) % 256, 255]);

    const again = asImages(await loadCifar(cifar10, small, options), 'a test');
    expect(again.digest).toBe(dataset.digest);
    expect(Buffer.compare(bytesOf(again.test.images), bytesOf(dataset.test.images))).toBe(0);
    const cached = await readdir(join(folder, 'cache', 'datasets', 'cifar10'));
    expect(cached.filter((name) => !name.endsWith('.lock'))).toHaveLength(1);

    await writeFile(join(folder, 'batches', 'test_batch.bin'), batch(200));
    const changed = asImages(await loadCifar(cifar10, small, options), 'a test');
    expect(pixel(bytesOf(changed.test.images), 0, 0)[0]).toBe(200);
    expect(pixel(bytesOf(again.test.images), 0, 0)[0]).toBe(5);
    expect(changed.digest).not.toBe(dataset.digest);
  });

  it('is downloaded, through broken connections, read from its archive, then needs no network', async ({
    folder,
    options,
  }) => {
    await writeBatches(join(folder, 'cifar-10-batches-bin'));
    const file = join(folder, 'cifar-10-binary.tar.gz');
    await create({ file, cwd: folder, gzip: { level: 1 } }, ['cifar-10-batches-bin']);
    const contents = await readFile(file);
    const half = Math.floor(contents.length / 2);
    const server = await startFlakyServer(contents, [{ pauseAfter: half }, {}]);
    onTestFinished(server.close);
    const archive = {
      urls: [`${server.url}/cifar-10-binary.tar.gz`],
      bytes: contents.length,
      sha256: createHash('sha256').update(contents).digest('hex'),
    };
    const onProgress = ({ step, done }: DatasetProgress) => {
      if (step === 'download' && done === half) server.drop();
    };
    const dataset = asImages(
      await loadCifar({ ...cifar10, path: null }, { ...small, archive }, { ...options, onProgress }),
      'a test',
    );
    expect(server.ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(pixel(bytesOf(dataset.train.images), RECORDS + 345, 1)).toEqual([1, 345 % 256, 1]);

    await server.close();
    const offline = asImages(await loadCifar({ ...cifar10, path: null }, { ...small, archive }, options), 'a test');
    expect(offline.digest).toBe(dataset.digest);
    const given = asImages(await loadCifar({ ...cifar10, path: 'cifar-10-binary.tar.gz' }, small, options), 'a test');
    expect(given.digest).toBe(dataset.digest);

    await truncate(file, half);
    const error = await userError(loadCifar({ ...cifar10, path: 'cifar-10-binary.tar.gz' }, small, options));
    expect(error.code).toBe('dataset-file-corrupt');
    expect(error.message).toContain(file);
  });

  it('names the file that is missing, too short or wrong', async ({ folder, options }) => {
    const absent = await userError(loadCifar(cifar10, cifar10Version, options));
    expect(absent.code).toBe('dataset-file-missing');
    await mkdir(join(folder, 'batches'));
    for (const name of names) {
      await writeFile(join(folder, 'batches', name), '');
      await truncate(join(folder, 'batches', name), name === 'data_batch_3.bin' ? 1000 : 10_000 * RECORD);
    }
    const short = await userError(loadCifar(cifar10, cifar10Version, options));
    expect(short.message).toContain('data_batch_3.bin: expected 30730000 bytes, found 1000');
    for (const name of names) await writeFile(join(folder, 'batches', name), batch(0));
    const wrong = batch(0);
    wrong[5 * RECORD] = 10;
    await writeFile(join(folder, 'batches', 'data_batch_3.bin'), wrong);
    const label = await userError(loadCifar(cifar10, small, options));
    expect(label.message).toContain('data_batch_3.bin: record 5 has label 10');
    // A failed preparation leaves no half of one.
    const cached = await readdir(join(folder, 'cache', 'datasets', 'cifar10'));
    expect(cached.filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});
