// Puts what is used of tfjs into the compiled program, so that the package needs neither of its packages: tfjs-node-gpu
// has an install script that downloads a TensorFlow of 2021 and fails where it can't, and tfjs takes 250 MB of disk.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

/** How compiled files import tfjs, and the two modules of tfjs-node-gpu that are used. */
const TFJS_IMPORT = 'import * as tf from "@tensorflow/tfjs";';
const KERNELS = join('tensorflow', 'tfjs-node-kernels.js');

/**
 * What Node needs nothing of: the browser's backend, the pipelines of tf.data, fetching of models, TensorBoard's messages.
 * @type {import('esbuild').Plugin}
 */
const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    const filter = /^(@tensorflow\/tfjs-(backend-webgl|data)|node-fetch|\.\/proto\/api_pb)$/;
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'nothing' }));
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }));
  },
};

/**
 * @param {string} folder of the compiled program
 * @returns {Promise<string[]>} the paths of what was put in
 */
export async function vendorTfjs(folder) {
  const esbuild = /** @type {typeof import('esbuild')} */ (require('esbuild'));
  const vendor = join(folder, 'vendor');
  /** @satisfies {import('esbuild').BuildOptions} */
  const common = {
    bundle: true,
    format: /** @type {const} */ ('cjs'),
    platform: /** @type {const} */ ('node'),
    target: 'node20',
    logLevel: /** @type {const} */ ('error'),
    legalComments: /** @type {const} */ ('none'),
    minifyWhitespace: true,
    metafile: true,
    absWorkingDir: root,
    plugins: [leaveOut],
  };
  mkdirSync(vendor, { recursive: true });
  const layers = await esbuild.build({
    ...common,
    stdin: { contents: "module.exports = require('@tensorflow/tfjs');", resolveDir: root },
    outfile: join(vendor, 'tfjs.cjs'),
  });
  const kernels = await esbuild.build({
    ...common,
    entryPoints: [join(folder, KERNELS)],
    outfile: join(vendor, 'tfjs-node-kernels.cjs'),
    external: ['@tensorflow/tfjs', '@tensorflow/tfjs-core'],
  });
  useVendored(folder, vendor);
  // What the page of `ablate serve` loads: tfjs as one ES module.
  const tfjs = dirname(require.resolve('@tensorflow/tfjs/package.json'));
  copyFileSync(join(tfjs, 'dist', 'tf.fesm.min.js'), join(vendor, 'tfjs-browser.js'));
  return [layers, kernels].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/**
 * Lets compiled files take tfjs from the copy, which is loaded when the first of its functions is asked for: `plan` and
 * `check` read what layers come to in the same files that build them, and must not wait for tfjs. By `require`, not
 * `import`: tfjs is CommonJS, which an `import` first parses for the names that it exports (0.3 s of a worker's start).
 * @param {string} folder
 * @param {string} vendor
 */
function useVendored(folder, vendor) {
  writeFileSync(join(vendor, 'tfjs.js'), lazyTfjs(Object.keys(require(join(vendor, 'tfjs.cjs')))));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of names.filter((name) => name.endsWith('.js')).map((name) => join(folder, name))) {
    const code = readFileSync(file, 'utf8');
    if (!code.includes(TFJS_IMPORT)) continue;
    const path = relative(dirname(file), join(vendor, 'tfjs.js'));
    const specifier = path.startsWith('.') ? path : `./${path}`;
    writeFileSync(file, code.replace(TFJS_IMPORT, `import { tf } from "${specifier}";`));
  }
  const kernels = join(vendor, 'tfjs-node-kernels.cjs');
  const code = readFileSync(kernels, 'utf8').replace(
    /require\("@tensorflow\/tfjs(-core)?"\)/g,
    'require("./tfjs.cjs")',
  );
  writeFileSync(kernels, code);
  writeFileSync(
    join(folder, KERNELS),
    `import { createRequire } from 'node:module';
export const { NodeJSKernelBackend } = createRequire(import.meta.url)('../vendor/tfjs-node-kernels.cjs');
`,
  );
}

/**
 * A module that exports tfjs as an object, each of whose properties loads it. Without a prototype it is a dictionary to
 * V8, which else takes 0.6 s to replace 500 properties.
 * @param {string[]} names of what tfjs exports
 */
function lazyTfjs(names) {
  return `import { createRequire } from 'node:module';
export const tf = Object.create(null);
for (const name of ${JSON.stringify(names)}) Object.defineProperty(tf, name, { configurable: true, get: () => load()[name] });
function load() {
  const tfjs = createRequire(import.meta.url)('./tfjs.cjs');
  for (const name of Object.keys(tfjs)) Object.defineProperty(tf, name, { value: tfjs[name] });
  return tf;
}
`;
}
