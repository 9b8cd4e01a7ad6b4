import type { SweepVariant } from '../config/variants/sweep.js';
import { type Trial, type TrialEnd, trialKey } from './trial.js';

/** Where a sweep's trials come from. */
export interface TrialSource {
  /** The next trial; undefined when there are no more. */
  next: () => Promise<Trial | undefined>;
  /** What came of a trial, for those that are yet to come. */
  ended: (trial: Trial, end: TrialEnd) => Promise<void>;
  /** Whether the next trial is chosen by the results of those before: then a trial isn't left for later. */
  readonly isSearch?: boolean;
  /** How many there are in all, as far as that is known by now. */
  total: () => number;
  /** No trial is wanted any more: whoever waits for one gets none. */
  stop?: () => void;
  /** Ends what proposes them. */
  close: () => void;
}

/** How a variant is called. */
export type Labelling = (variant: SweepVariant) => string;

/**
 * The trials of variants that are known beforehand: all variants with the first seed, then all with the second, so that
 * there is an answer early, and it gets surer. Those that have ended come before all others: they take no time.
 */
export class ListedTrials implements TrialSource {
  readonly #trials: Iterator<Trial, undefined>;
  readonly #total: number;

  /** @param ends of trials (`trialKey`) that have ended before */
  constructor(
    variants: readonly SweepVariant[],
    seeds: readonly number[],
    label: Labelling,
    ends: ReadonlyMap<string, unknown>,
  ) {
    this.#total = variants.length * seeds.length;
    this.#trials = trialsOf(variants, seeds, label, ends);
  }

  next(): Promise<Trial | undefined> {
    return Promise.resolve(this.#trials.next().value);
  }

  ended(): Promise<void> {
    return Promise.resolve();
  }

  total(): number {
    return this.#total;
  }

  close(): void {
    this.#trials.return?.();
  }
}

function* trialsOf(
  variants: readonly SweepVariant[],
  seeds: readonly number[],
  label: Labelling,
  ends: ReadonlyMap<string, unknown>,
): Generator<Trial, undefined> {
  for (const hasEnded of ends.size > 0 ? [true, false] : [false]) {
    for (const seed of seeds) {
      for (const variant of variants) {
        if (ends.has(trialKey(variant.index, seed)) === hasEnded) yield { variant, seed, label: label(variant) };
      }
    }
  }
}
