import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../src/random.js';

/** The shape of CIFAR-10's images. */
const SIZE = [32, 32, 3];
const CLASSES = 10;

/** Writes a dataset of random images of CIFAR-10's shape in MNIST's format (IDX), under MNIST's names for the files. */
export function writeRandomImages(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const stream = new RandomStream(Uint32Array.of(1, 2, 3, 4));
  for (const [set, length] of [
    ['train', count],
    ['t10k', CLASSES],
  ] as const) {
    const labels = Uint8Array.from({ length }, (_, index) => index % CLASSES);
    const pixels = length * SIZE.reduce((product, size) => product * size, 1);
    writeFileSync(join(folder, `${set}-labels-idx1-ubyte`), idx([length], labels));
    const images = Uint8Array.from({ length: pixels }, () => stream.uint32() >>> 24);
    writeFileSync(join(folder, `${set}-images-idx4-ubyte`), idx([length, ...SIZE], images));
  }
}

/** An array of bytes in IDX format: a magic number of the type (8: uint8) and the rank, the big-endian shape, the values. */
export function idx(shape: number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(shape.length, 3);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, values]);
}
