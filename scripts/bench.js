// Compiles the benchmarks (with what they use of src) to dist/bench/ and runs the benchmarks: `npm run bench -- NAME…|all`.
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildIfStale } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
await buildIfStale();
esbuild.buildSync({
  entryPoints: ['bench/bench.ts', 'bench/training/ablate-engine.ts'],
  // As deep as the files of src that read others by their place.
  outdir: 'dist/bench/bundled',
  entryNames: '[name]',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
});
const bench = new URL('../dist/bench/bundled/bench.js', import.meta.url).href;
await import(bench);
