import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { SlurmScheduler } from '../../src/remote/slurm/slurm-scheduler.js';
import type { RunProgress } from '../../src/protocol/events.js';
import { trialId } from '../../src/scheduling/trial-id.js';
import type { Summary } from '../../src/tracking/run-store.js';
import { trial, withEpochs } from '../scheduling/conformance.js';
import { finishedSummary, temporaryFolder } from '../support/runs.js';

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

/** Commands of a cluster whose one task runs for ever. */
function useCluster(): void {
  const folder = temporaryFolder();
  for (const [name, answer] of [
    ['sbatch', '7'],
    ['squeue', '7_0 RUNNING'],
  ]) {
    writeFileSync(join(folder, name), `#!/bin/sh\ncat >/dev/null </dev/null\necho '${answer}'\n`);
    chmodSync(join(folder, name), 0o755);
  }
  process.env.PATH = `${folder}:${path ?? ''}`;
}

it('an answer of another trial, or of none, is dropped with a warning, and the own one is taken', async () => {
  useCluster();
  const runsDirectory = temporaryFolder();
  mkdirSync(runsDirectory, { recursive: true });
  const job = trial(runsDirectory, withEpochs(1));
  const launcher = { name: 'slurm' as const, partition: null, gpus: 0, time: null, sbatch: [] };
  const scheduler = new SlurmScheduler({ runsDirectory, threads: 1, launcher, commandOf: () => 'true' });
  const progress: RunProgress[] = [];
  const outcome = scheduler.run(job, { onProgress: (each) => progress.push(each) });
  const folder = join(runsDirectory, '.slurm', trialId(job) ?? '');
  await vi.waitFor(() => {
    expect(existsSync(join(folder, 'task.json'))).toBe(true);
  });
  const { seed } = job.config.training;
  const summary = (hash: string): Summary =>
    finishedSummary({ id: 'tiny-20260101-000000-abcd', seed, config_hash: hash });
  const answer = (text: string): void => {
    writeFileSync(join(folder, 'answer.json'), text);
  };
  const warnings = (): number => progress.filter(({ type }) => type === 'warning').length;
  answer('no JSON');
  await vi.waitFor(() => {
    expect(warnings()).toBe(1);
  }, 5000);
  answer(JSON.stringify({ type: 'done', answer: summary('0'.repeat(64)) }));
  await vi.waitFor(() => {
    expect(warnings()).toBe(2);
  }, 5000);
  answer(JSON.stringify({ type: 'done', answer: summary(job.configHash) }));
  expect(await outcome).toMatchObject({ type: 'done', answer: { config_hash: job.configHash } });
  scheduler.close();
});
