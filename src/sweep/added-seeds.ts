import { establishFacts, type AnswerFacts, type Variant } from '../analysis/answer-facts.js';
import type { SeedRange, SweepMetric } from '../config/experiment.js';
import type { Cell } from '../config/sweep.js';
import type { SweepJournal, SweepRecord } from './sweep-journal.js';
import type { Labelling, TrialSource } from './trial-source.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';

export interface AddedSeedsOptions {
  cells: readonly Cell[];
  /** In the order in which they are added; as many as there may be at most. */
  seeds: readonly number[];
  range: SeedRange;
  metric: SweepMetric;
  /** The smallest difference that matters; null if none was stated. */
  margin: number | null;
  label: Labelling;
  journal: SweepJournal;
  /** A line for the user. */
  say: (message: string) => void;
}

/**
 * The trials of variants to which seeds are added as long as it is undecided which is best: first as many for all as
 * there must be, then, in rounds, one more for each variant of an undecided comparison with the best. They are judged by
 * confidence sequences, whose error rate holds however many are added (`confidenceSequence`).
 *
 * What comes next follows from the values alone, not from the order in which trials end. So a sweep that is gone on with
 * takes the same course again, its ended trials passing in no time.
 */
export class AddedSeeds implements TrialSource {
  readonly #options: AddedSeedsOptions;
  readonly #waiting: Trial[] = [];
  /** Trials of this round that haven't ended. */
  readonly #open = new Set<string>();
  /** Variant → how many seeds it has. */
  readonly #counts: number[];
  /** Variant → seed → value, of trials that finished. */
  readonly #values: Map<number, number>[];
  /** Lanes that wait for the next round. */
  #wake: (() => void)[] = [];
  #total: number;
  #isOver = false;

  /** @param record of the sweep before: how many trials it came to already */
  constructor(options: AddedSeedsOptions, record: SweepRecord) {
    this.#options = options;
    this.#counts = options.cells.map(() => 0);
    this.#values = options.cells.map(() => new Map<number, number>());
    this.#total = record.trials;
    options.cells.forEach((_, cell) => {
      this.#extend(cell, options.range.min);
    });
    this.#waiting.sort((a, b) => a.seed - b.seed || a.cell.index - b.cell.index);
  }

  async next(): Promise<Trial | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) await this.#nextRound();
    return this.#waiting.shift();
  }

  ended({ cell, seed }: Pick<Trial, 'cell' | 'seed'>, { value }: TrialEnd): Promise<void> {
    const place = this.#options.cells.findIndex(({ index }) => index === cell.index);
    if (value !== null) this.#values[place].set(seed, value);
    this.#open.delete(trialKey(cell.index, seed));
    if (this.#open.size === 0) this.#addSeeds();
    return Promise.resolve();
  }

  total(): number {
    return this.#total;
  }

  stop(): void {
    this.#isOver = true;
    this.#wakeAll();
  }

  close(): void {
    this.stop();
  }

  #nextRound(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** All trials of a round have ended: adds those of the next, or there is none. */
  #addSeeds(): void {
    const facts = this.#judge();
    for (const [cell, count] of facts ? this.#wanted(facts) : []) this.#extend(cell, count);
    this.#isOver = this.#waiting.length === 0;
    if (facts && !this.#isOver) this.#announce(facts);
    this.#wakeAll();
  }

  /** @returns null where fewer than two variants have a value */
  #judge(): AnswerFacts | null {
    const { metric, margin } = this.#options;
    const variants = this.#variants();
    if (variants.length < 2) return null;
    return establishFacts({ question: null, metric, margin: margin ?? undefined, variants, sequential: true });
  }

  /** Those with a value: one that always fails gets no more seeds. */
  #variants(): Variant[] {
    const variants = this.#values.map((values, cell) => ({
      name: String(cell),
      values,
      leftOut: { failed: 0, pruned: 0 },
    }));
    return variants.filter(({ values }) => values.size > 0);
  }

  /** Variant → how many seeds it needs: of each open comparison with the best, both need one more than they share. */
  #wanted({ comparisons, leader }: AnswerFacts): Map<number, number> {
    const wanted = new Map<number, number>();
    for (const { first, second, verdict, better } of comparisons) {
      const concernsLeader = first === leader || second === leader;
      const isDecided = verdict !== 'undecided' && (better === null || better === leader);
      if (!concernsLeader || isDecided) continue;
      const pair = [Number(first), Number(second)];
      const count = Math.min(...pair.map((cell) => this.#counts[cell])) + 1;
      for (const cell of pair) wanted.set(cell, Math.max(wanted.get(cell) ?? 0, count));
    }
    return wanted;
  }

  /** Gives a variant seeds until it has so many, or as many as there may be. */
  #extend(cell: number, count: number): void {
    const { cells, seeds, range, label } = this.#options;
    while (this.#counts[cell] < Math.min(count, range.max)) {
      const trial = { cell: cells[cell], seed: seeds[this.#counts[cell]++], label: label(cells[cell]) };
      this.#waiting.push(trial);
      this.#open.add(trialKey(trial.cell.index, trial.seed));
    }
  }

  #announce({ comparisons, leader }: AnswerFacts): void {
    const { range, cells, label, journal, say } = this.#options;
    const open = comparisons.filter(
      ({ first, second, verdict }) => verdict === 'undecided' && [first, second].includes(leader ?? ''),
    );
    const most = Math.max(...this.#counts) - 1;
    const reason = `${most} of at most ${range.max} seeds: ${label(cells[Number(leader)])} leads, ${open.length} ${open.length === 1 ? 'comparison' : 'comparisons'} undecided, going on`;
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total <= this.#total) return;
    this.#total = total;
    journal.append({ type: 'seeds', trials: total, reason });
    say(reason);
  }
}
