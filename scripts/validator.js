// Compiles the schema of experiment files to JavaScript when the program is built, so that no start pays for it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

const MODULE = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export const experimentValidator = () => require('./experiment-validator.cjs');
`;
/** One copy of ajv, with its settings of src and its generator of code. */
const COMPILER = `export { newAjv } from './src/config/schema/validator.ts';
export { default as standalone } from 'ajv/dist/standalone/index.js';`;

/** @typedef {{ newAjv: typeof import('../src/config/schema/validator.js').newAjv, standalone: typeof import('ajv/dist/standalone/index.js').default }} Compiler */

/**
 * Puts the compiled validator in the place of src/config/schema/validator.ts.
 * @param {string} folder of the compiled program
 */
export async function precompileValidator(folder) {
  const target = join(folder, 'config', 'schema');
  const compiler = join(target, 'compiler.cjs');
  await bundle(COMPILER, compiler);
  const { newAjv, standalone } = /** @type {Compiler} */ (require(compiler));
  rmSync(compiler);
  const ajv = newAjv({ source: true });
  const schema = /** @type {object} */ (
    JSON.parse(readFileSync(join(root, 'schemas', 'experiment.schema.json'), 'utf8'))
  );
  await bundle(standalone(ajv, ajv.compile(schema)), join(target, 'experiment-validator.cjs'));
  writeFileSync(join(target, 'validator.js'), MODULE);
}

/**
 * @param {string} contents
 * @param {string} outfile with all that the contents import
 */
async function bundle(contents, outfile) {
  const esbuild = /** @type {typeof import('esbuild')} */ (require('esbuild'));
  await esbuild.build({
    stdin: { contents, resolveDir: root },
    outfile,
    bundle: true,
    minifyWhitespace: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    // What schema.ts reads by it isn't read here.
    logOverride: { 'empty-import-meta': 'silent' },
  });
}
