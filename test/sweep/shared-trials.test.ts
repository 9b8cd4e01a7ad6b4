import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { type SweepVariant, expandSweep } from '../../src/config/variants/sweep.js';
import { SweepView } from '../../src/display/sweep/sweep-view.js';
import type { Job } from '../../src/protocol/job.js';
import type { JobOptions, Outcome, Scheduler } from '../../src/scheduling/scheduler.js';
import { AddedSeeds } from '../../src/sweep/added-seeds.js';
import { EarlierRuns } from '../../src/sweep/earlier-runs.js';
import { runSweep, type SweepEnd } from '../../src/sweep/run-sweep.js';
import { readSweepRecord, SweepJournal } from '../../src/sweep/sweep-journal.js';
import { createSweep } from '../../src/sweep/sweep-store.js';
import { type Trial, trialConfig } from '../../src/sweep/trial.js';
import { TrialChoices } from '../../src/sweep/trial-choice.js';
import { ListedTrials, type TrialSource } from '../../src/sweep/trial-source.js';
import { createRun, listRuns, type Summary, writeSummary } from '../../src/tracking/run-store.js';
import { claimTrial } from '../../src/tracking/trial-lock.js';
import { finishedSummary, identity, temporaryFolder } from '../support/runs.js';
import { sweepEvent } from '../support/sweeps.js';

const METRIC = { name: 'val_accuracy', goal: 'maximize' } as const;

/** Leaves a run on disk for each job, which ends when the test says so. */
class DiskScheduler implements Scheduler {
  readonly trained: number[] = [];
  running = 0;
  mostRunning = 0;

  /** @param status how the job with this learning rate ends */
  constructor(readonly status: (rate: number) => Promise<Summary['status']> | Summary['status'] = () => 'FINISHED') {}

  async run(job: Job, { onProgress, signal }: JobOptions): Promise<Outcome> {
    const { config, configHash: hash, runsDirectory, sweep } = job;
    const { seed, optimizer } = config.training;
    this.trained.push(optimizer.learning_rate);
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    const run = createRun(runsDirectory, identity({ config_hash: hash, seed, parent: sweep?.id }), 'name: study\n');
    onProgress({ type: 'created', id: run.id, path: run.path });
    const status = signal?.aborted ? 'KILLED' : await this.status(optimizer.learning_rate);
    this.running--;
    const summary = summaryOf(run.id, job, status);
    writeSummary(run, summary);
    return { type: 'done', answer: summary };
  }

  close(): void {
    this.running = 0;
  }
}

function summaryOf(id: string, { config, configHash: hash }: Job, status: Summary['status']): Summary {
  const { seed, optimizer } = config.training;
  return finishedSummary({
    id,
    name: config.name,
    status,
    seed,
    config_hash: hash,
    dataset_digest: 'digest',
    metrics: { val_accuracy: optimizer.learning_rate + seed / 1e6 },
    error: status === 'FAILED' ? 'the disk is full' : null,
  });
}

function variantsOf(runsDirectory: string, rates: readonly number[]): readonly SweepVariant[] {
  const file = join(runsDirectory, 'study.yaml');
  mkdirSync(runsDirectory, { recursive: true });
  const model = 'model: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }';
  const sweep = `sweep: { parameters: { training.optimizer.learning_rate: ${JSON.stringify(rates)} } }`;
  writeFileSync(file, `dataset: { name: mnist }\n${model}\n${sweep}\n`);
  return expandSweep(loadExperiment(file));
}

interface Options {
  jobs?: number;
  force?: boolean;
  signal?: AbortSignal;
  /** Lines that the user is shown. */
  shown?: string[];
  source?: (variants: readonly SweepVariant[], journal: SweepJournal) => TrialSource;
}

/** Begins a sweep of learning rates. */
async function sweepOf(
  runsDirectory: string,
  rates: readonly number[],
  scheduler: Scheduler,
  { jobs = 1, force = false, signal = new AbortController().signal, shown = [], source }: Options = {},
): Promise<SweepEnd> {
  const variants = variantsOf(runsDirectory, rates);
  const sweep = createSweep(runsDirectory, `study${rates.length}`, 'name: study\n');
  const journal = new SweepJournal(sweep);
  journal.append(sweepEvent({ id: sweep.id, metric: METRIC, trials: variants.length, force }));
  const record = readSweepRecord(sweep);
  const view = new SweepView({ metric: METRIC, total: variants.length, jobs }, () => 0);
  return runSweep({
    sweep,
    metric: METRIC,
    source: source?.(variants, journal) ?? new ListedTrials(variants, [1], labelOf, record.ends),
    choices: new TrialChoices({
      earlier: new EarlierRuns(runsDirectory),
      record,
      digestOf: () => Promise.resolve('digest'),
      rerunFailed: false,
    }),
    stopper: undefined,
    scheduler,
    jobs,
    retries: 0,
    journal,
    record,
    failFast: false,
    checkpointSeconds: undefined,
    onProgress: (progress) => shown.push(...view.next(progress), view.status()),
    signal,
  }).finally(() => {
    journal.close();
  });
}

const labelOf = ({ index }: SweepVariant): string => `v${index}`;

/** Something that happens when the test says so. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('sweeps at once that share trials', () => {
  it('train each once, also in opposite order, and both have all of them', async () => {
    const runs = temporaryFolder();
    const turn = (): Promise<'FINISHED'> => new Promise((resolve) => setTimeout(resolve, 30, 'FINISHED'));
    const schedulers = [new DiskScheduler(turn), new DiskScheduler(turn), new DiskScheduler(turn)];
    const orders = [
      [0.1, 0.2, 0.3, 0.4],
      [0.4, 0.3, 0.2, 0.1],
      [0.3, 0.1, 0.5],
    ];
    const ends = await Promise.all(orders.map((rates, i) => sweepOf(runs, rates, schedulers[i], { jobs: 1 + i })));
    expect(ends.map(({ results }) => results.counts.finished)).toEqual([4, 4, 3]);
    expect(schedulers.flatMap(({ trained }) => trained).sort()).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ends.reduce((sum, { results }) => sum + results.counts.reused, 0)).toBe(6);
    expect(readdirSync(join(runs, '.training'))).toEqual([]);
  });

  it('wait for a trial while they train others, say so, and take it over', async () => {
    const runs = temporaryFolder();
    const finish = gate();
    const slow = new DiskScheduler(() => finish.opened.then(() => 'FINISHED'));
    const first = sweepOf(runs, [0.1], slow);
    while (slow.running === 0) await new Promise(setImmediate);
    const rest = new DiskScheduler((rate) => {
      if (rate === 0.3) finish.open();
      return 'FINISHED';
    });
    const shown: string[] = [];
    const { results } = await sweepOf(runs, [0.1, 0.2, 0.3], rest, { shown });
    await first;
    expect(rest.trained).toEqual([0.2, 0.3]);
    expect(results.counts).toMatchObject({ total: 3, finished: 3, reused: 1 });
    const text = shown.join('\n');
    expect(text).toMatch(/^v0 seed 1 waits for its run: study1-sweep-\S+ trains it now$/m);
    expect(text).toMatch(/0 of 3 trials ended · 1 running · 1 in another process/);
    expect(text).toMatch(/\[3\/3\]\S* \S*FINISHED\S* v0 seed 1 {2}val_accuracy/);
    expect(shown.at(-1)).not.toContain('another process');
  });

  it.each(['FAILED', 'PRUNED', 'KILLED'] as const)('train what another has left %s', async (status) => {
    const runs = temporaryFolder();
    const finish = gate();
    const other = new DiskScheduler(() => finish.opened.then(() => status));
    const first = sweepOf(runs, [0.1], other);
    while (other.running === 0) await new Promise(setImmediate);
    const own = new DiskScheduler();
    const second = sweepOf(runs, [0.1, 0.2], own, { jobs: 2 });
    while (own.trained.length === 0) await new Promise(setImmediate);
    finish.open();
    await first;
    expect((await second).results.counts).toMatchObject({ finished: 2, reused: 0 });
    expect(own.trained).toEqual([0.2, 0.1]);
  });

  it('never train more side by side than there are jobs, those included that they waited for', async () => {
    const runs = temporaryFolder();
    const waited = variantsOf(runs, [0.1, 0.2, 0.3]).map((variant) => claimTrial(trialOf(runs, variant), 'x'));
    const claims = await Promise.all(waited);
    const scheduler = new DiskScheduler(async (rate): Promise<'FINISHED'> => {
      // Longer than a sweep lets pass between two looks at what it waits for.
      if (rate === 0.4) for (const claim of claims) await claim?.release();
      await new Promise((resolve) => setTimeout(resolve, 700));
      return 'FINISHED';
    });
    const { results } = await sweepOf(runs, [0.1, 0.2, 0.3, 0.4], scheduler, { jobs: 2 });
    expect(results.counts).toMatchObject({ finished: 4, reused: 0 });
    expect(scheduler.mostRunning).toBe(2);
  });

  it('come to an end with seeds that are added, where a lane waits for the trials of a round', async () => {
    const runs = temporaryFolder();
    const added = (variants: readonly SweepVariant[], journal: SweepJournal): TrialSource =>
      new AddedSeeds(
        {
          variants,
          seeds: [1, 2, 3, 4],
          range: { min: 2, max: 4 },
          metric: METRIC,
          margin: null,
          label: labelOf,
          journal,
          say: () => undefined,
        },
        { ...readSweepRecord(createdIn(runs)), trials: 4 },
      );
    const schedulers = [new DiskScheduler(), new DiskScheduler()];
    const ends = await Promise.all([
      sweepOf(runs, [0.1, 0.2], schedulers[0], { source: added, jobs: 2 }),
      sweepOf(runs, [0.2, 0.1], schedulers[1], { source: added }),
    ]);
    const [one, two] = ends.map(({ results }) => results.counts.finished);
    expect([one, two]).toEqual([one, one]);
    expect(schedulers[0].trained.length + schedulers[1].trained.length).toBe(one);
    expect(listRuns(runs)).toHaveLength(one);
  });

  it('train everything with --force, without waiting', async () => {
    const runs = temporaryFolder();
    const claims = await Promise.all(
      variantsOf(runs, [0.1, 0.2]).map((variant) => claimTrial(trialOf(runs, variant), 'x')),
    );
    const scheduler = new DiskScheduler();
    const { results } = await sweepOf(runs, [0.1, 0.2], scheduler, { force: true });
    for (const claim of claims) await claim?.release();
    expect(results.counts).toMatchObject({ finished: 2, reused: 0 });
  });

  it('end at an interrupt while they wait', async () => {
    const runs = temporaryFolder();
    const [variant] = variantsOf(runs, [0.1, 0.2]);
    const claim = await claimTrial(trialOf(runs, variant), 'x');
    const controller = new AbortController();
    const scheduler = new DiskScheduler(() => {
      setTimeout(() => {
        controller.abort();
      }, 10);
      return 'FINISHED';
    });
    const { status, results } = await sweepOf(runs, [0.1, 0.2], scheduler, { signal: controller.signal });
    await claim?.release();
    expect({ status, ended: results.counts.finished }).toEqual({ status: 'KILLED', ended: 1 });
  });
});

function trialOf(
  runsDirectory: string,
  variant: SweepVariant,
  seed = 1,
): { runsDirectory: string; configHash: string; seed: number } {
  const trial: Trial = { variant, seed, label: '' };
  return { runsDirectory, configHash: configHash(trialConfig(trial)), seed };
}

function createdIn(runsDirectory: string): ReturnType<typeof createSweep> {
  const sweep = createSweep(runsDirectory, 'record', 'name: study\n');
  const journal = new SweepJournal(sweep);
  journal.append(sweepEvent({ id: sweep.id }));
  journal.close();
  return sweep;
}
