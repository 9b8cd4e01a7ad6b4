import type { Experiment, SweepMetric } from '../config/experiment.js';
import { configHash } from '../config/hash.js';
import { messageOf } from '../errors.js';
import { endRequestOf, type Job } from '../job.js';
import { SweepResults } from './results.js';
import type { SweepDirectory, SweepStatus } from './sweep-store.js';
import type { TrialChoices } from './trial-choice.js';
import { TrialRunner, type TrialRunnerOptions } from './trial-runner.js';
import type { TrialSource } from './trial-source.js';
import { isOver, type Trial, type TrialEnd, trialConfig, trialKey } from './trial.js';

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
  /** Aborted, it ends all trials in order; the sweep can be gone on with. */
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
 * already are taken as they are, those cut short are gone on with. What happens to one trial is that trial's, never the
 * sweep's. Neither memory nor the work for each trial grows with their number.
 * @throws UserError when no trial can be begun
 */
export async function runSweep(run: SweepRun): Promise<SweepEnd> {
  const session = new Session(run);
  await Promise.all(Array.from({ length: run.jobs }, () => session.runLane()));
  return session.end();
}

class Session {
  readonly #run: SweepRun;
  readonly #runner: TrialRunner;
  readonly #results: SweepResults;
  /** Of the trials that train now. */
  readonly #running = new Set<AbortController>();
  #stop: { status: SweepStatus; reason: string } | undefined;
  #thrown: { error: unknown } | undefined;

  constructor(run: SweepRun) {
    this.#run = run;
    this.#runner = new TrialRunner({ ...run, metric: run.metric.name, runsDirectory: run.sweep.runsDirectory });
    this.#results = new SweepResults(run.metric, run.record.trials);
    const interrupt = (): void => {
      this.#stopAll('KILLED', endRequestOf(run.signal).reason);
    };
    if (run.signal.aborted) interrupt();
    else run.signal.addEventListener('abort', interrupt, { once: true });
  }

  /** Runs one trial after another. Never rejects. */
  async runLane(): Promise<void> {
    try {
      while (!this.#stop) {
        const trial = await this.#run.source.next();
        this.#results.expect(this.#run.source.total());
        if (!trial) return;
        await this.#settle(trial);
      }
    } catch (error) {
      this.#thrown ??= { error };
      this.#stopAll('FAILED', messageOf(error));
    }
  }

  /** @throws what kept a lane from going on */
  end(): SweepEnd {
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
    const job = this.#job(trial, config, hash, choice.type === 'resume' ? choice.run : undefined);
    const controller = new AbortController();
    // The sweep may have been stopped meanwhile: then there is nothing to begin.
    if (this.#stop) return;
    this.#running.add(controller);
    const end = await this.#runner.train(trial, job, controller).finally(() => this.#running.delete(controller));
    if (end) await this.#ended(trial, end);
  }

  #job({ cell, label }: Trial, config: Experiment, hash: string, resume: string | undefined): Job {
    const { sweep, record, checkpointSeconds } = this.#run;
    return {
      config,
      configHash: hash,
      source: record.begun.source,
      runsDirectory: sweep.runsDirectory,
      sweep: { id: sweep.id, values: { ...cell.values }, label },
      resume,
      checkpointSeconds,
    };
  }

  async #ended(trial: Trial, end: TrialEnd): Promise<void> {
    const { journal, record, source, onProgress, failFast } = this.#run;
    const { cell, seed, label } = trial;
    const before = record.ends.get(trialKey(cell.index, seed));
    const isNews = before?.run !== end.run || before.status !== end.status;
    if (isNews) journal.append({ type: 'end', cell: cell.index, seed, label, values: cell.values, ...end });
    this.#results.add(trial, end);
    onProgress({ type: 'trial-ended', trial, end, results: this.#results });
    if (isOver(end.status)) await source.ended(trial, end);
    if (failFast && end.status === 'FAILED')
      this.#stopAll('FAILED', `${label} failed (--fail-fast): ${end.error ?? ''}`);
  }

  #stopAll(status: SweepStatus, reason: string): void {
    this.#stop ??= { status, reason };
    this.#run.source.stop?.();
    for (const controller of this.#running) controller.abort({ status: 'KILLED', reason });
  }
}
