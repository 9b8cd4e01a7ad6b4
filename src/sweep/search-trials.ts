import { ConfigError } from '../config/text/config-error.js';
import type { Values } from '../config/sweep/conditions.js';
import type { SweepVariant } from '../config/variants/sweep.js';
import type { Result } from '../search/bayes.js';
import type { SweepJournal, SweepRecord } from './sweep-journal.js';
import type { Labelling, TrialSource } from './trial-source.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';

/** Proposes variants by the results of those before (`BayesSearch`). */
export interface Search {
  ask: () => Promise<Values | undefined>;
  restore: (values: Values) => Promise<void>;
  tell: (values: Values, result: Result) => Promise<void>;
  close: () => void;
}

export interface SearchTrialsOptions {
  search: Search;
  variantOf: (values: Values, index: number) => SweepVariant;
  seeds: readonly number[];
  label: Labelling;
  journal: SweepJournal;
  /** A line for the user. */
  say: (message: string) => void;
}

/** The trials of variants that a search proposes, each with all seeds; what the search is told is their mean. */
export class SearchTrials implements TrialSource {
  readonly isSearch = true;
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

  /** @param record of the sweep before: the search is given its earlier proposals and their results again */
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
    { variant, seed }: Pick<Trial, 'seed'> & { variant: Pick<SweepVariant, 'index' | 'values'> },
    end: TrialEnd,
  ): Promise<void> {
    const ends = this.#ends.get(variant.index);
    if (!ends) return;
    ends.set(seed, end);
    if (ends.size < this.#options.seeds.length) return;
    this.#ends.delete(variant.index);
    await this.#options.search.tell(variant.values, resultOf([...ends.values()]));
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
    const { variantOf, label, seeds, search, say } = this.#options;
    const variant = variantOf(values, this.#proposed++);
    const problem = problemOf(variant);
    if (problem !== undefined) {
      say(`${label(variant)} is no valid variant: ${problem}`);
      await search.tell(values, 'FAILED');
      return;
    }
    this.#ends.set(variant.index, new Map());
    this.#waiting.push(...seeds.map((seed) => ({ variant, seed, label: label(variant) })));
  }

  async #restore({ search: events, ends }: SweepRecord): Promise<void> {
    for (const event of events) {
      if (event.type !== 'cell') continue;
      await this.#options.search.restore(event.values);
      await this.#propose(event.values);
    }
    for (const event of events) {
      if (event.type !== 'end' || event.status === 'KILLED') continue;
      await this.ended({ variant: { index: event.cell, values: event.values }, seed: event.seed }, event);
    }
    const hasEnded = ({ variant, seed }: Trial): number => Number(ends.has(trialKey(variant.index, seed)));
    this.#waiting.sort((a, b) => hasEnded(b) - hasEnded(a));
  }
}

/** Why a variant can't be trained. */
function problemOf(variant: SweepVariant): string | undefined {
  try {
    variant.config();
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
