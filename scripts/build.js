// Compiles src/**/*.ts to dist/**/*.js, file for file, and what browsers run to one file each (types are checked by
// `npm run lint`, not here); the schema's validator is compiled; Python, HTML and CSS go along.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const schema = join(root, 'schemas', 'experiment.schema.json');
const target = join(root, 'dist');
const stamp = join(target, '.built');

/**
 * @param {string} extension
 * @returns {string[]}
 */
function sourceFiles(extension) {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .map((file) => join(source, file));
}

/** Where the browsers' programs begin: the page of `ablate serve`, and the script of reports. */
const page = join(source, 'page', 'main.ts');
const report = join(source, 'report', 'browser', 'main.ts');

/** @returns {string[]} what Node runs */
function nodeSources() {
  const folders = [page, report].map((file) => join(dirname(file), sep));
  return sourceFiles('.ts').filter((file) => !folders.some((folder) => file.startsWith(folder)));
}

/** The newest modification of the schema or any source file or folder (a folder's changes when a file is added or removed). */
function newestSource() {
  const entries = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((entry) => join(source, entry));
  return Math.max(...[source, schema, ...entries].map((entry) => statSync(entry).mtimeMs));
}

/** Compiles everything anew, into a folder of its own first, so that a program running meanwhile never sees half. */
export async function build() {
  const started = new Date();
  // Loaded only here: a start-up that finds the build fresh must not pay for the compiler.
  const esbuild = /** @type {typeof import('esbuild')} */ (createRequire(import.meta.url)('esbuild'));
  const fresh = `${target}.${process.pid}`;
  const common = /** @type {const} */ ({
    outdir: fresh,
    outbase: source,
    format: 'esm',
    sourcemap: 'linked',
    logLevel: 'error',
  });
  esbuild.buildSync({
    ...common,
    entryPoints: nodeSources(),
    platform: 'node',
    target: 'node20',
  });
  requireTfjs(fresh);
  // Loaded only here, like the compiler.
  const { precompileValidator } = await import('./validator.js');
  await precompileValidator(fresh);
  // In one file, with what it shares with Node's: a browser can't `require`.
  esbuild.buildSync({
    ...common,
    entryPoints: [page],
    bundle: true,
    external: ['@tensorflow/tfjs'],
    platform: 'browser',
    target: 'es2022',
  });
  // A part of the reports themselves, so that they need no other file.
  esbuild.buildSync({
    ...common,
    entryPoints: [report],
    bundle: true,
    format: 'iife',
    minify: true,
    sourcemap: false,
    platform: 'browser',
    target: 'es2022',
  });
  for (const file of ['.py', '.html', '.css'].flatMap(sourceFiles))
    copyFileSync(file, join(fresh, relative(source, file)));
  mkdirSync(target, { recursive: true });
  const files = readdirSync(fresh, { recursive: true, encoding: 'utf8', withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const from = join(file.parentPath, file.name);
    const to = join(target, relative(fresh, from));
    mkdirSync(join(to, '..'), { recursive: true });
    renameSync(from, to);
  }
  rmSync(fresh, { recursive: true });
  removeOrphans();
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}

/**
 * Lets compiled files `require` tfjs, which is CommonJS: an `import` of it first parses all of it for the names that it
 * exports, which takes 0.3 s of a worker's start.
 * @param {string} folder
 */
function requireTfjs(folder) {
  const statement = 'import * as tf from "@tensorflow/tfjs";';
  const replacement =
    'import { createRequire as requireFrom } from "node:module"; const tf = requireFrom(import.meta.url)("@tensorflow/tfjs");';
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of names.filter((name) => name.endsWith('.js')).map((name) => join(folder, name))) {
    const code = readFileSync(file, 'utf8');
    if (code.includes(statement)) writeFileSync(file, code.replace(statement, replacement));
  }
}

/** Compiled files whose source was moved or removed. */
function removeOrphans() {
  const compiled = new Set(
    [...nodeSources(), page, report].map((file) => relative(source, file).replace(/\.ts$/, '.js')),
  );
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    const isOurs = /\.js(\.map)?$/.test(file) && !file.startsWith('bench');
    if (isOurs && !compiled.has(file.replace(/\.map$/, ''))) rmSync(join(target, file));
  }
}

export async function buildIfStale() {
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < newestSource()) await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
