// Compiles bench/*.ts (with what they use of src) to dist/bench/ and runs one: `npm run bench -- baseline`, `… serving`.
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
const program = process.argv[2] === 'serving' ? 'serving' : 'bench';
await import(new URL(`../dist/bench/${program}.js`, import.meta.url).href);
