// Compiles src/**/*.ts to dist/**/*.js, file for file, and what browsers run to one file each (types are checked by
// `npm run lint`, not here), with what is used of packages in dist/vendor; the schema's validator is compiled; Python,
// HTML and CSS go along.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
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

/** Where the browsers' programs begin: the pages of `ablate serve`, and the script of reports. */
const page = join(source, 'serving', 'browser', 'main.ts');
const rowsPage = join(source, 'serving', 'browser', 'rows.ts');
const report = join(source, 'report', 'browser', 'main.ts');

/** @returns {string[]} what Node runs */
function nodeSources() {
  const folders = [page, report].map((file) => join(dirname(file), sep));
  return sourceFiles('.ts').filter((file) => !folders.some((folder) => file.startsWith(folder)));
}

/** The newest change of any file or folder that the build depends on (a folder's changes when a file is added). */
function newestSource() {
  const folders = [source, join(root, 'scripts')].flatMap((folder) => [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((entry) => join(folder, entry)),
  ]);
  const single = [schema, join(root, 'package.json'), join(root, 'package-lock.json')];
  return Math.max(...[...folders, ...single].map((entry) => statSync(entry).mtimeMs));
}

/** Compiles everything anew, into a folder of its own first, so that a program running meanwhile never sees half. */
export async function build() {
  const started = new Date();
  const fresh = `${target}.${process.pid}`;
  try {
    await compile(fresh);
    putInPlace(fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const { packMnist } = await import('./mnist.js');
  packMnist(join(target, 'mnist'));
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
}

/**
 * Moves all compiled files to where they run, and removes what was compiled before and is no more.
 * @param {string} fresh
 */
function putInPlace(fresh) {
  const files = new Set(filesIn(fresh));
  for (const file of files) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    renameSync(join(fresh, file), join(target, file));
  }
  const madeElsewhere = /^(bench|mnist)\b/;
  for (const file of filesIn(target)) if (!files.has(file) && !madeElsewhere.test(file)) rmSync(join(target, file));
}

/** @param {string} folder that is compiled to */
async function compile(folder) {
  // Loaded only here: a start-up that finds the build fresh must not pay for the compiler.
  const { vendorTfjs } = await import('./vendor.js');
  const { precompileValidator } = await import('./validator.js');
  const { bundlePackages, licensesOf, packagesInVendor } = await import('./packages.js');
  const esbuild = /** @type {typeof import('esbuild')} */ (createRequire(import.meta.url)('esbuild'));
  const common = /** @type {const} */ ({
    outdir: folder,
    outbase: source,
    format: 'esm',
    sourcemap: 'linked',
    logLevel: 'error',
    metafile: true,
    absWorkingDir: root,
  });
  /** @type {Set<string>} */
  const packages = new Set();
  await esbuild.build({
    ...common,
    entryPoints: nodeSources(),
    bundle: true,
    plugins: [packagesInVendor(source, packages)],
    platform: 'node',
    target: 'node20',
  });
  const vendored = [await bundlePackages(join(folder, 'vendor'), packages), await vendorTfjs(folder)].flat();
  await precompileValidator(folder);
  // After vendorTfjs, which gives `require` to all that is compiled by then.
  const browser = /** @type {const} */ ({ ...common, bundle: true, platform: 'browser', target: 'es2022' });
  // In one file, with what it shares with Node's: a browser can't `require`.
  const served = await esbuild.build({ ...browser, entryPoints: [page, rowsPage], external: ['@tensorflow/tfjs'] });
  // A part of the reports themselves, so that they need no other file.
  const script = { format: /** @type {const} */ ('iife'), minify: true, sourcemap: false };
  const reports = await esbuild.build({ ...browser, ...script, entryPoints: [report] });
  const inBrowsers = [served, reports].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  for (const file of ['.py', '.html', '.css'].flatMap(sourceFiles))
    copyFileSync(file, join(folder, relative(source, file)));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesOf([...inBrowsers, ...vendored]));
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

export async function buildIfStale() {
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < newestSource()) await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
