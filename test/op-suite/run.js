// tfjs-core's own op specs, which its npm package ships, on our eager backend:
//   node test/op-suite/run.js [--filter TEXT] [--json FILE]
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/ablate-op-suite');
const bundleFile = join(cache, 'suite.js');
const resultFile = join(cache, 'result.json');
const logFile = join(cache, 'suite.log');
/** How suite.ts begins a line of the log that names a spec. */
const SPEC_STARTED = 'spec: ';

/**
 * tfjs-node's classes are functions, as ES5 has them, which can't extend the classes of the modern build of tfjs-core
 * that the specs are written against.
 * @type {import('esbuild').Plugin}
 */
const modernSuperclass = {
  name: 'modern-superclass',
  setup(build) {
    build.onLoad({ filter: /nodejs_kernel_backend\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      const construct = '_super.call(this) || this';
      if (!code.includes(construct)) throw new Error(`${path} no longer calls its superclass as a function`);
      return { contents: code.replace(construct, 'Reflect.construct(_super, [], NodeJSKernelBackend)') };
    });
  },
};

/** One bundle with one copy of tfjs-core: specs, kernels and backend share its state. */
async function bundle() {
  await build({
    entryPoints: [join(root, 'test/op-suite/suite.ts')],
    outfile: bundleFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    // tfjs-core declares its specs free of side effects: left to itself, esbuild drops them all.
    ignoreAnnotations: true,
    external: ['koffi', 'jasmine-core', 'jasmine-core/*'],
    plugins: [modernSuperclass],
    // For tfjs-node's CommonJS modules, and the specs that look for Node's modules.
    banner: {
      js: "import * as nodeModule from 'node:module'; const require = nodeModule.createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}

/**
 * Runs the bundle in a process of its own, whose output (specs print much) goes to a log.
 * @param {string} filter
 */
function runSuite(filter) {
  rmSync(resultFile, { force: true });
  const log = openSync(logFile, 'w');
  // On the CPU wherever it runs: what is excluded is true of TensorFlow's kernels there.
  const env = { ...process.env, CUDA_VISIBLE_DEVICES: '-1' };
  const { status, signal } = spawnSync(process.execPath, [bundleFile, resultFile, filter], {
    env,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (existsSync(resultFile)) return;
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const lastSpec = lines.findLast((line) => line.startsWith(SPEC_STARTED)) ?? 'before any spec';
  throw new Error(`the suite ended (${signal ?? status}) without a result: ${lastSpec}; see ${logFile}`);
}

/** @returns {{ tensorflow: string } & import('./verdict.js').Verdict} */
function readVerdict() {
  const verdict = /** @type {unknown} */ (JSON.parse(readFileSync(resultFile, 'utf8')));
  return /** @type {ReturnType<typeof readVerdict>} */ (verdict);
}

const { values } = parseArgs({ options: { filter: { type: 'string', default: '' }, json: { type: 'string' } } });
mkdirSync(cache, { recursive: true });
const started = performance.now();
await bundle();
runSuite(values.filter);
const verdict = readVerdict();
if (values.json) copyFileSync(resultFile, values.json);
for (const { name, messages } of verdict.failures) console.log(`✗ ${name}\n    ${messages.join('\n    ')}`);
for (const { reason, count } of verdict.reasons) if (count > 0) console.log(`  ${count} excluded: ${reason}`);
const { passed, failed, excluded, pending, tensorflow } = verdict;
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `tfjs-core's op suite on TensorFlow ${tensorflow}: ${passed} passed, ${failed} failed, ${excluded} excluded, ` +
    `${pending} pending (${seconds} s)`,
);
process.exitCode = failed === 0 ? 0 : 1;
