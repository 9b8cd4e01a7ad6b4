import { ConfigError } from '../config/config-error.js';
import type { Values } from '../config/sweep-conditions.js';
import type { Cell } from '../config/sweep.js';
import type { Result } from '../search/bayes.js';
import type { SweepJournal, SweepRecord } from './sweep-journal.js';
import type { Labelling, TrialSource } from './trial-source.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';

/** What proposes variants by what came of those before (`BayesSearch`). */
export interface Search {
  ask: () => Promise<Values | undefined>;
  restore: (values: Values) => Promise<void>;
  tell: (values: Values, result: Result) => Promise<void>;
  close: () => void;
}

export interface SearchTrialsOptions {
  search: Search;
  cellOf: (values: Values, index: number) => Cell;
  seeds: readonly number[];
  label: Labelling;
  journal: SweepJournal;
  /** A line for the user. */
  say: (message: string) => void;
}

/** The trials of variants that a search proposes, each with all seeds; what the search is told is their mean. */
export class SearchTrials implements TrialSource {
  readonly #options: SearchTrialsOptions;
  readonly #total: number;
  readonly #waiting: Trial[] = [];
  /** Variant → seed → how it ended; until the search is told. */
  readonly #ends = new Map<number, Map<number, TrialEnd>>();
  #proposed = 0;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: SearchTrialsOptions, total: number) {
    this.#options = options;
    this.#total = total;
  }

  /** @param record of the sweep before: the search learns again what it proposed, and what came of it */
  static async start(options: SearchTrialsOptions, record: SweepRecord): Promise<SearchTrials> {
    const trials = new SearchTrials(options, record.trials);
    await trials.#restore(record);
    return trials;
  }

  next(): Promise<Trial | undefined> {
    // Two lanes at once must not both ask for one variant's trials.
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async ended(
    { cell, seed }: Pick<Trial, 'seed'> & { cell: Pick<Cell, 'index' | 'values'> },
    end: TrialEnd,
  ): Promise<void> {
    const ends = this.#ends.get(cell.index);
    if (!ends) return;
    ends.set(seed, end);
    if (ends.size < this.#options.seeds.length) return;
    this.#ends.delete(cell.index);
    await this.#options.search.tell(cell.values, resultOf([...ends.values()]));
  }

  total(): number {
    return this.#total;
  }

  close(): void {
    this.#options.search.close();
  }

  async #next(): Promise<Trial | undefined> {
    while (this.#waiting.length === 0) {
      const values = await this.#options.search.ask();
      if (!values) return undefined;
      this.#options.journal.append({ type: 'cell', cell: this.#proposed, values });
      await this.#propose(values);
    }
    return this.#waiting.shift();
  }

  /** Each value of a search space is checked beforehand, but not every combination of them. */
  async #propose(values: Values): Promise<void> {
    const { cellOf, label, seeds, search, say } = this.#options;
    const cell = cellOf(values, this.#proposed++);
    const problem = problemOf(cell);
    if (problem !== undefined) {
      say(`${label(cell)} is no valid variant: ${problem}`);
      await search.tell(values, 'FAILED');
      return;
    }
    this.#ends.set(cell.index, new Map());
    this.#waiting.push(...seeds.map((seed) => ({ cell, seed, label: label(cell) })));
  }

  async #restore({ search: events, ends }: SweepRecord): Promise<void> {
    for (const event of events) {
      if (event.type !== 'cell') continue;
      await this.#options.search.restore(event.values);
      await this.#propose(event.values);
    }
    for (const event of events) {
      if (event.type !== 'end' || event.status === 'KILLED') continue;
      await this.ended({ cell: { index: event.cell, values: event.values }, seed: event.seed }, event);
    }
    const hasEnded = ({ cell, seed }: Trial): number => Number(ends.has(trialKey(cell.index, seed)));
    this.#waiting.sort((a, b) => hasEnded(b) - hasEnded(a));
  }
}

/** Why a variant can't be trained. */
function problemOf(cell: Cell): string | undefined {
  try {
    cell.config();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0].message;
    throw error;
  }
}

/** The mean of what finished; what can't be compared has no number. */
function resultOf(ends: readonly TrialEnd[]): Result {
  const values = ends.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === ends.length) return values.reduce((sum, value) => sum + value, 0) / values.length;
  return ends.some(({ status }) => status === 'FAILED') ? 'FAILED' : 'PRUNED';
}
