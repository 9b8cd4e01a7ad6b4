import { judgementOf } from '../analysis/answer-facts.js';
import { byDataset, withoutDataset } from '../config/sweep/by-dataset.js';
import { questionsOf } from '../config/sweep/grid-questions.js';
import { type Contender, decide, type Decision } from '../analysis/decision.js';
import type { SeedRange, SweepMetric } from '../config/schema/experiment.generated.js';
import type { SweepVariant } from '../config/variants/sweep.js';
import type { SweepJournal, SweepRecord } from './sweep-journal.js';
import type { Labelling, TrialSource } from './trial-source.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';
import { counted, listed } from '../text/words.js';

export interface AddedSeedsOptions {
  variants: readonly SweepVariant[];
  /** In the order in which they are added; as many as there may be at most. */
  seeds: readonly number[];
  range: SeedRange;
  metric: SweepMetric;
  /** The smallest difference that matters; null if none was stated. */
  margin: number | null;
  /** Where they were stated; the latter as the variant is labelled. */
  alpha?: number;
  baseline?: string;
  label: Labelling;
  journal: SweepJournal;
  /** A line for the user. */
  say: (message: string) => void;
}

/**
 * The trials of variants to which seeds are added as long as it is undecided which is best: first as many for all as
 * there must be, then, in rounds, one more for each variant of an undecided comparison with the best. They are judged by
 * betting, whose error rate holds however many are added (`bettingTest`).
 *
 * What comes next follows from the values alone, not from the order in which trials end. So a sweep that is resumed
 * takes the same course again, its ended trials passing in no time.
 */
export class AddedSeeds implements TrialSource {
  readonly #options: AddedSeedsOptions;
  /** Places of variants that are compared with each other: those of one dataset. */
  readonly #groups: number[][];
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

  /** @param record of the sweep before: how many trials it has already */
  constructor(options: AddedSeedsOptions, record: SweepRecord) {
    this.#options = options;
    const placed = options.variants.map((variant, place) => ({ ...variant, place }));
    this.#groups = [...byDataset(placed).values()].map((group) => group.map(({ place }) => place));
    this.#counts = options.variants.map(() => 0);
    this.#values = options.variants.map(() => new Map<number, number>());
    this.#total = record.trials;
    options.variants.forEach((_, variant) => {
      this.#extend(variant, options.range.min);
    });
    this.#waiting.sort((a, b) => a.seed - b.seed || a.variant.index - b.variant.index);
  }

  async next(): Promise<Trial | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) await this.#nextRound();
    return this.#waiting.shift();
  }

  ended({ variant, seed }: Pick<Trial, 'variant' | 'seed'>, { value }: TrialEnd): Promise<void> {
    const place = this.#options.variants.findIndex(({ index }) => index === variant.index);
    if (value !== null) this.#values[place].set(seed, value);
    this.#open.delete(trialKey(variant.index, seed));
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
    const decisions = this.#groups.map((group) => this.#judge(group)).filter((decision) => decision !== null);
    for (const decision of decisions) {
      for (const [variant, count] of this.#wanted(decision)) this.#extend(variant, count);
    }
    this.#isOver = this.#waiting.length === 0;
    if (!this.#isOver) this.#announce(decisions);
    this.#wakeAll();
  }

  /**
   * @param group places of the variants that are compared with each other
   * @returns null where fewer than two of them have a value
   */
  #judge(group: readonly number[]): Decision | null {
    const { metric, margin, alpha } = this.#options;
    const variants = this.#contenders(group);
    if (variants.length < 2) return null;
    const questions = questionsOf(group.map((place) => this.#options.variants[place].values));
    const judgement = judgementOf({ margin: margin ?? undefined, alpha, sequential: true, questions });
    return decide(variants, { baseline: this.#baseline(variants), goal: metric.goal, judgement });
  }

  /** The place of the stated baseline, as contenders are named; null without one, or as long as it has no value. */
  #baseline(contenders: readonly Contender[]): string | null {
    const { baseline, variants, label } = this.#options;
    const isBaseline = ({ name }: Contender): boolean => label(withoutDataset(variants[Number(name)])) === baseline;
    return contenders.find(isBaseline)?.name ?? null;
  }

  /** Those with a value: one that always fails gets no more seeds. */
  #contenders(group: readonly number[]): Contender[] {
    const variants = group.map((place) => ({ name: String(place), values: this.#values[place] }));
    return variants.filter(({ values }) => values.size > 0);
  }

  /** Variant → how many seeds it needs: of each open comparison, both need one more than they share. */
  #wanted({ comparisons }: Decision): Map<number, number> {
    const wanted = new Map<number, number>();
    for (const { first, second } of comparisons.filter(({ isOpen }) => isOpen)) {
      const pair = [Number(first), Number(second)];
      const count = Math.min(...pair.map((variant) => this.#counts[variant])) + 1;
      for (const variant of pair) wanted.set(variant, Math.max(wanted.get(variant) ?? 0, count));
    }
    return wanted;
  }

  /** Gives a variant seeds until it has so many, or as many as there may be. */
  #extend(variant: number, count: number): void {
    const { variants, seeds, range, label } = this.#options;
    while (this.#counts[variant] < Math.min(count, range.max)) {
      const trial = {
        variant: variants[variant],
        seed: seeds[this.#counts[variant]++],
        label: label(variants[variant]),
      };
      this.#waiting.push(trial);
      this.#open.add(trialKey(trial.variant.index, trial.seed));
    }
  }

  #announce(decisions: readonly Decision[]): void {
    const { range, variants, label, journal, say } = this.#options;
    const open = decisions
      .map(({ comparisons, leader }) => ({ leader, count: comparisons.filter(({ isOpen }) => isOpen).length }))
      .filter(({ count }) => count > 0);
    const leaders = open.map(({ leader }) => label(variants[Number(leader)]));
    const most = Math.max(...this.#counts) - 1;
    const count = open.reduce((sum, each) => sum + each.count, 0);
    const reason = `${most} of at most ${range.max} seeds: ${listed(leaders)} ${leaders.length > 1 ? 'lead' : 'leads'}, ${counted(count, 'comparison')} undecided, continuing`;
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total <= this.#total) return;
    this.#total = total;
    journal.append({ type: 'seeds', trials: total, reason });
    say(reason);
  }
}
