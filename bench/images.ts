// How fast folders of images are decoded, beside Pillow with as many threads on the same files.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataset } from '../src/data/load.js';
import { inTemporaryFolder } from './ablate.js';
import { median } from './median.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** A Python with Pillow and NumPy: that of the tests, or any other. */
const PYTHON = process.env.BENCH_PYTHON ?? 'python3';

const folders = [
  { name: 'small', words: '6,000 JPEG of 32 px', size: 32 },
  { name: 'photographs', words: '600 JPEG of 400 px, to 64 px', size: 64 },
];

/** Images of two kinds, decoded by one and by the other. */
export function images(): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    execFileSync(PYTHON, ['bench/images.py', 'write', folder]);
    const rows: string[] = [];
    for (const { name, words, size } of folders) {
      const own = await secondsOf(folder, name, size);
      const answer = execFileSync(PYTHON, [
        'bench/images.py',
        'read',
        join(folder, name),
        String(size),
        String(ROUNDS),
      ]);
      const theirs = median(JSON.parse(answer.toString()) as number[]);
      rows.push(`| ${words} | ${own.toFixed(2)} | ${theirs.toFixed(2)} | ${(own / theirs).toFixed(2)} |`);
    }
    return `## Images

| folder | Ablate, s | Pillow, s | Ablate's times Pillow's |
|---|---:|---:|---:|
${rows.join('\n')}

Ablate's: from a folder to the file in the cache that training maps, with the look for damaged files and the digest; once for all runs. Pillow's: into one array, in as many threads. Medians of ${ROUNDS}.
`;
  });
}

async function secondsOf(folder: string, name: string, size: number): Promise<number> {
  const seconds: number[] = [];
  const cache = join(folder, 'cache');
  const config = {
    ...{ name: 'image_folder' as const, path: name, image_size: size, color_mode: 'rgb' as const },
    ...{ background: 'white' as const, normalization: 'rescale' as const, classes: null },
    ...{ validation_split: 0.1, train_fraction: 1, split: null },
  };
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(cache, { recursive: true, force: true });
    const start = performance.now();
    await loadDataset(config, { baseDirectory: folder, environment: { ABLATE_CACHE: cache } });
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}
