import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { Experiment, SweepMetric } from '../config/schema/experiment.generated.js';
import { configHash } from '../config/hash.js';
import { DATASET } from '../config/sweep/datasets.js';
import type { Json } from '../config/text/tree.js';
import type { SweepVariant } from '../config/variants/sweep.js';
import { messageOf } from '../text/errors.js';
import { endRequestOf, type Job } from '../protocol/job.js';
import { type Claim, claimantOf, claimTrial, type TrialIdentity } from '../tracking/trial-lock.js';
import { SweepResults } from './results.js';
import type { SweepDirectory, SweepStatus } from './sweep-store.js';
import type { TrialChoices } from './trial-choice.js';
import { TrialRunner, type TrialRunnerOptions } from './trial-runner.js';
import type { TrialSource } from './trial-source.js';
import { type Trial, type TrialEnd, trialConfig, trialKey } from './trial.js';

/** How often a trial that another process trains is looked at. */
const CLAIM_POLL_MILLISECONDS = 500;

/** All that running a sweep needs. */
export interface SweepRun extends Omit<TrialRunnerOptions, 'metric' | 'runsDirectory'> {
  sweep: SweepDirectory;
  metric: SweepMetric;
  source: TrialSource;
  choices: TrialChoices;
  /** Trials side by side. */
  jobs: number;
  /** Whether the first failure ends the sweep. */
  failFast: boolean;
  /** At most this long between two checkpoints of a trial. */
  checkpointSeconds: number | undefined;
  /** Aborted, it ends all trials in order; the sweep can be resumed. */
  signal: AbortSignal;
}

/** How a sweep, or a session of it, ended. */
export interface SweepEnd {
  status: SweepStatus;
  results: SweepResults;
  error: string | null;
}

/**
 * Runs the trials of a sweep, as many side by side as there are jobs, until there are no more: those that are done
 * already are taken as they are, those cut short are resumed. A trial that another process trains at this moment, into the
 * same runs directory, is left for later, and its run is taken over. What happens to one trial is that trial's, never the
 * sweep's. Neither memory nor the work for each trial grows with their number.
 * @throws UserError when no trial can be begun
 */
export async function runSweep(run: SweepRun): Promise<SweepEnd> {
  const session = new Session(run);
  await Promise.all(Array.from({ length: run.jobs }, () => session.runLane()));
  return await session.end();
}

class Session {
  readonly #run: SweepRun;
  readonly #runner: TrialRunner;
  readonly #results: SweepResults;
  /** Of the trials that train now. */
  readonly #running = new Set<AbortController>();
  /** A place for each trial that may train at once: those left for later come beside the lanes. */
  readonly #places: PQueue;
  /** Trials that were left for later. */
  readonly #later: Promise<void>[] = [];
  #stop: { status: SweepStatus; reason: string } | undefined;
  #thrown: { error: unknown } | undefined;

  constructor(run: SweepRun) {
    this.#run = run;
    this.#places = new PQueue({ concurrency: run.jobs });
    this.#runner = new TrialRunner({ ...run, metric: run.metric.name, runsDirectory: run.sweep.runsDirectory });
    this.#results = new SweepResults(run.metric, run.record.trials);
    const interrupt = (): void => {
      this.#stopAll('KILLED', endRequestOf(run.signal).reason);
    };
    if (run.signal.aborted) interrupt();
    else run.signal.addEventListener('abort', interrupt, { once: true });
  }

  /** Runs one trial after another. Never rejects. */
  runLane(): Promise<void> {
    return this.#guard(async () => {
      while (!this.#stop) {
        const trial = await this.#run.source.next();
        this.#results.expect(this.#run.source.total());
        if (!trial) return;
        await this.#settle(trial);
      }
    });
  }

  /** Once the lanes have ended. @throws what ended one */
  async end(): Promise<SweepEnd> {
    await Promise.all(this.#later);
    if (this.#thrown) throw this.#thrown.error;
    return { status: this.#stop?.status ?? 'FINISHED', results: this.#results, error: this.#stop?.reason ?? null };
  }

  async #settle(trial: Trial): Promise<void> {
    const config = trialConfig(trial);
    const hash = configHash(config);
    const choice = await this.#run.choices.choose(trial, config, hash);
    if (choice.type === 'reuse') {
      await this.#ended(trial, this.#runner.reuse(choice.run));
      return;
    }
    const wanted = { trial, job: this.#job(trial, config, hash, choice.type === 'resume' ? choice.run : undefined) };
    const claim = await this.#claim(wanted);
    if (claim || this.#run.record.begun.force) await this.#train(wanted, claim);
    else if (this.#run.source.isSearch) await this.#trainLater(wanted);
    else this.#later.push(this.#guard(() => this.#trainLater(wanted)));
  }

  /** Waits until no other process trains the trial, or the sweep is stopped. */
  async #trainLater(wanted: WantedTrial): Promise<void> {
    this.#run.onProgress({ type: 'trial-waiting', trial: wanted.trial, holder: claimantOf(identityOf(wanted)) });
    while (!this.#stop) {
      await sleep(CLAIM_POLL_MILLISECONDS);
      const claim = await this.#claim(wanted);
      if (claim) return this.#train(wanted, claim);
    }
  }

  #claim(wanted: WantedTrial): Promise<Claim | undefined> {
    return claimTrial(identityOf(wanted), this.#run.sweep.id);
  }

  /** Trains a trial, unless another process has done so before it was claimed. */
  async #train({ trial, job }: WantedTrial, claim: Claim | undefined): Promise<void> {
    try {
      const done = await this.#run.choices.doneMeanwhile(trial, job.config, job.configHash);
      const train = (): Promise<TrialEnd | undefined> => this.#trainNow(trial, job);
      const end = done === undefined ? await this.#places.add(train) : this.#runner.reuse(done);
      if (end) await this.#ended(trial, end);
    } finally {
      await claim?.release();
    }
  }

  async #trainNow(trial: Trial, job: Job): Promise<TrialEnd | undefined> {
    // The sweep may have been stopped meanwhile: then there is nothing to begin.
    if (this.#stop) return undefined;
    const controller = new AbortController();
    this.#running.add(controller);
    return this.#runner.train(trial, job, controller).finally(() => this.#running.delete(controller));
  }

  /** What a task throws ends the sweep. Never rejects. */
  async #guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#thrown ??= { error };
      this.#stopAll('FAILED', messageOf(error));
    }
  }

  #job({ variant, label }: Trial, config: Experiment, hash: string, resume: string | undefined): Job {
    const { sweep, record, checkpointSeconds } = this.#run;
    return {
      config,
      configHash: hash,
      source: record.begun.source,
      runsDirectory: sweep.runsDirectory,
      sweep: { id: sweep.id, values: toldValues(variant), label },
      resume,
      checkpointSeconds,
    };
  }

  async #ended(trial: Trial, end: TrialEnd): Promise<void> {
    const { journal, record, source, onProgress, failFast } = this.#run;
    const { variant, seed, label } = trial;
    const before = record.ends.get(trialKey(variant.index, seed));
    const isNews = before?.run !== end.run || before.status !== end.status;
    const what = { values: variant.values, ...(variant.names && { names: variant.names }) };
    if (isNews) journal.append({ type: 'end', cell: variant.index, seed, label, ...what, ...end });
    this.#results.add(trial, end);
    onProgress({ type: 'trial-ended', trial, end, results: this.#results });
    if (end.status !== 'KILLED') await source.ended(trial, end);
    if (failFast && end.status === 'FAILED')
      this.#stopAll('FAILED', `${label} failed (--fail-fast): ${end.error ?? ''}`);
  }

  #stopAll(status: SweepStatus, reason: string): void {
    this.#stop ??= { status, reason };
    this.#run.source.stop?.();
    for (const controller of this.#running) controller.abort({ status: 'KILLED', reason });
  }
}

/** What a run says of its variant: a dataset of several by what it is called, not by all that it is. */
function toldValues({ values, names }: SweepVariant): Record<string, Json> {
  const title = names?.values?.[DATASET];
  return title === undefined ? { ...values } : { ...values, [DATASET]: title };
}

/** A trial that isn't done. */
interface WantedTrial {
  trial: Trial;
  job: Job;
}

function identityOf({ trial: { seed }, job: { runsDirectory, configHash } }: WantedTrial): TrialIdentity {
  return { runsDirectory, configHash, seed };
}
