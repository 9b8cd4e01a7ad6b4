import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, onTestFinished } from 'vitest';
import type { Cifar100 } from '../../src/config/schema/experiment.generated.js';
import { asImages } from '../../src/data/images/image-dataset.js';
import { loadCifar } from '../../src/data/sources/cifar-binary.js';
import { cifar100, cifar100Version } from '../../src/data/sources/cifar100.js';
import { bytesOf, splitDefaults, it, userError } from './fixtures.js';
import { startFlakyServer } from './flaky-server.js';

const config: Cifar100 = { name: 'cifar100', path: null, ...splitDefaults };

/** Records with the coarse label 19 and the class 99 − r; red is r, green 1, blue 2. */
function records(count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, record) =>
      Buffer.concat([
        Buffer.from([19, 99 - record]),
        Buffer.alloc(1024, record),
        Buffer.alloc(1024, 1),
        Buffer.alloc(1024, 2),
      ]),
    ),
  );
}

const small = {
  ...cifar100Version,
  files: { train: [{ name: 'train.bin', records: 12 }], test: [{ name: 'test.bin', records: 5 }] },
};

describe('CIFAR-100', () => {
  it('is downloaded from a mirror; the second label is the class', async ({ folder, options }) => {
    await mkdir(join(folder, 'cifar-100-binary'));
    await writeFile(join(folder, 'cifar-100-binary', 'train.bin'), records(12));
    await writeFile(join(folder, 'cifar-100-binary', 'test.bin'), records(5));
    const file = join(folder, 'cifar-100-binary.tar.gz');
    await create({ file, cwd: folder, gzip: true }, ['cifar-100-binary']);
    const contents = await readFile(file);
    const server = await startFlakyServer(contents, [{}]);
    onTestFinished(server.close);
    const archive = {
      ...cifar100Version.archive,
      bytes: contents.length,
      sha256: createHash('sha256').update(contents).digest('hex'),
    };
    const mirrored = { ...options, environment: { ...options.environment, ABLATE_DATASETS_URL: server.url } };
    const dataset = asImages(await loadCifar(config, { ...small, archive }, mirrored), 'a test');
    expect([...dataset.test.labels]).toEqual([99, 98, 97, 96, 95]);
    expect([...bytesOf(dataset.train.images).subarray(11 * 3072, 11 * 3072 + 6)]).toEqual([11, 1, 2, 11, 1, 2]);
    expect(dataset.classes[99]).toBe('worm');
    await server.close();
    const offline = asImages(await loadCifar(config, { ...small, archive }, options), 'a test');
    expect(offline.digest).toBe(dataset.digest);
  });

  it('has a hundred classes in the order of the alphabet, and says what its folder is', async ({ options }) => {
    const { target } = await cifar100.describe(config, options);
    expect(target.classes).toHaveLength(100);
    expect(target.classes).toEqual([...new Set(target.classes)].sort());
    const absent = await userError(cifar100.load({ ...config, path: 'nowhere' }, options));
    expect(absent.hint).toBe('dataset.path is the folder cifar-100-binary or the archive cifar-100-binary.tar.gz');
  });
});
