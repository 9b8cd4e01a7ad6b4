import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../src/random.js';
import { idx } from './random-images.js';

const LENGTH = 56;
/** As many as leave room for padding and unknown words among the numbers of the vocabulary. */
const WORDS = 19_998;
const CLASSES = 2;

/**
 * Writes texts of 5 to 35 words, drawn as often as natural ones by Zipf's law (the r-th most frequent in proportion to 1/r):
 * tables, and the same words' numbers and labels in MNIST's format (IDX), under MNIST's names, two bytes a number, padded by 0.
 */
export function writeRandomTexts(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const stream = new RandomStream(Uint32Array.of(1, 2, 3, 4));
  const uniform = (): number => stream.uint32() / 2 ** 32;
  const texts = Array.from({ length: count }, () =>
    Array.from({ length: 5 + Math.floor(31 * uniform()) }, () => Math.floor(WORDS ** uniform()) - 1),
  );
  const numbers = new Uint16Array(count * LENGTH);
  texts.forEach((words, row) => {
    numbers.set(
      words.map((word) => word + 2),
      row * LENGTH,
    );
  });
  const labels = Uint8Array.from({ length: count }, (_, row) => row % CLASSES);
  writeFileSync(join(folder, 'train-images-idx3-ubyte'), idx([count, LENGTH, 2], new Uint8Array(numbers.buffer)));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([count], labels));
  const lines = texts.map((words, row) => `${words.map((word) => `w${word}`).join(' ')},${labels[row]}`);
  writeFileSync(join(folder, 'train.csv'), ['sentence,label', ...lines].join('\n'));
  writeFileSync(join(folder, 'test.csv'), ['sentence,label', ...lines.slice(0, CLASSES)].join('\n'));
}
