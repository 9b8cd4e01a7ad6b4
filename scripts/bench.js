// Compiles bench/*.ts (with what they use of src) to dist/bench/ and runs the benchmarks: `npm run bench -- baseline`.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildIfStale } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
buildIfStale();
esbuild.buildSync({
  entryPoints: readdirSync('bench')
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('bench', file)),
  outdir: 'dist/bench',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
});
const bench = new URL('../dist/bench/bench.js', import.meta.url).href;
await import(bench);
