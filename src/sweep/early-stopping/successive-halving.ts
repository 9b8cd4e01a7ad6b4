import type { AshaConfig, HyperbandConfig } from '../../config/schema/experiment.generated.js';
import type { StoppingRule } from './stopping-rule.js';
import { betterScore } from './scores.js';
import { SortedScores } from './sorted-scores.js';
import { counted } from '../../text/words.js';

/**
 * Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020), in the
 * form that stops trials: one that reaches a rung continues if it is among the best 1/eta of those that have reached it so
 * far, and at least if it is the best of all. `asha` compares the scores at the rung; `hyperband`, as in W&B, the best
 * ones up to it.
 */
export class SuccessiveHalving implements StoppingRule {
  readonly #rungs: readonly number[];
  readonly #eta: number;
  readonly #usesBest: boolean;
  /** Rung → what trials scored there. */
  readonly #reached: ReadonlyMap<number, Rung>;
  /** Trial → its best score so far, as long as it trains. */
  readonly #best = new Map<string, number>();

  /** @param rungs after how many epochs it decides, in ascending order */
  constructor({ type, eta }: AshaConfig | HyperbandConfig, rungs: readonly number[]) {
    this.#rungs = rungs;
    this.#eta = eta;
    this.#usesBest = type === 'hyperband';
    this.#reached = new Map(rungs.map((rung) => [rung, { scores: new Map(), sorted: new SortedScores() }]));
  }

  report(trial: string, epoch: number, score: number): string | undefined {
    const best = betterScore(this.#best.get(trial) ?? score, score);
    // After the last rung nothing of a trial is asked any more.
    if (epoch >= (this.#rungs.at(-1) ?? 0)) this.#best.delete(trial);
    else this.#best.set(trial, best);
    const rung = this.#reached.get(epoch);
    if (!rung) return undefined;
    const own = scoreAt(rung, trial, this.#usesBest ? best : score);
    if (isAmongBest(own, rung.sorted, this.#eta)) return undefined;
    return `not among the best 1/${this.#eta} of ${counted(rung.sorted.size, 'trial')} after ${counted(epoch, 'epoch')}`;
  }
}

interface Rung {
  /** Trial → its score there. */
  scores: Map<string, number>;
  sorted: SortedScores;
}

/** What a trial scored when it first reached a rung, which may be now. */
function scoreAt({ scores, sorted }: Rung, trial: string, score: number): number {
  const known = scores.get(trial);
  if (known !== undefined) return known;
  scores.set(trial, score);
  sorted.add(score);
  return score;
}

/** Whether a score is one of the ⌊n / eta⌋ best of n, or the best of all; equal scores fare alike. */
export function isAmongBest(score: number, scores: SortedScores, eta: number): boolean {
  return scores.countBetter(score) < Math.max(1, Math.floor(scores.size / eta));
}

/**
 * After how many epochs successive halving decides: min_iter × eta^k for k = 0, 1, …, or, given s, epochs ÷ eta^k for
 * k = s, …, 1. Nothing is decided after the last epoch.
 */
export function rungsOf(rule: AshaConfig | HyperbandConfig, epochs: number): number[] {
  const { min_iter: first, eta } = rule;
  const back = rule.type === 'hyperband' ? rule.s : null;
  const count = back ?? Math.ceil(Math.log(epochs / first) / Math.log(eta)) + 1;
  const rungs = Array.from({ length: Math.max(0, count) }, (_, k) =>
    back === null ? first * eta ** k : epochs / eta ** (back - k),
  );
  return [...new Set(rungs.map(Math.round))].filter((rung) => rung >= 1 && rung < epochs);
}
