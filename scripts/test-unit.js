// Runs the tests that need nothing but Node: `npm run test:unit`. Arguments are passed on to vitest.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ABLATE_TESTS: 'unit' },
});
process.exitCode = status ?? 1;
