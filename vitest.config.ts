import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from 'vitest/config';

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

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: leftOut.map(([file]) => file),
    globalSetup: ['test/support/global-setup.ts'],
    // Native libraries (TensorFlow through koffi) need processes of their own; two fill the smallest machine.
    pool: 'forks',
    maxWorkers: 2,
    // Nothing asserts a duration. These bounds only end a test that hangs; a first run installs MLflow meanwhile.
    testTimeout: 120_000,
    hookTimeout: 900_000,
  },
});
