// Puts the packages that Ablate uses into the compiled program, so that whoever installs Ablate installs one package,
// and beside it only what is native: sharp, and koffi's library for their platform.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that packages read at run time, as they lie in node_modules and from the code in `vendor/`. */
const assets = [
  ['@fastify/swagger-ui/static', 'swagger-ui/static'],
  ['open/xdg-open', 'xdg-open'],
];

/** What CommonJS modules expect of Node and a file of ES modules must define for itself. */
const nodeNames = {
  require: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  __filename: "import{fileURLToPath as toFile}from'node:url';const __filename=toFile(import.meta.url);",
  __dirname: "import{fileURLToPath as toFolder}from'node:url';const __dirname=toFolder(new URL('.',import.meta.url));",
};

/** What stays outside: what is native, what vendor.js puts together, what packages look for without needing it. */
const outside = ['sharp', '@tensorflow/*', 'msgpackr-extract', 'pg', 'canvas'];

/** Packages of functions that most commands and runs never call, and that take 0.05 to 0.3 s of a process to load. */
const lazy = ['fast-png', 'sharp', 'string-width'];

/**
 * Lets our files, each compiled by itself, import packages from `vendor/`.
 * @param {string} source the folder of our files
 * @param {Set<string>} packages gets the names of those that they import
 * @returns {import('esbuild').Plugin}
 */
export function packagesInVendor(source, packages) {
  return {
    name: 'packages-in-vendor',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
        if (kind === 'entry-point') return null;
        if (path.startsWith('.') || isBuiltin(path) || path.startsWith('@tensorflow/')) return { path, external: true };
        packages.add(path);
        const file = relative(resolveDir, join(source, 'vendor', `${fileName(path)}.js`));
        return { path: file.startsWith('.') ? file : `./${file}`, external: true };
      });
    },
  };
}

/** @param {string} name */
function fileName(name) {
  return name.replace('@', '').replaceAll('/', '-');
}

/** Where its assets are put. @type {import('esbuild').Plugin} */
const swaggerUiFolder = {
  name: 'swagger-ui-folder',
  setup({ onLoad }) {
    onLoad({ filter: /@fastify.swagger-ui.(index|lib.routes)\.js$/ }, ({ path }) => {
      const folder = basename(dirname(path)) === 'lib' ? 'swagger-ui/lib' : 'swagger-ui';
      return { contents: readFileSync(path, 'utf8').replaceAll('__dirname', `(__dirname + '${folder}')`) };
    });
  },
};

/**
 * Makes a file of each package in `vendor/`, with what it needs of others; what several need they share.
 * @param {string} vendor
 * @param {Set<string>} packages
 * @returns {Promise<string[]>} the paths of what was put in
 */
export async function bundlePackages(vendor, packages) {
  const esbuild = /** @type {typeof import('esbuild')} */ (require('esbuild'));
  const entries = join(vendor, '.entries');
  mkdirSync(entries, { recursive: true });
  for (const name of packages) writeFileSync(join(entries, `${fileName(name)}.mjs`), await exportsOf(name));
  const filesOf = (/** @type {string[]} */ names) => names.map((name) => join(entries, `${fileName(name)}.mjs`));
  /** @satisfies {import('esbuild').BuildOptions} */
  const common = {
    outdir: vendor,
    bundle: true,
    platform: /** @type {const} */ ('node'),
    target: 'node20',
    // What Node itself loads.
    mainFields: ['main'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: /** @type {const} */ ('none'),
    external: outside,
    plugins: [swaggerUiFolder],
    metafile: true,
    absWorkingDir: root,
    logLevel: /** @type {const} */ ('error'),
  };
  const now = filesOf([...packages].filter((name) => !lazy.includes(name)));
  const modules = await esbuild.build({ ...common, entryPoints: now, format: 'esm', splitting: true });
  for (const file of Object.keys(modules.metafile.outputs)) defineNodeNames(join(root, file));
  const later = filesOf(lazy.filter((name) => !outside.includes(name)));
  const outExtension = { '.js': '.cjs' };
  const required = await esbuild.build({ ...common, entryPoints: later, format: 'cjs', outExtension });
  for (const name of lazy) writeFileSync(join(vendor, `${name}.js`), await lazyModule(name));
  rmSync(entries, { recursive: true });
  for (const [from, to] of assets) cpSync(join(root, 'node_modules', from), join(vendor, to), { recursive: true });
  return [modules, required].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/**
 * A module that loads a package when one of its functions is called, or one of their properties asked for.
 * @param {string} name
 */
async function lazyModule(name) {
  const module = /** @type {Record<string, unknown>} */ (await import(name));
  const names = Object.keys(module).filter((word) => typeof module[word] === 'function' && word !== 'module.exports');
  const load = (/** @type {string} */ word) =>
    outside.includes(name) ? `require('${name}')` : `require('./${fileName(name)}.cjs').${word}`;
  const functions = names.map(
    (word) => `const ${word}_ = new Proxy(() => undefined, {
  apply: (_, self, words) => Reflect.apply(${load(word)}, self, words),
  get: (_, key) => ${load(word)}[key],
});
export { ${word}_ as ${word} };
`,
  );
  return `${nodeNames.require}\n${functions.join('')}`;
}

/**
 * Exports what Node exports of a package: CommonJS doesn't list its names, Node finds them.
 * @param {string} name
 */
async function exportsOf(name) {
  const names = Object.keys(/** @type {object} */ (await import(name)));
  return `export { ${names.filter((word) => !['module.exports', '__esModule'].includes(word)).join(', ')} } from '${name}';`;
}

/** @param {string} file */
function defineNodeNames(file) {
  const code = readFileSync(file, 'utf8');
  const used = Object.entries(nodeNames).filter(([name]) => isFree(name, code));
  if (used.length > 0) writeFileSync(file, used.map(([, definition]) => definition).join('') + code);
}

/**
 * @param {string} name
 * @param {string} code
 */
function isFree(name, code) {
  return new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`\\b(var|let|const) ${name}\\b`).test(code);
}

/**
 * Gathers the licenses of every package that a build has put something of into the program.
 * @param {string[]} inputs paths of the files that were put in, from the folder of Ablate
 * @returns {string} their names, versions and licenses
 */
export function licensesOf(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input) ?? []));
  /** @type {Map<string, string[]>} */
  const texts = new Map();
  for (const folder of [...folders].sort().map((name) => join(root, name))) {
    const { name, version, license } = /** @type {Record<string, string>} */ (
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    );
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
    const key = text || `${license} (the package has no file with its text)`;
    texts.set(key, [...(texts.get(key) ?? []), `${name} ${version} (${license})`]);
  }
  const entries = [...texts].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return `Ablate contains code of these packages.\n\n${entries.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
