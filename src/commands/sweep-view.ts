import pc from 'picocolors';
import type { SweepMetric } from '../config/experiment.js';
import type { RunProgress } from '../run-events.js';
import { epochMetric } from '../sweep/pruning/pruner.js';
import type { SweepResults } from '../sweep/results.js';
import type { SweepProgress } from '../sweep/sweep-progress.js';
import type { CellSummary, TrialCounts } from '../sweep/sweep-store.js';
import { type Trial, type TrialEnd, trialKey } from '../sweep/trial.js';
import { bar, count, duration, metricText } from './format.js';
import { statusText } from './run-status.js';
import { dataStatus } from './run-progress.js';
import { secondsLeft } from './sweep-clock.js';
import { type Column, formatTable } from './table.js';

/** What a view knows of a sweep from its beginning. */
export interface SweepFacts {
  metric: SweepMetric;
  /** Trials in all. */
  total: number;
  /** Trials side by side. */
  jobs: number;
}

/** A trial that is being trained. */
interface Running {
  label: string;
  seed: number;
  /** In the clock's seconds. */
  began: number;
  state: string;
  share: number;
  stepsPerEpoch: number;
  epochs: number;
  /** Of the sweep's metric, after the last epoch. */
  value: number | undefined;
}

/** A trial that another process trains. */
export interface RestoredTrial {
  /** The variant's index. */
  cell: number;
  seed: number;
  label: string;
  /** When it began, in milliseconds since 1970-01-01 UTC. */
  time: number;
  /** Epochs that have ended, of all. */
  epoch: number;
  epochs: number;
  /** Of the last epoch. */
  metrics: Record<string, number>;
}

const COLUMNS: Column[] = [
  { title: 'VARIANT' },
  { title: 'SEED', align: 'right' },
  { title: 'STATE' },
  { title: 'METRIC', align: 'right' },
];

/** What is shown of a sweep while it goes on, apart from where. */
export class SweepView {
  readonly #facts: SweepFacts;
  readonly #clock: () => number;
  readonly #running = new Map<string, Running>();
  #results: SweepResults | undefined;
  /** Of the trials that were trained, rather than taken from earlier runs. */
  #trained = { count: 0, seconds: 0 };

  /** @param clock in seconds */
  constructor(facts: SweepFacts, clock: () => number) {
    this.#facts = facts;
    this.#clock = clock;
  }

  /** Takes up how far a sweep is, as its journal and those of its runs tell. */
  restore(results: SweepResults, running: readonly RestoredTrial[]): void {
    this.#results = results;
    this.#trained = { count: results.ended, seconds: results.seconds };
    for (const { cell, seed, label, epoch, epochs, metrics, time } of running) {
      const state = epoch === 0 ? 'epoch 1' : `after epoch ${epoch}/${epochs}`;
      const value = (metrics as Partial<typeof metrics>)[epochMetric(this.#facts.metric.name)];
      const began = time / 1000;
      const share = epoch / epochs;
      this.#running.set(trialKey(cell, seed), { label, seed, began, state, share, stepsPerEpoch: 1, epochs, value });
    }
  }

  /** Takes up what happened. @returns lines for the user to keep */
  next(event: SweepProgress): string[] {
    const { trial } = event;
    const key = trialKey(trial.cell.index, trial.seed);
    switch (event.type) {
      case 'trial-begun':
        this.#running.set(key, newlyRunning(trial, this.#clock()));
        return event.resumed && event.attempt === 1 ? [`${nameOf(trial)} goes on as ${event.run}`] : [];
      case 'trial-progress':
        return this.#advance(key, event.progress);
      case 'trial-retried':
        return [`${pc.yellow('retry')} ${nameOf(trial)}: ${event.reason} (attempt ${event.attempt})`];
      case 'trial-pruned':
        return [];
      case 'trial-ended':
        this.#running.delete(key);
        this.#results = event.results;
        if (event.end.reused) return [];
        this.#trained = { count: this.#trained.count + 1, seconds: this.#trained.seconds + event.end.seconds };
        return [this.#endLine(trial, event.end)];
    }
  }

  /** How far the sweep is, in a line. */
  status(): string {
    const left = this.#secondsLeft();
    return [
      `${count(this.#ended)} of ${count(this.#total)} trials ended`,
      ...(this.#running.size > 0 ? [`${this.#running.size} running`] : []),
      ...(this.#results ? countTexts(this.#results.counts) : []),
      ...(Number.isFinite(left) ? [`about ${duration(left)} left`] : []),
      ...(this.#results?.best ? [`best ${this.#bestText(this.#results.best)}`] : []),
    ].join(' · ');
  }

  /**
   * The running trials, then the best variants.
   * @param height lines at most
   * @param width columns at most
   */
  table(height: number, width: number): string {
    const room = Math.max(1, height - 3);
    const running = [...this.#running.values()].slice(0, room).map((each) => this.#runningRow(each));
    const best = (this.#results?.ranked() ?? []).slice(0, room - running.length).map((cell) => this.#cellRow(cell));
    const share = this.#ended / this.#total;
    const labelWidth = Math.max(12, width - 62);
    const rows = [...running, ...best].map(([label, ...rest]) => [shorten(label, labelWidth), ...rest]);
    const status = shorten(this.status(), width - 27);
    return `${bar(share)}  ${status}\n${rows.length > 0 ? formatTable(this.#columns(), rows).trimEnd() : ''}`;
  }

  /** Trials in all, as far as they are known by now. */
  get #total(): number {
    return this.#results?.counts.total ?? this.#facts.total;
  }

  get #ended(): number {
    return this.#results?.ended ?? 0;
  }

  #columns(): Column[] {
    return [...COLUMNS.slice(0, 3), { title: this.#facts.metric.name.toUpperCase(), align: 'right' }];
  }

  #advance(key: string, progress: RunProgress): string[] {
    const running = this.#running.get(key);
    if (!running) return [];
    switch (progress.type) {
      case 'data-progress':
        running.state = dataStatus(progress);
        break;
      case 'compiled':
        Object.assign(running, { stepsPerEpoch: progress.stepsPerEpoch, epochs: progress.epochs });
        break;
      case 'progress':
        running.share = (progress.epoch - 1 + progress.step / running.stepsPerEpoch) / running.epochs;
        running.state = `epoch ${progress.epoch}/${running.epochs} ${bar(running.share)}`;
        break;
      case 'epoch':
        running.share = progress.epoch / running.epochs;
        running.value = (progress.metrics as Partial<typeof progress.metrics>)[epochMetric(this.#facts.metric.name)];
        break;
      case 'warning':
        return [`${pc.yellow('warning')} ${nameOf(running)}: ${progress.message}`];
      default:
    }
    return [];
  }

  #secondsLeft(): number {
    const running = [...this.#running.values()];
    return secondsLeft({
      trained: this.#trained.count,
      trainedSeconds: this.#trained.seconds,
      running: running.map(({ began, share }) => ({ seconds: this.#clock() - began, share })),
      waiting: Math.max(0, this.#total - this.#ended - running.length),
      jobs: this.#facts.jobs,
    });
  }

  #endLine(trial: Trial, { status, value, seconds, error }: TrialEnd): string {
    const { metric } = this.#facts;
    const width = String(this.#total).length;
    const place = `[${String(this.#ended).padStart(width)}/${this.#total}]`;
    const score = value === null ? (error ?? '') : `${metric.name} ${metricText(metric.name, value)}`;
    return `${pc.dim(place)} ${statusText(status)} ${nameOf(trial)}  ${score}  ${duration(seconds)}`;
  }

  #bestText({ label, mean, n }: CellSummary): string {
    const { name } = this.#facts.metric;
    return `${name} ${metricText(name, mean ?? NaN)}${n > 1 ? ` (mean of ${n})` : ''} ${label}`;
  }

  #runningRow({ label, seed, state, value }: Running): string[] {
    const { name } = this.#facts.metric;
    const score = value === undefined ? '' : metricText(name, value);
    return [label, String(seed), pc.cyan(state), pc.dim(score)];
  }

  #cellRow({ label, n, trials, mean, standard_deviation: deviation }: CellSummary): string[] {
    const { name } = this.#facts.metric;
    const spread = deviation === null ? '' : ` ± ${metricText(name, deviation)}`;
    const score = mean === null ? '' : `${metricText(name, mean)}${spread}`;
    const others = trials.filter(({ status }) => status !== 'FINISHED').map(({ status }) => status);
    const state = [...(n > 0 ? [`${n} finished`] : []), ...new Set(others.map((status) => status.toLowerCase()))];
    return [label, '', state.join(', '), score];
  }
}

/** Trials that didn't finish, as words. */
export function countTexts({ failed, diverged, pruned, killed }: TrialCounts): string[] {
  return Object.entries({ failed, diverged, pruned, killed })
    .filter(([, number]) => number > 0)
    .map(([word, number]) => `${count(number)} ${word}`);
}

function newlyRunning({ label, seed }: Trial, began: number): Running {
  return { label, seed, began, state: 'starting', share: 0, stepsPerEpoch: 1, epochs: 1, value: undefined };
}

function nameOf({ label, seed }: Pick<Trial, 'label' | 'seed'>): string {
  return `${label} seed ${seed}`;
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
