import type { Job } from '../job.js';
import type { RunProgress } from '../run-events.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { readHistory } from '../tracking/run-history.js';
import { readSummary, runDirectory } from '../tracking/run-store.js';
import { findUnannounced } from './earlier-runs.js';
import type { Pruner } from './pruning/pruner.js';
import { runTrial, type TrialOutcome } from './run-trial.js';
import type { SweepJournal, SweepRecord } from './sweep-journal.js';
import type { SweepProgress } from './sweep-progress.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';

/** What training the trials of a sweep needs. */
export interface TrialRunnerOptions {
  runsDirectory: string;
  /** Name of the sweep's metric in a run's summary. */
  metric: string;
  /** How often a run that failed is tried again. */
  retries: number;
  scheduler: Scheduler;
  pruner: Pruner | undefined;
  journal: SweepJournal;
  /** What the journal said when the sweep began, or was gone on with. */
  record: SweepRecord;
  onProgress: (progress: SweepProgress) => void;
}

/** A trial that is being trained. */
interface Course {
  trial: Trial;
  job: Job;
  /** The run's id, once it has begun. */
  run: string | undefined;
  /** Ends the run, with an `EndRequest` as the reason. */
  controller: AbortController;
}

/** Trains the trials of a sweep, and stops those early that aren't worth going on with. */
export class TrialRunner {
  readonly #options: TrialRunnerOptions;

  constructor(options: TrialRunnerOptions) {
    this.#options = options;
    for (const [trial, run] of options.record.runs) this.#recall(trial, run);
  }

  /**
   * Trains a trial, or goes on with its run.
   * @param controller ends the run, with an `EndRequest` as the reason
   * @returns undefined when it was to end before it had begun
   * @throws UserError when no run can be begun
   */
  async train(trial: Trial, job: Job, controller: AbortController): Promise<TrialEnd | undefined> {
    const { scheduler, retries, onProgress } = this.#options;
    const started = performance.now();
    const course: Course = { trial, job, run: job.resume, controller };
    this.#prepareResumption(course);
    const outcome = await runTrial(job, {
      scheduler,
      retries,
      signal: controller.signal,
      findUnannounced,
      onProgress: (progress, attempt) => {
        this.#follow(course, progress, attempt);
      },
      onRetry: (reason, attempt) => {
        onProgress({ type: 'trial-retried', trial, reason, attempt });
      },
    });
    return outcome === 'withdrawn' ? undefined : this.#endOf(outcome, (performance.now() - started) / 1000);
  }

  /** What an earlier run has made of a trial. */
  reuse(run: string): TrialEnd {
    const summary = readSummary(runDirectory(this.#options.runsDirectory, run));
    if (!summary) throw new Error(`internal: run ${run} has lost its summary`);
    return { ...this.#endOf({ summary }, summary.duration_seconds), reused: true };
  }

  #follow(course: Course, progress: RunProgress, attempt: number): void {
    const { journal, onProgress } = this.#options;
    const { trial, job } = course;
    if (progress.type === 'created') {
      const run = progress.id;
      course.run = run;
      const { cell, seed, label } = trial;
      journal.append({ type: 'trial', cell: cell.index, seed, label, run, attempt });
      onProgress({ type: 'trial-begun', trial, run, attempt, resumed: job.resume !== undefined || attempt > 1 });
    }
    onProgress({ type: 'trial-progress', trial, progress });
    if (progress.type === 'epoch') this.#judge(course, progress);
  }

  /** Stops a trial that isn't worth going on with. After the last epoch there is nothing to be saved any more. */
  #judge({ trial, job, run, controller }: Course, { epoch, metrics }: { epoch: number; metrics: Metrics }): void {
    const { pruner, journal, onProgress } = this.#options;
    const reason = pruner?.report(keyOf(trial), epoch, metrics);
    const isLast = epoch >= job.config.training.epochs;
    if (reason === undefined || isLast || run === undefined || controller.signal.aborted) return;
    journal.append({ type: 'prune', run, reason });
    onProgress({ type: 'trial-pruned', trial, reason });
    controller.abort({ status: 'PRUNED', reason });
  }

  /** What was decided of a run before it was cut short still holds. */
  #prepareResumption({ trial, run, controller }: Course): void {
    if (run === undefined) return;
    this.#recall(keyOf(trial), run);
    const reason = this.#options.record.pruned.get(run);
    if (reason !== undefined) controller.abort({ status: 'PRUNED', reason });
  }

  /** Reports to the pruning rule what a run had reported before. */
  #recall(trial: string, run: string): void {
    const { pruner, runsDirectory } = this.#options;
    if (!pruner) return;
    for (const { epoch, value } of pointsOf(runsDirectory, run, pruner.metric)) {
      pruner.report(trial, epoch, { [pruner.metric]: value });
    }
  }

  #endOf(outcome: Exclude<TrialOutcome, 'withdrawn'>, seconds: number): TrialEnd {
    const rest = { seconds, reused: false };
    if ('error' in outcome) return { run: outcome.run, status: 'FAILED', value: null, error: outcome.error, ...rest };
    const { id, status, metrics, error } = outcome.summary;
    const value = (metrics as Partial<Metrics>)[this.#options.metric];
    const counts = status === 'FINISHED' && value !== undefined && Number.isFinite(value);
    return { run: id, status, value: counts ? value : null, error, ...rest };
  }
}

type Metrics = Record<string, number>;

function keyOf({ cell, seed }: Trial): string {
  return trialKey(cell.index, seed);
}

/** The points of a metric at the ends of epochs. A run whose folder is gone, or damaged, has none. */
function pointsOf(runsDirectory: string, run: string, metric: string): { epoch: number; value: number }[] {
  try {
    const points = readHistory(runDirectory(runsDirectory, run)).metrics[metric] as
      readonly { epoch?: number; value: number }[] | undefined;
    return (points ?? []).flatMap(({ epoch, value }) => (epoch === undefined ? [] : [{ epoch, value }]));
  } catch {
    return [];
  }
}
