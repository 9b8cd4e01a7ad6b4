import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import { configHash } from '../../src/config/hash.js';
import type { Job } from '../../src/protocol/job.js';
import type { RunProgress } from '../../src/protocol/events.js';
import type { JobOptions, RunOutcome, Scheduler } from '../../src/scheduling/scheduler.js';
import { runTrial, type TrialOutcome } from '../../src/sweep/run-trial.js';
import { holderOf } from '../../src/tracking/run-lock.js';
import { runDirectories, runDirectory, type Summary } from '../../src/tracking/run-store.js';
import { tinyExperiment } from '../support/experiments.js';
import { temporaryFolder, writeExperiment } from '../support/runs.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

/** A place where trials run, as the suite needs it. */
export interface Site {
  /** A coordinator's scheduler; several at once stand for several processes, one after another for one that came back. */
  scheduler: () => Promise<Scheduler>;
  /** Ends, without a word, what trains a run: its worker. */
  crashWorker: (run: string) => Promise<void>;
  /** Ends what else the place has; its schedulers are closed by then. */
  close?: () => Promise<void>;
}

export interface SiteOptions {
  runsDirectory: string;
  /** Trials side by side. */
  concurrency: number;
  /** Milliseconds by which the worker's clock is ahead. */
  skew?: number;
}

/** One thread each: the same bits wherever they are trained. */
export const THREADS = 1;

const EXPERIMENT = `${tinyExperiment(SMALL_MNIST)}training: { epochs: 3, seed: 7, batch_size: 16, optimizer: { name: adam, learning_rate: 0.01 } }
`;

type Change = (job: Job) => Job;
const withSeed =
  (seed: number): Change =>
  (job) => ({ ...job, config: { ...job.config, training: { ...job.config.training, seed } } });
export const withEpochs =
  (epochs: number): Change =>
  (job) => {
    const config = { ...job.config, training: { ...job.config.training, epochs } };
    return { ...job, config, configHash: configHash(config) };
  };
/** So long that it never ends by itself. */
const endless = withEpochs(100_000);

/** A trial to submit. */
export function trial(runsDirectory: string, ...changes: Change[]): Job {
  const source = writeExperiment(temporaryFolder(), EXPERIMENT);
  const { config } = loadExperiment(source);
  const sweep = { id: 'tiny-sweep', values: {}, label: 'tiny' };
  const job: Job = { config, configHash: configHash(config), source, runsDirectory, sweep, checkpointSeconds: 0.05 };
  return changes.reduce<Job>((changed, change) => change(changed), job);
}

/** Resolves when a run has come so far. */
function whenReached(wanted: RunProgress['type']): {
  reached: Promise<RunProgress>;
  onProgress: JobOptions['onProgress'];
} {
  let tell: (progress: RunProgress) => void;
  const reached = new Promise<RunProgress>((resolve) => {
    tell = resolve;
  });
  return {
    reached,
    onProgress: (progress) => {
      if (progress.type === wanted) tell(progress);
    },
  };
}

async function createdId(reached: Promise<RunProgress>): Promise<string> {
  const progress = await reached;
  return progress.type === 'created' ? progress.id : '';
}

export function doneBy(outcome: RunOutcome): Summary {
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.answer;
}

function weightsOf(runsDirectory: string, run: string): string {
  const weights = readFileSync(join(runDirectory(runsDirectory, run).model, 'weights.bin'));
  return createHash('sha256').update(weights).digest('hex');
}

const quiet = { onProgress: () => undefined };

/** What every scheduler must do, wherever its workers are. @param open makes a place for trials */
export function describeScheduler(name: string, open: (options: SiteOptions) => Promise<Site>): void {
  describe(`scheduling: ${name}`, () => {
    let runs: string;
    let site: Site;
    const opened: Site[] = [];
    const schedulers: Scheduler[] = [];
    const openSite = async (options: Partial<SiteOptions> = {}): Promise<void> => {
      site = await open({ runsDirectory: runs, concurrency: 2, ...options });
      opened.push(site);
    };
    const connect = async (): Promise<Scheduler> => {
      const scheduler = await site.scheduler();
      schedulers.push(scheduler);
      return scheduler;
    };
    const train = (scheduler: Scheduler, job: Job, options: Partial<Parameters<typeof runTrial>[1]> = {}) =>
      runTrial(job, {
        scheduler,
        retries: 2,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        onRetry: () => undefined,
        ...options,
      });
    const expectFinished = (outcome: TrialOutcome): Summary => {
      expect(outcome).toMatchObject({ summary: { status: 'FINISHED' } });
      return (outcome as { summary: Summary }).summary;
    };

    beforeEach(() => {
      runs = temporaryFolder();
    });
    afterEach(async () => {
      for (const each of schedulers.splice(0)) each.close();
      for (const each of opened.splice(0)) await each.close?.();
    });

    it('runs every trial once, and tells each epoch in order', async () => {
      await openSite();
      const scheduler = await connect();
      const epochs = new Map<number, number[]>();
      const seeds = [1, 2, 3, 4, 5];
      const outcomes = await Promise.all(
        seeds.map((seed) =>
          scheduler.run(trial(runs, withSeed(seed)), {
            onProgress: (progress) => {
              if (progress.type === 'epoch') epochs.set(seed, [...(epochs.get(seed) ?? []), progress.epoch]);
            },
          }),
        ),
      );
      expect(outcomes.map((outcome) => doneBy(outcome).seed)).toEqual(seeds);
      expect(outcomes.map((outcome) => doneBy(outcome).status)).toEqual(seeds.map(() => 'FINISHED'));
      expect([...epochs.values()]).toEqual(seeds.map(() => [1, 2, 3]));
      expect(runDirectories(runs).map(({ id }) => id)).toEqual(outcomes.map((each) => doneBy(each).id).sort());
    });

    it('begins what waits by priority, then in the order of submission', async () => {
      await openSite({ concurrency: 1 });
      const scheduler = await connect();
      const first = whenReached('ready');
      const blocker = new AbortController();
      const blocking = scheduler.run(trial(runs, endless), { ...first, signal: blocker.signal });
      await first.reached;
      const order: number[] = [];
      const submit = (seed: number, priority?: number): Promise<unknown> =>
        scheduler.run(trial(runs, withSeed(seed)), {
          priority,
          onProgress: ({ type }) => {
            if (type === 'created') order.push(seed);
          },
        });
      const waiting: Promise<unknown>[] = [];
      for (const [seed, priority] of [[1], [2, -1], [3, 5], [4], [5, 5]]) {
        waiting.push(submit(seed, priority));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      blocker.abort();
      await Promise.all([blocking, ...waiting]);
      expect(order).toEqual([3, 5, 1, 4, 2]);
    });

    it('continues, to the same bits, when a worker dies in mid-trial', async () => {
      await openSite();
      const scheduler = await connect();
      const job = trial(runs, withEpochs(30));
      let run = '';
      let crashed: Promise<void> | undefined;
      const outcome = await train(scheduler, job, {
        onProgress: (progress) => {
          if (progress.type === 'created') run = progress.id;
          if (progress.type === 'epoch' && progress.epoch === 5) crashed ??= site.crashWorker(run);
        },
      });
      expect(crashed).toBeDefined();
      const { id } = expectFinished(outcome);
      expect(runDirectories(runs).map((each) => each.id)).toEqual([id]);
      const undisturbed = doneBy(await scheduler.run({ ...job, sweep: undefined }, quiet));
      expect(weightsOf(runs, id)).toBe(weightsOf(runs, undisturbed.id));
    });

    it('resumes a trial whose coordinator died, when one comes back', async () => {
      await openSite();
      const first = await connect();
      const job = trial(runs, withEpochs(30));
      const { reached, onProgress } = whenReached('epoch');
      void first.run(job, { onProgress });
      await reached;
      first.close();
      const second = await connect();
      const begun = runDirectories(runs);
      expect(begun).toHaveLength(1);
      const { id } = expectFinished(await train(second, { ...job, resume: begun[0].id }));
      expect(id).toBe(begun[0].id);
      expect(runDirectories(runs)).toHaveLength(1);
    });

    it.each(['PRUNED', 'KILLED'] as const)('ends a trial early as %s, and leaves it so', async (status) => {
      await openSite();
      const scheduler = await connect();
      const controller = new AbortController();
      const outcome = await scheduler.run(trial(runs, endless), {
        signal: controller.signal,
        onProgress: ({ type }) => {
          if (type === 'epoch') controller.abort({ status, reason: 'by the test' });
        },
      });
      const { id, error } = doneBy(outcome);
      expect(doneBy(outcome)).toMatchObject({ status, error: 'by the test' });
      expect(error).toBe('by the test');
      const left = readdirSync(runDirectory(runs, id).path);
      expect(left.includes('checkpoints')).toBe(status === 'KILLED');
    });

    it('withdraws a trial that is cancelled before it begins', async () => {
      await openSite({ concurrency: 1 });
      const scheduler = await connect();
      const [blocker, waiter] = [new AbortController(), new AbortController()];
      const { reached, onProgress } = whenReached('ready');
      const blocking = scheduler.run(trial(runs, endless), { signal: blocker.signal, onProgress });
      await reached;
      const waiting = scheduler.run(trial(runs, withSeed(1)), { ...quiet, signal: waiter.signal });
      waiter.abort();
      // A scheduler that can take it back says so at once; one that hands jobs out in order says so when it is its turn.
      setTimeout(() => {
        blocker.abort();
      }, 500);
      expect(await waiting).toEqual({ type: 'withdrawn' });
      await blocking;
      expect(runDirectories(runs)).toHaveLength(1);
    });

    it('trains a trial once that is submitted twice', async () => {
      await openSite();
      const scheduler = await connect();
      const job = trial(runs);
      const [one, two] = await Promise.all([scheduler.run(job, quiet), scheduler.run(job, quiet)]);
      expect(doneBy(one).id).toBe(doneBy(two).id);
      expect(runDirectories(runs)).toHaveLength(1);
    });

    it('fails a trial that kills its workers, and no other', async () => {
      await openSite();
      const scheduler = await connect();
      let attempts = 0;
      const poisoned = train(scheduler, trial(runs, endless), {
        retries: 1,
        onProgress: (progress) => {
          if (progress.type === 'created') attempts += 1;
          if (progress.type !== 'ready') return;
          const [run] = runDirectories(runs).filter(({ id }) => !others.has(id));
          void holderOf(run).then((holder) => holder && process.kill(holder.pid, 'SIGKILL'));
        },
      });
      const others = new Set<string>();
      const sound = [1, 2, 3].map((seed) => {
        const { reached, onProgress } = whenReached('created');
        void createdId(reached).then((id) => others.add(id));
        return scheduler.run(trial(runs, withSeed(seed)), { onProgress });
      });
      expect(await poisoned).toMatchObject({ summary: { status: 'FAILED' } });
      expect(attempts).toBe(2);
      const ends = await Promise.all(sound);
      expect(ends.map((end) => doneBy(end).status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    });

    it('trains the same where the worker has another time', async () => {
      await openSite({ skew: 3_600_000 });
      const scheduler = await connect();
      const { onProgress } = whenReached('created');
      const { status } = doneBy(await scheduler.run(trial(runs), { onProgress }));
      expect(status).toBe('FINISHED');
    });
  });
}
