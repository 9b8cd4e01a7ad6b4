import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wavFile } from '../../src/data/audio/wav-writing.js';
import { RandomStream } from '../../src/random.js';
import { idx } from './random-images.js';

const SAMPLES = 8000;
const CLASSES = 10;

/**
 * Writes a second of noise for each of some recordings, 8 kHz: WAV files with their table, and the same samples and labels in
 * MNIST's format (IDX), under MNIST's names, two bytes a sample.
 */
export function writeRandomSounds(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const stream = new RandomStream(Uint32Array.of(1, 2, 3, 4));
  const recordings = Array.from({ length: count }, () =>
    Int16Array.from({ length: SAMPLES }, () => stream.uint32() >>> 17),
  );
  const bytes = new Uint8Array(Buffer.concat(recordings.map(({ buffer }) => Buffer.from(buffer))));
  const labels = Uint8Array.from({ length: count }, (_, row) => row % CLASSES);
  writeFileSync(join(folder, 'train-images-idx3-ubyte'), idx([count, SAMPLES, 2], bytes));
  writeFileSync(join(folder, 'train-labels-idx1-ubyte'), idx([count], labels));
  recordings.forEach((samples, row) => {
    writeFileSync(join(folder, `${row}.wav`), wavFile(samples, SAMPLES));
  });
  const table = (rows: number): string => ['file,label', ...Array.from({ length: rows }, (_, row) => `${row}.wav,${labels[row]}`)].join('\n'); // prettier-ignore
  writeFileSync(join(folder, 'train.csv'), table(count));
  writeFileSync(join(folder, 'test.csv'), table(CLASSES));
}
