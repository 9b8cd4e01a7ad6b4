// Writes how far training is from Keras's, as test/training/parity measures it here, into docs/internals/keras-parity.md:
// `npm run parity-table`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/internals/keras-parity.md');
const START = '<!-- npm run parity-table: start -->';
const END = '<!-- npm run parity-table: end -->';

/** @returns {{ title: string, meta: { difference?: number } }[]} the tests, each with what it measured */
function runTests() {
  const results = mkdtempSync(join(tmpdir(), 'ablate-parity-'));
  const report = join(results, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/training/parity/parity.test.ts', '-t', 'as in Keras'];
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  spawnSync(process.execPath, [...vitest, ...options], { cwd: root, stdio: 'inherit' });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(results, { recursive: true });
  return testResults[0].assertionResults;
}

const rows = runTests()
  .filter(({ meta }) => meta.difference !== undefined)
  .map(({ title, meta }) => `| ${title} | ${meta.difference?.toExponential(1)} |`);
const table = ['| case | largest relative difference of a loss |', '| --- | --- |', ...rows].join('\n');
const text = readFileSync(page, 'utf8');
const before = text.slice(0, text.indexOf(START) + START.length);
const after = text.slice(text.indexOf(END));
const options = { ...(await resolveConfig(page)), parser: 'markdown' };
writeFileSync(page, await format(`${before}\n\n${table}\n\n${after}`, options));
