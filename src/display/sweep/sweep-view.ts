import { colors as pc } from '../../text/visible.js';
import type { SweepMetric } from '../../config/schema/experiment.generated.js';
import type { RunProgress } from '../../protocol/events.js';
import { epochMetric } from '../../sweep/early-stopping/trial-stopper.js';
import type { SweepResults } from '../../sweep/results.js';
import type { SweepProgress } from '../../sweep/sweep-progress.js';
import type { VariantResult, TrialCounts } from '../../sweep/sweep-store.js';
import { type Trial, type TrialEnd, trialKey } from '../../sweep/trial.js';
import { titledMetric } from '../../text/metric-unit.js';
import type { NamedVariant } from '../../config/sweep/names.js';
import { tellApart } from '../../config/sweep/told-apart.js';
import { bar, count, duration, metricNumbers, metricText } from '../format.js';
import { statusText } from '../run-status.js';
import { dataStatus } from '../run-progress.js';
import { secondsLeft } from './sweep-clock.js';
import { type ChanceFacts, chanceRemark } from './chance-level.js';
import { fittedTable, type RankedColumn, tableWidth } from '../tables/fitted-table.js';
import { counted } from '../../text/words.js';

/** What a view knows of a sweep from its beginning. */
export interface SweepFacts {
  metric: SweepMetric;
  /** Trials in all. */
  total: number;
  /** Trials side by side at most: on a queue, more than there are workers. */
  jobs: number;
  /** Of each variant, where all have as many. */
  seeds?: number | undefined;
  /** By which a score is told from chance, of a run by its id. */
  chanceOf?: (run: string) => ChanceFacts;
}

/** A trial that is being trained. */
interface Running {
  label: string;
  /** Undefined of a trial that another process trains. */
  variant: NamedVariant | undefined;
  seed: number;
  /** In the clock's seconds: the trial, its training. */
  began: number;
  trainingBegan: number;
  state: string;
  /** Whether its state is one of training, of which a bar can be drawn. */
  isTraining: boolean;
  share: number;
  /** The share that an earlier session had done. */
  from: number;
  stepsPerEpoch: number;
  epochs: number;
  /** Of the sweep's metric, after the last epoch. */
  value: number | undefined;
}

/** A trial that another process trains. */
export interface RestoredTrial {
  /** The variant's index. */
  variant: number;
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

/** A bar of fewer columns tells nothing; of more, no more. */
const LEAST_BAR = 8;
const MOST_BAR = 24;
/** Of a name that has to be cut, at least so much is left. */
const LEAST_NAME = 12;

/** What is shown of a sweep while it is in progress, apart from where. */
export class SweepView {
  readonly #facts: SweepFacts;
  readonly #clock: () => number;
  readonly #running = new Map<string, Running>();
  /** Trials that other processes train. */
  readonly #waiting = new Set<string>();
  #results: SweepResults | undefined;
  /** Of the trials that were trained, and of those taken from earlier runs, which tell how long one takes before any is. */
  #trained = { count: 0, seconds: 0 };
  #reused = { count: 0, seconds: 0 };
  readonly #told = new Set<string>();
  /** As many trials were running at once: on a queue it tells how many workers there are. */
  #most = 0;

  /** @param clock in seconds */
  constructor(facts: SweepFacts, clock: () => number) {
    this.#facts = facts;
    this.#clock = clock;
  }

  /** Takes up how far a sweep is, as its journal and those of its runs tell. */
  restore(results: SweepResults, running: readonly RestoredTrial[]): void {
    this.#results = results;
    this.#trained = { count: results.ended, seconds: results.seconds };
    for (const { variant, seed, label, epoch, epochs, metrics, time } of running) {
      const state = epoch === 0 ? 'epoch 1' : `after epoch ${epoch}/${epochs}`;
      const value = (metrics as Partial<typeof metrics>)[epochMetric(this.#facts.metric.name)];
      const began = time / 1000;
      const share = epoch / epochs;
      const times = { began, trainingBegan: began, share, from: 0 };
      const known = results.ranked().find(({ index }) => index === variant);
      const what = { label, variant: known, seed, isTraining: true };
      this.#running.set(trialKey(variant, seed), { ...what, ...times, state, stepsPerEpoch: 1, epochs, value });
    }
    this.#most = this.#running.size;
  }

  /** Takes up what happened. @returns lines for the user to keep */
  next(event: SweepProgress): string[] {
    const { trial } = event;
    const key = trialKey(trial.variant.index, trial.seed);
    switch (event.type) {
      case 'trial-waiting':
        this.#waiting.add(key);
        return [`${trialName(trial)} waits for its run: ${event.holder ?? 'another process'} trains it now`];
      case 'trial-begun':
        this.#waiting.delete(key);
        this.#running.set(key, newlyRunning(trial, this.#clock()));
        this.#most = Math.max(this.#most, this.#running.size);
        return event.resumed && event.attempt === 1 ? [`${trialName(trial)} is resumed as ${event.run}`] : [];
      case 'trial-progress':
        return this.#advance(key, event.progress);
      case 'trial-retried':
        return [`${pc.yellow('retry')} ${trialName(trial)}: ${this.#once(event.reason)} (attempt ${event.attempt})`];
      case 'trial-stopped-early':
        return [];
      case 'trial-ended':
        this.#running.delete(key);
        this.#results = event.results;
        addTo(event.end.reused ? this.#reused : this.#trained, event.end.seconds);
        return this.#waiting.delete(key) || !event.end.reused ? [this.#endLine(trial, event.end)] : [];
    }
  }

  /** How far the sweep is, in a line. */
  status(): string {
    return this.#statusWords().join(BETWEEN);
  }

  #statusWords(): string[] {
    const left = this.#secondsLeft();
    return [
      `${count(this.#ended)} of ${counted(this.#total, 'trial')} ended`,
      ...(this.#running.size > 0 ? [`${this.#running.size} running`] : []),
      ...(this.#waiting.size > 0 ? [`${this.#waiting.size} in another process`] : []),
      ...(this.#results ? countTexts(this.#results.counts) : []),
      ...(Number.isFinite(left) ? [`about ${duration(left)} left`] : []),
      ...(this.#results?.best ? [`best ${this.#bestText(this.#results.best)}`] : []),
    ];
  }

  /**
   * The running trials, then the best variants.
   * @param height lines at most
   * @param width columns at most
   */
  table(height: number, width: number): string {
    const room = Math.max(1, height - 3);
    const running = [...this.#running.values()].slice(0, room);
    const best = (this.#results?.ranked() ?? []).slice(0, room - running.length);
    if (running.length + best.length === 0) return this.#statusLine(width);
    const { heading, names } = tellApart([...running.map(({ variant }) => variant ?? { values: {} }), ...best]);
    const rows = [
      ...running.map((each, i) => [each.variant ? names[i] : each.label, ...this.#runningCells(each)]),
      ...best.map((variant, i) => [names[running.length + i], ...this.#variantCells(variant)]),
    ];
    const shares = running.map(({ isTraining, share }) => (isTraining ? share : undefined));
    return `${this.#statusLine(width)}\n${fitted(this.#columns(heading), withBars(rows, shares, this.#columns(heading), width), width)}`;
  }

  /** The bar gives way to words; where even those don't fit, the last go. */
  #statusLine(width: number): string {
    const words = this.#statusWords();
    while (words.length > 1 && words.join(BETWEEN).length > width) words.pop();
    const text = shorten(words.join(BETWEEN), width);
    const room = Math.min(MOST_BAR, width - text.length - 2);
    return room < LEAST_BAR ? text : `${bar(this.#ended / this.#total, room)}  ${text}`;
  }

  /** Trials in all, as far as they are known by now. */
  get #total(): number {
    return this.#results?.counts.total ?? this.#facts.total;
  }

  get #ended(): number {
    return this.#results?.ended ?? 0;
  }

  #columns(heading: string): RankedColumn[] {
    const metric = titledMetric(this.#facts.metric.name).toUpperCase();
    const deviation = this.#facts.seeds === 1 ? '' : ' ± SD';
    return [
      { title: heading.toUpperCase() || 'VARIANT', rank: 0 },
      { title: 'SEED', align: 'right', rank: 3 },
      { title: 'STATE', rank: 2 },
      { title: `${metric}${deviation}`, align: 'right', rank: 1 },
    ];
  }

  #advance(key: string, progress: RunProgress): string[] {
    const running = this.#running.get(key);
    if (!running) return [];
    switch (progress.type) {
      case 'data-progress':
        running.state = dataStatus(progress);
        running.isTraining = false;
        break;
      case 'compiled':
        Object.assign(running, { stepsPerEpoch: progress.stepsPerEpoch, epochs: progress.epochs });
        running.trainingBegan = this.#clock();
        break;
      case 'resumed':
        running.from = running.share = (progress.epoch - 1 + progress.step / running.stepsPerEpoch) / running.epochs;
        break;
      case 'progress':
        running.share = (progress.epoch - 1 + progress.step / running.stepsPerEpoch) / running.epochs;
        running.state = `epoch ${progress.epoch}/${running.epochs}`;
        running.isTraining = true;
        break;
      case 'epoch':
        running.share = progress.epoch / running.epochs;
        running.value = (progress.metrics as Partial<typeof progress.metrics>)[epochMetric(this.#facts.metric.name)];
        break;
      case 'warning':
        return [`${pc.yellow('warning')} ${trialName(running)}: ${progress.message}`];
      default:
    }
    return [];
  }

  #secondsLeft(): number {
    const running = [...this.#running.values()];
    const { count: trained, seconds: trainedSeconds } = this.#trained.count > 0 ? this.#trained : this.#reused;
    return secondsLeft({
      trained,
      trainedSeconds,
      running: running.map(({ began, trainingBegan, share, from }) => {
        return { seconds: this.#clock() - began, before: trainingBegan - began, share, from };
      }),
      waiting: Math.max(0, this.#total - this.#ended - running.length),
      workers: Math.min(this.#facts.jobs, Math.max(1, this.#most)),
    });
  }

  #endLine(trial: Trial, { status, value, seconds, error }: TrialEnd): string {
    const { metric } = this.#facts;
    const width = String(this.#total).length;
    const place = `[${String(this.#ended).padStart(width)}/${this.#total}]`;
    const score = value === null ? this.#once(error ?? '') : `${metric.name} ${metricText(metric.name, value)}`;
    return `${pc.dim(place)} ${statusText(status)} ${trialName(trial)}  ${score}  ${duration(seconds)}`;
  }

  /** What went wrong, whole where it is new; of what has been told, as of a dataset that no trial can have, the first line. */
  #once(reason: string): string {
    const isNew = !this.#told.has(reason);
    this.#told.add(reason);
    const [first, ...more] = reason.split('\n');
    return isNew || more.length === 0 ? reason : `${first} (as before)`;
  }

  #bestText({ label, mean, n }: VariantResult): string {
    const { name } = this.#facts.metric;
    return `${name} ${metricText(name, mean ?? NaN)}${n > 1 ? ` (mean of ${n})` : ''} ${label}`;
  }

  #runningCells({ seed, state, value }: Running): string[] {
    const [score] = metricNumbers(this.#facts.metric.name, [value ?? null]);
    return [String(seed), pc.cyan(state), pc.dim(score)];
  }

  #variantCells(variant: VariantResult): string[] {
    const { n, trials, mean, standard_deviation: deviation } = variant;
    const [score, spread] = metricNumbers(this.#facts.metric.name, [mean, deviation]);
    const others = trials.filter(({ status }) => status !== 'FINISHED').map(({ status }) => status.toLowerCase());
    const { seeds, metric, chanceOf } = this.#facts;
    const chance = chanceOf ? chanceRemark(variant, metric.name, chanceOf) : '';
    const state = [
      ...(n > 0 ? [seeds ? `${n}/${counted(seeds, 'seed')}` : counted(n, 'seed')] : []),
      ...new Set(others),
      ...(chance === '' ? [] : [chance]),
    ];
    return ['', state.join(', '), spread === '' ? score : `${score} ± ${spread}`];
  }
}

const BETWEEN = ' · ';

/** Draws bars behind the states of running trials, as wide as the table has room for. @param shares of the first rows */
function withBars(
  rows: readonly string[][],
  shares: readonly (number | undefined)[],
  columns: readonly RankedColumn[],
  width: number,
): string[][] {
  const room = Math.min(MOST_BAR, width - tableWidth(columns, rows) - 1);
  return rows.map((row, i) => {
    const share = shares.at(i);
    if (i >= shares.length || share === undefined || room < LEAST_BAR) return row;
    return [...row.slice(0, STATE), `${row[STATE]} ${pc.cyan(bar(share, room))}`, ...row.slice(STATE + 1)];
  });
}

/** The column of the state. */
const STATE = 2;

/** Of names that leave no room for the rest, the middle is left out: a table that changes has a line a row. */
function fitted(columns: readonly RankedColumn[], rows: string[][], width: number): string {
  const own = Math.max(...rows.map(([name]) => name.length), columns[0].title.length);
  const room = Math.max(LEAST_NAME, width - (tableWidth(columns, rows) - own));
  const [first, ...others] = columns;
  const titled = [{ ...first, title: shortenMiddle(first.title, room) }, ...others];
  const named = rows.map(([name, ...cells]) => [shortenMiddle(name, room), ...cells]);
  return fittedTable(titled, named, width).trimEnd();
}

function shortenMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** Trials that didn't finish, as words. */
export function countTexts({ failed, diverged, pruned, killed }: TrialCounts): string[] {
  return Object.entries({ failed, diverged, 'stopped early': pruned, killed })
    .filter(([, number]) => number > 0)
    .map(([word, number]) => `${count(number)} ${word}`);
}

function newlyRunning({ label, seed, variant }: Trial, began: number): Running {
  const times = { began, trainingBegan: began, share: 0, from: 0 };
  const progress = { state: 'starting', isTraining: false, stepsPerEpoch: 1, epochs: 1, value: undefined };
  return { label, seed, variant, ...times, ...progress };
}

function addTo(sum: { count: number; seconds: number }, seconds: number): void {
  sum.count++;
  sum.seconds += seconds;
}

function trialName({ label, seed }: Pick<Trial, 'label' | 'seed'>): string {
  return `${label} seed ${seed}`;
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
