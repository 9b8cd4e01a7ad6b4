import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import { type SweepVariant, expandSweep } from '../../src/config/variants/sweep.js';
import type { Job } from '../../src/protocol/job.js';
import type { JobOptions, Outcome, Scheduler } from '../../src/scheduling/scheduler.js';
import { EarlierRuns } from '../../src/sweep/earlier-runs.js';
import { runSweep, type SweepEnd } from '../../src/sweep/run-sweep.js';
import { readSweepRecord, SweepJournal } from '../../src/sweep/sweep-journal.js';
import { TrialChoices } from '../../src/sweep/trial-choice.js';
import { ListedTrials } from '../../src/sweep/trial-source.js';
import type { Summary } from '../../src/tracking/run-store.js';
import { finishedSummary, temporaryFolder } from '../support/runs.js';
import { newSweep } from '../support/sweeps.js';

/** Answers for trials at once, as the fastest of workers would. */
class InstantScheduler implements Scheduler {
  running = 0;
  mostRunning = 0;
  jobs = 0;

  constructor(readonly onJob: (job: number) => void = () => undefined) {}

  async run(job: Job, { onProgress, signal }: JobOptions): Promise<Outcome> {
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    const id = `run-${this.jobs++}`;
    this.onJob(this.jobs);
    onProgress({ type: 'created', id, path: join(job.runsDirectory, id) });
    await new Promise((resolve) => setImmediate(resolve));
    this.running--;
    return { type: 'done', answer: summaryOf(job, id, signal?.aborted ? 'KILLED' : 'FINISHED') };
  }

  close(): void {
    this.running = 0;
  }
}

function summaryOf({ config, configHash }: Job, id: string, status: Summary['status']): Summary {
  return finishedSummary({
    id,
    name: config.name,
    status,
    seed: config.training.seed,
    config_hash: configHash,
    metrics: { val_accuracy: config.training.optimizer.learning_rate },
  });
}

function variantsOf(count: number): readonly SweepVariant[] {
  const folder = temporaryFolder();
  const values = Array.from({ length: count }, (_, i) => (i + 1) / count);
  const sweep = `sweep: { parameters: { training.optimizer.learning_rate: ${JSON.stringify(values)} } }`;
  const file = join(folder, 'study.yaml');
  writeFileSync(
    file,
    `dataset: { name: mnist }\nmodel: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }\n${sweep}\n`,
  );
  return expandSweep(loadExperiment(file));
}

async function run(
  variants: readonly SweepVariant[],
  scheduler: Scheduler,
  signal = new AbortController().signal,
): Promise<SweepEnd> {
  const metric = { name: 'val_accuracy', goal: 'maximize' } as const;
  const sweep = newSweep({ metric, trials: variants.length });
  const journal = new SweepJournal(sweep);
  const record = readSweepRecord(sweep);
  const earlier = new EarlierRuns(sweep.runsDirectory);
  const digestOf = (): Promise<string> => Promise.resolve('digest');
  const end = await runSweep({
    sweep,
    metric,
    source: new ListedTrials(variants, [1], ({ index }) => `variant ${index}`, record.ends),
    choices: new TrialChoices({ earlier, record, digestOf, rerunFailed: false }),
    stopper: undefined,
    scheduler,
    jobs: 2,
    retries: 1,
    journal,
    record,
    failFast: false,
    checkpointSeconds: undefined,
    onProgress: () => undefined,
    signal,
  });
  journal.close();
  return end;
}

/** Bytes in use after everything that can be freed is. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('running a sweep', () => {
  it('keeps as many trials going as there are jobs, and its memory flat over ten thousand', async () => {
    const variants = variantsOf(10_000);
    const used: number[] = [];
    const scheduler = new InstantScheduler((job) => {
      if (job % 3000 === 1) used.push(heapInUse());
    });
    const { status, results } = await run(variants, scheduler);
    expect({ status, finished: results.counts.finished }).toEqual({ status: 'FINISHED', finished: 10_000 });
    expect(results.best?.values).toEqual({ 'training.optimizer.learning_rate': 1 });
    expect(scheduler.mostRunning).toBe(2);
    // A result is some hundred bytes; a configuration would be some thousand.
    const perTrial = (used[3] - used[1]) / 6000;
    expect(perTrial).toBeLessThan(1500);
  });

  it('ends, and its trials with it, when its folder is removed', async () => {
    const ended: boolean[] = [];
    const begun: (() => void)[] = [];
    const scheduler: Scheduler = {
      run: async (job, { onProgress, signal }) => {
        await new Promise<void>((resolve) => {
          begun.push(resolve);
          if (begun.length < 2) return;
          rmSync(job.runsDirectory, { recursive: true, force: true });
          for (const goOn of begun) goOn();
        });
        onProgress({ type: 'created', id: 'run-1', path: join(job.runsDirectory, 'run-1') });
        ended.push(signal?.aborted ?? false);
        return { type: 'done', answer: summaryOf(job, 'run-1', 'KILLED') };
      },
      close: () => undefined,
    };
    await expect(run(variantsOf(9), scheduler)).rejects.toMatchObject({ code: 'journal-gone' });
    expect(ended).toEqual([true, true]);
  });

  it('begins nothing more once it is interrupted', async () => {
    const controller = new AbortController();
    const scheduler = new InstantScheduler((job) => {
      if (job === 5) controller.abort();
    });
    const { status, results } = await run(variantsOf(50), scheduler, controller.signal);
    expect(status).toBe('KILLED');
    expect(scheduler.jobs).toBeLessThanOrEqual(6);
    expect(results.counts.killed).toBeGreaterThan(0);
    expect(results.counts.finished).toBeLessThanOrEqual(5);
  });
});
