import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished } from 'vitest';
import type { FashionMnist } from '../../src/config/experiment.js';
import type { LoadOptions } from '../../src/data/dataset.js';
import type { RemoteFile } from '../../src/data/download.js';
import { loadFashionMnist } from '../../src/data/fashion-mnist.js';
import { bytesOf, idxFile, splitDefaults, test, userError } from './fixtures.js';

const fashion: FashionMnist = { name: 'fashion_mnist', path: null, ...splitDefaults };

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

describe('Fashion-MNIST', () => {
  test('is downloaded into the cache once, then read offline', async ({ options }) => {
    const { mirrored, paths } = await startMirror(options);
    const first = await loadFashionMnist(fashion, mirrored, remotes);
    expect(paths).toEqual([...files.keys()].map((name) => `/fashion_mnist/${name}`));
    expect([first.train.labels.length, bytesOf(first.test.images)[0], first.classes[9]]).toEqual([20, 9, 'Ankle boot']);
    const offline = await loadFashionMnist(fashion, options, remotes);
    expect(offline).toEqual(first);
    expect(paths).toHaveLength(4);
  });

  test('is read from a given folder, plain or compressed', async ({ folder, options }) => {
    await mkdir(join(folder, 'clothes'));
    for (const [name, bytes] of files) await writeFile(join(folder, 'clothes', name), bytes);
    const dataset = await loadFashionMnist({ ...fashion, path: 'clothes' }, options, []);
    expect(dataset).toMatchObject({ source: 'clothes', height: 28, width: 28, channels: 1 });
  });

  test('has images of 28×28 and ten classes', async ({ folder, options }) => {
    for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 't10k-labels-idx1-ubyte'), idxFile([10], new Uint8Array(10).fill(10)));
    const error = await userError(loadFashionMnist({ ...fashion, path: '.' }, options, []));
    expect(error.message).toContain('expected labels from 0 to 9, found 10 at position 0');
  });
});
