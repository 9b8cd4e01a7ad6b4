import { messageOf } from '../text/errors.js';
import type { Job } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { readHistory } from '../tracking/run-history.js';
import { readSummary, runDirectory } from '../tracking/run-store.js';
import type { TrialStopper } from './early-stopping/trial-stopper.js';
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
  stopper: TrialStopper | undefined;
  journal: SweepJournal;
  /** What the journal said when the sweep began, or was resumed. */
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
  /** What kept an event of the run from being written down. */
  failure?: { error: unknown };
}

/** Trains the trials of a sweep, and stops those early that aren't worth continuing. */
export class TrialRunner {
  readonly #options: TrialRunnerOptions;

  constructor(options: TrialRunnerOptions) {
    this.#options = options;
    for (const [trial, run] of options.record.runs) this.#recall(trial, run);
  }

  /**
   * Trains a trial, or resumes its run.
   * @param controller ends the run, with an `EndRequest` as the reason
   * @returns undefined when it was to end before it had begun
   * @throws UserError when no run can be begun, or the sweep's journal can't be written
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
      onProgress: (progress, attempt) => {
        this.#followSafely(course, progress, attempt);
      },
      onRetry: (reason, attempt) => {
        onProgress({ type: 'trial-retried', trial, reason, attempt });
      },
    });
    if (course.failure) throw course.failure.error;
    return outcome === 'withdrawn' ? undefined : this.#endOf(outcome, (performance.now() - started) / 1000);
  }

  /** What an earlier run has made of a trial. */
  reuse(run: string): TrialEnd {
    const summary = readSummary(runDirectory(this.#options.runsDirectory, run));
    if (!summary) throw new Error(`internal: run ${run} has lost its summary`);
    return { ...this.#endOf({ summary }, summary.duration_seconds), reused: true };
  }

  /** Called when a worker's message comes, where an error would end the process: the trial is ended instead. */
  #followSafely(course: Course, progress: RunProgress, attempt: number): void {
    try {
      this.#follow(course, progress, attempt);
    } catch (error) {
      course.failure ??= { error };
      course.controller.abort({ status: 'KILLED', reason: messageOf(error) });
    }
  }

  #follow(course: Course, progress: RunProgress, attempt: number): void {
    const { journal, onProgress } = this.#options;
    const { trial, job } = course;
    if (progress.type === 'created') {
      const run = progress.id;
      course.run = run;
      const { variant, seed, label } = trial;
      journal.append({ type: 'trial', cell: variant.index, seed, label, run, attempt });
      onProgress({ type: 'trial-begun', trial, run, attempt, resumed: job.resume !== undefined || attempt > 1 });
    }
    onProgress({ type: 'trial-progress', trial, progress });
    if (progress.type === 'epoch') this.#judge(course, progress);
  }

  /** Stops a trial that isn't worth continuing. After the last epoch there is nothing to be saved any more. */
  #judge({ trial, job, run, controller }: Course, { epoch, metrics }: { epoch: number; metrics: Metrics }): void {
    const { stopper, journal, onProgress } = this.#options;
    const reason = stopper?.report(keyOf(trial), epoch, metrics);
    const isLast = epoch >= job.config.training.epochs;
    if (reason === undefined || isLast || run === undefined || controller.signal.aborted) return;
    journal.append({ type: 'prune', run, reason });
    onProgress({ type: 'trial-stopped-early', trial, reason });
    controller.abort({ status: 'PRUNED', reason });
  }

  /** What was decided of a run before it was interrupted still holds. */
  #prepareResumption({ trial, run, controller }: Course): void {
    if (run === undefined) return;
    this.#recall(keyOf(trial), run);
    const reason = this.#options.record.stoppedEarly.get(run);
    if (reason !== undefined) controller.abort({ status: 'PRUNED', reason });
  }

  /** Reports again what a run had reported before it was resumed. */
  #recall(trial: string, run: string): void {
    const { stopper, runsDirectory } = this.#options;
    if (!stopper) return;
    for (const { epoch, value } of pointsOf(runsDirectory, run, stopper.metric)) {
      stopper.report(trial, epoch, { [stopper.metric]: value });
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

function keyOf({ variant, seed }: Trial): string {
  return trialKey(variant.index, seed);
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
