// Compiles the schema of experiment files to JavaScript when the program is built, so that no start pays for it.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MODULE = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export const experimentValidator = () => require('./experiment-validator.cjs');
`;

/**
 * Puts the compiled validator in the place of src/config/validator.ts.
 * @param {string} folder of the compiled program
 */
export async function precompileValidator(folder) {
  const load = (/** @type {string} */ name) => import(pathToFileURL(join(folder, 'config', name)).href);
  const { newAjv } = /** @type {typeof import('../src/config/validator.js')} */ (await load('validator.js'));
  const { experimentSchema } = /** @type {typeof import('../src/config/schema.js')} */ (await load('schema.js'));
  const standalone = /** @type {typeof import('ajv/dist/standalone/index.js')} */ (
    createRequire(import.meta.url)('ajv/dist/standalone')
  );
  const ajv = newAjv({ source: true });
  writeFileSync(
    join(folder, 'config', 'experiment-validator.cjs'),
    standalone.default(ajv, ajv.compile(experimentSchema())),
  );
  writeFileSync(join(folder, 'config', 'validator.js'), MODULE);
}
