import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { testKinds } from './test/support/test-kinds.js';

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

/**
 * Those that take minutes begin first, so that none of them is left alone at the end. Those that share
 * processes come last and together, as a worker goes on only with a file of the same project.
 */
const LONGEST = [
  ...['program/pages', 'program/sweep', 'remote/slurm', 'program/mlflow', 'program/baseline', 'program/resume'],
  ...['program/package', 'program/slurm', 'tensorflow/library-install', 'program/queue', 'program/mlflow-faults'],
  ...['program/export', 'tracking/sync', 'remote/redis', 'program/queue-kills', 'program/export-rows'],
  ...['program/queue-network', 'program/sweep-kills', 'program/same-configuration', 'program/ui', 'program/terminal'],
].map((name) => `test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const shared = ['engine', 'unit'].indexOf(project.name);
      if (shared !== -1) return LONGEST.length + 1 + shared;
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** A worker that has loaded TensorFlow, and the programs that it starts, fit into this much. */
const WORKER_BYTES = 3e9;
/** One more than there are cores: a third of the time, tests wait for Slurm, MLflow, leases that end. */
const WORKERS = Math.min(availableParallelism() + 1, Math.floor(totalmem() / WORKER_BYTES));
const { unit, engine } = testKinds();

/** What both projects have. */
const common = {
  setupFiles: ['test/support/seed.ts'],
  // Texts are compared without colours, which `CI` and `FORCE_COLOR` would switch on. MLflow's telemetry changes the
  // environment in one thread of a client while another reads it, which then fails now and then.
  env: { NO_COLOR: '1', MLFLOW_DISABLE_TELEMETRY: 'true' },
  // Native libraries (TensorFlow through koffi) need processes of their own.
  pool: 'forks' as const,
  // Nothing asserts a duration. These bounds only end a test that hangs; a first run installs MLflow meanwhile.
  testTimeout: 900_000,
  hookTimeout: 900_000,
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.max(1, WORKERS),
    projects: [
      // Those of the first two leave nothing behind, so that a process runs many: what they import is loaded once.
      { test: { ...common, name: 'unit', include: unit, isolate: false } },
      { test: { ...common, name: 'engine', include: engine, isolate: false } },
      {
        test: {
          ...common,
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...unit, ...engine, ...leftOut.map(([file]) => file)],
        },
      },
    ],
  },
});
