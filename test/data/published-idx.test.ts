import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished } from 'vitest';
import type { LoadOptions } from '../../src/data/dataset.js';
import { type RemoteFile, checksumOf } from '../../src/data/download.js';
import { type ImageDataset, asImages } from '../../src/data/images/image-dataset.js';
import { fashionMnist } from '../../src/data/sources/fashion-mnist.js';
import { kmnist } from '../../src/data/sources/kmnist.js';
import type { Published, PublishedConfig } from '../../src/data/published.js';
import type { DataSource } from '../../src/data/sources/data-source.js';
import { loadPublishedIdx } from '../../src/data/sources/published-idx.js';
import { bytesOf, idxFile, splitDefaults, it, userError } from './fixtures.js';

type Source = [name: string, source: DataSource<PublishedConfig> & { published: Published }, lastClass: string];

const sources: Source[] = [
  ['fashion_mnist', fashionMnist, 'Ankle boot'],
  ['kmnist', kmnist, 'wo'],
];

/** Files in the published format and under the published names, with other contents. */
const files = new Map([
  ['train-images-idx3-ubyte.gz', gzipSync(idxFile([20, 28, 28], new Uint8Array(20 * 784).fill(7)))],
  [
    'train-labels-idx1-ubyte.gz',
    gzipSync(
      idxFile(
        [20],
        Uint8Array.from({ length: 20 }, (_, index) => index % 10),
      ),
    ),
  ],
  ['t10k-images-idx3-ubyte.gz', gzipSync(idxFile([10, 28, 28], new Uint8Array(10 * 784).fill(9)))],
  [
    't10k-labels-idx1-ubyte.gz',
    gzipSync(
      idxFile(
        [10],
        Uint8Array.from({ length: 10 }, (_, index) => index),
      ),
    ),
  ],
]);

const remotes: RemoteFile[] = [...files].map(([name, bytes]) => ({
  urls: [`https://example.invalid/${name}`],
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
}));

/** A mirror on this machine. @returns the options that name it, and the paths asked for */
async function startMirror(options: LoadOptions): Promise<{ mirrored: LoadOptions; paths: string[] }> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.end(files.get(basename(request.url ?? '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ABLATE_DATASETS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { mirrored: { ...options, environment: { ...options.environment, ABLATE_DATASETS_URL } }, paths };
}

/** The source, with other files to download than the published ones. */
async function load([name, source]: Source, path: string | null, options: LoadOptions): Promise<ImageDataset> {
  const config = { ...splitDefaults, name, path };
  const { inputs, target } = await source.describe({ ...config, path: null }, options);
  const [height, width, channels] = inputs[0].shape;
  const shape = { height, width, channels, classes: target.classes };
  return asImages(await loadPublishedIdx(config, shape, remotes, options), 'a test');
}

describe.each(sources)('%s', (...source) => {
  const [name, { published }, lastClass] = source;

  it('is downloaded into the cache once, then read offline', async ({ options }) => {
    const { mirrored, paths } = await startMirror(options);
    const first = await load(source, null, mirrored);
    expect(paths).toEqual([...files.keys()].map((file) => `/${name}/${file}`));
    expect([first.train.labels.length, bytesOf(first.test.images)[0], first.classes[9]]).toEqual([20, 9, lastClass]);
    expect(await load(source, null, options)).toEqual(first);
    expect(paths).toHaveLength(4);
  });

  it('is published in four files, each with its size and checksum', () => {
    expect(published.files.map(({ urls }) => basename(urls[0]))).toEqual([...files.keys()]);
    for (const file of published.files) {
      expect(file.bytes).toBeGreaterThan(5000);
      expect(checksumOf(file).expected).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('is read from a given folder, plain or compressed', async ({ folder, options }) => {
    await mkdir(join(folder, 'given'));
    for (const [file, bytes] of files) await writeFile(join(folder, 'given', file), bytes);
    const dataset = await load(source, 'given', options);
    expect(dataset).toMatchObject({ source: 'given', height: 28, width: 28, channels: 1 });
  });

  it('has images of 28×28 and ten classes', async ({ folder, options }) => {
    for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), idxFile([10], new Uint8Array(10).fill(10)));
    const error = await userError(load(source, '.', options));
    expect(error.message).toContain('expected labels from 0 to 9, found 10 at position 0');
  });
});
