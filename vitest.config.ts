import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { unitTests } from './test/support/unit-tests.js';

/**
 * Tests of what other programs do, and those programs. Whoever hasn't installed them runs all other tests; CI installs
 * them.
 */
const needs: Record<string, string[]> = {
  'test/remote/redis.test.ts': ['redis-server'],
  'test/program/queue-kills.test.ts': ['redis-server'],
  'test/remote/slurm.test.ts': ['slurmctld', 'slurmd', 'munged'],
};
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
const isInstalled = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
const leftOut = Object.entries(needs).filter(([, programs]) => !programs.every(isInstalled));
for (const [file, programs] of leftOut) process.stderr.write(`${file} is left out: it needs ${programs.join(', ')}\n`);

/** A worker that has loaded TensorFlow, and the programs that it starts, fit into this much. */
const WORKER_BYTES = 3e9;
/** `npm run test:unit` */
const isUnit = process.env.ABLATE_TESTS === 'unit';

export default defineConfig({
  test: {
    include: isUnit ? unitTests() : ['test/**/*.test.ts'],
    exclude: leftOut.map(([file]) => file),
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Texts are compared without colours, which `CI` and `FORCE_COLOR` would switch on.
    env: { NO_COLOR: '1' },
    // Native libraries (TensorFlow through koffi) need processes of their own.
    pool: 'forks',
    maxWorkers: Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / WORKER_BYTES))),
    // Nothing asserts a duration. These bounds only end a test that hangs; a first run installs MLflow meanwhile.
    testTimeout: 300_000,
    hookTimeout: 900_000,
  },
});
