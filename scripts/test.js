// Runs all tests: `npm test`. Builds, runs vitest and then tfjs-core's op suite against our backend, and ends with one
// line that counts both. Arguments are passed on to vitest; with any, the op suite is left out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = mkdtempSync(join(tmpdir(), 'ablate-test-'));
const selection = process.argv.slice(2);

/**
 * @param {string[]} command
 * @returns {boolean} whether it ended well
 */
function run(command) {
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status === 0;
}

/**
 * The counts of a JSON report; a report that isn't there counts as one failure.
 * @param {string} file
 * @param {(report: any) => { passed: number; failed: number }} count
 */
function counts(file, count) {
  try {
    return count(JSON.parse(readFileSync(join(results, file), 'utf8')));
  } catch {
    return { passed: 0, failed: 1 };
  }
}

await build();
const vitestReport = join(results, 'vitest.json');
const vitest = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`, ...selection];
let ok = run(['node_modules/vitest/vitest.mjs', ...vitest]);
const parts = [
  counts('vitest.json', ({ numPassedTests, numFailedTests, numFailedTestSuites }) => ({
    passed: numPassedTests,
    failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0),
  })),
];
if (selection.length === 0) {
  ok = run(['test/op-suite/run.js', '--json', join(results, 'op-suite.json')]) && ok;
  parts.push(counts('op-suite.json', ({ passed, failed }) => ({ passed, failed })));
}
rmSync(results, { recursive: true });
const passed = parts.reduce((sum, part) => sum + part.passed, 0);
const failed = parts.reduce((sum, part) => sum + part.failed, 0) || (ok ? 0 : 1);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
