import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LauncherConfig } from '../../config/schema/experiment.generated.js';
import { messageOf } from '../../text/errors.js';
import { type EndRequest, endRequestOf, type Job } from '../../protocol/job.js';
import type { JobOptions, RunOutcome, Scheduler } from '../../scheduling/scheduler.js';
import type { RunProgress } from '../../protocol/events.js';
import { trialId } from '../../scheduling/trial-id.js';
import { UnderWay } from '../../scheduling/under-way.js';
import { runDirectory } from '../../tracking/run-store.js';
import { isFinal, sentErrorOf } from '../outcomes.js';
import { storageId } from '../storage-id.js';
import { identityOf, requireOwnOutcome, requireOwnRun } from '../trial-identity.js';
import { writeMessage } from '../trial-message.js';
import { cancelTask, submitArray, taskName, taskStates } from './commands.js';
import { forgetTrialOfRun, slurmFolder, TrialFolder, trialOfRun } from './trial-folder.js';

export interface SlurmSchedulerOptions {
  runsDirectory: string;
  /** Of each worker's TensorFlow. */
  threads: number;
  priority?: number;
  launcher: LauncherConfig;
  /** The shell's command line that does the task of an array, given the array's list of trials. */
  commandOf: (list: string) => string;
}

interface Trial {
  id: string;
  job: Job;
  folder: TrialFolder;
  priority: number;
  settle: (outcome: RunOutcome) => void;
  onProgress: JobOptions['onProgress'];
  /** How often squeue hasn't named it. */
  missing: number;
}

/** Trials that come within this are one array. */
const GATHER_MILLISECONDS = 300;
/** Slurm's own default bound is 1001. */
const MOST_TASKS = 1000;
const POLL_MILLISECONDS = 500;
/** squeue burdens the controller of a whole cluster. */
const STATES_MILLISECONDS = 5000;
/** A shared file system may show an answer later than squeue forgets its task. */
const MOST_MISSING = 3;
const MOST_WARNINGS = 100;

/**
 * Submits trials to Slurm as tasks of array jobs; coordinator and tasks speak by files of the runs directory, which the
 * cluster's nodes must see. A trial that Slurm has already is followed, not submitted again.
 */
export class SlurmScheduler implements Scheduler {
  readonly #options: SlurmSchedulerOptions;
  readonly #following = new Map<string, Trial>();
  readonly #underWay = new UnderWay();
  #gathered: Trial[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;
  #statesAt = 0;

  constructor(options: SlurmSchedulerOptions) {
    this.#options = options;
    void this.#poll();
  }

  run(job: Job, options: JobOptions): Promise<RunOutcome> {
    const id = earlierTrial(job) ?? trialId(job) ?? randomUUID();
    return this.#underWay.once(id, () => this.#follow(id, job, options));
  }

  /** Trials that are submitted stay so, and Slurm keeps running them. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#gathering);
  }

  async #follow(id: string, job: Job, options: JobOptions): Promise<RunOutcome> {
    const { priority = this.#options.priority ?? 0, onProgress, signal } = options;
    const warned = new Set<string>();
    const folder = new TrialFolder(job.runsDirectory, id, (message) => {
      if (warned.size >= MOST_WARNINGS || warned.has(message)) return;
      warned.add(message);
      onProgress({ type: 'warning', message });
    });
    let end: () => void = () => undefined;
    try {
      const outcome = await new Promise<RunOutcome>((settle, reject) => {
        const trial = { id, job, folder, priority, settle, onProgress, missing: 0 };
        end = () => void this.#requestEnd(trial, endRequestOf(signal ?? AbortSignal.abort())).catch(reject);
        signal?.addEventListener('abort', end, { once: true });
        this.#begin(trial, job).catch(reject);
        if (signal?.aborted) end();
      });
      folder.remove();
      if (outcome.type === 'done') forgetTrialOfRun(job.runsDirectory, outcome.answer.id);
      return outcome;
    } catch (error) {
      return { type: 'failed', error: sentErrorOf(error) };
    } finally {
      signal?.removeEventListener('abort', end);
      this.#following.delete(id);
    }
  }

  async #begin(trial: Trial, job: Job): Promise<void> {
    const { folder, id } = trial;
    const { task, answer } = folder;
    const isThere = task !== undefined && (await taskStates([task.array])).has(taskName(task));
    if (isFinal(answer) || (isThere && !answer && !folder.end)) {
      this.#following.set(id, trial);
      return;
    }
    const { threads } = this.#options;
    folder.reset(writeMessage(job, { threads, storage: storageId(job.runsDirectory) }));
    this.#gathered.push(trial);
    this.#gathering ??= setTimeout(() => void this.#submitAll(), GATHER_MILLISECONDS);
  }

  async #submitAll(): Promise<void> {
    this.#gathering = undefined;
    const gathered = this.#gathered.splice(0);
    for (const priority of new Set(gathered.map((trial) => trial.priority).toSorted((a, b) => b - a))) {
      const equal = gathered.filter((trial) => trial.priority === priority);
      while (equal.length > 0) await this.#submit(equal.splice(0, MOST_TASKS), priority);
    }
  }

  async #submit(trials: readonly Trial[], priority: number): Promise<void> {
    const { runsDirectory, threads, launcher, commandOf } = this.#options;
    const arrays = join(slurmFolder(runsDirectory), 'arrays');
    mkdirSync(arrays, { recursive: true });
    const list = join(arrays, `${randomUUID()}.txt`);
    writeFileSync(list, trials.map(({ id }) => `${id}\n`).join(''));
    const log = list.replace(/txt$/, '%a.log');
    try {
      const job = { command: commandOf(list), tasks: trials.length, threads, priority, log, launcher };
      const array = await submitArray(job);
      for (const [index, trial] of trials.entries()) {
        trial.folder.task = { array, index };
        this.#following.set(trial.id, trial);
      }
    } catch (error) {
      for (const { settle } of trials) settle({ type: 'failed', error: sentErrorOf(error) });
    }
  }

  async #requestEnd(trial: Trial, request: EndRequest): Promise<void> {
    trial.folder.end = request;
    const { task } = trial.folder;
    const waiting = this.#gathered.indexOf(trial);
    if (request.status === 'KILLED' && waiting >= 0) {
      this.#gathered.splice(waiting, 1);
      trial.settle({ type: 'withdrawn' });
    }
    if (request.status !== 'KILLED' || trial.folder.wasBegun || !task) return;
    const state = (await taskStates([task.array])).get(taskName(task));
    if (state !== 'PENDING') return;
    await cancelTask(task);
    trial.settle({ type: 'withdrawn' });
  }

  async #poll(): Promise<void> {
    while (!this.#closed) {
      for (const trial of this.#following.values()) {
        try {
          tellNews(trial);
        } catch (error) {
          trial.settle({ type: 'failed', error: sentErrorOf(error) });
        }
      }
      if (performance.now() - this.#statesAt > STATES_MILLISECONDS) await this.#findLost().catch(() => undefined);
      await sleep(POLL_MILLISECONDS);
    }
  }

  /** Settles trials whose tasks are gone without an answer: cancelled, out of memory, their node dead. */
  async #findLost(): Promise<void> {
    this.#statesAt = performance.now();
    const trials = [...this.#following.values()];
    const arrays = new Set(trials.map(({ folder }) => folder.task?.array ?? ''));
    const states = await taskStates([...arrays]);
    for (const trial of trials) {
      const { task } = trial.folder;
      trial.missing = task && states.has(taskName(task)) ? 0 : trial.missing + 1;
      if (trial.missing < MOST_MISSING) continue;
      const reason = 'Slurm has ended its task, which left no answer: it was cancelled, or failed (`sacct` says how)';
      trial.settle({ type: 'crashed', reason, log: '' });
    }
  }
}

/** The trial that a run of its own is, which an earlier coordinator has submitted. */
function earlierTrial({ sweep, resume, runsDirectory }: Job): string | undefined {
  return sweep || resume === undefined ? undefined : trialOfRun(runsDirectory, resume);
}

/** The outcome of another trial is dropped with a warning: this one may still get its own. */
function tellNews({ job, folder, onProgress, settle }: Trial): void {
  const own = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      onProgress({ type: 'warning', message: `${messageOf(error)}; it is dropped` });
      return undefined;
    }
  };
  const { answer } = folder;
  for (const progress of folder.newEvents()) {
    const ours = own(() => atHome(progress, job));
    if (ours) onProgress(ours);
  }
  if (!answer) return;
  const isOurs = own(() => {
    requireOwnOutcome(answer, identityOf(job));
    return true;
  });
  if (isOurs) settle(answer);
  else folder.dropAnswer();
}

/** @throws UserError `foreign-run` */
function atHome(progress: RunProgress, job: Job): RunProgress {
  if (progress.type !== 'created') return progress;
  const run = runDirectory(job.runsDirectory, progress.id);
  requireOwnRun(run, identityOf(job));
  return { ...progress, path: run.path };
}
