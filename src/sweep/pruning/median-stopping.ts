import type { MedianConfig } from '../../config/experiment.js';
import { quantile } from '../../analysis/statistics/describe.js';
import type { PruningRule } from './pruning-rule.js';
import { betterScore, compareScores } from './scores.js';

/** What a trial has reported. */
interface Course {
  epoch: number;
  /** Scores so far. */
  count: number;
  sum: number;
  best: number;
}

/**
 * The median stopping rule (Golovin et al., "Google Vizier: A Service for Black-Box Optimization", 2017, 3.2.1): a trial
 * is stopped after epoch s if its best score by s is strictly worse than the median of the other trials' running means of
 * the scores up to s.
 */
export class MedianStopping implements PruningRule {
  readonly #firstEpoch: number;
  readonly #enough: number;
  readonly #courses = new Map<string, Course>();
  /** Epoch → trial → mean of its scores up to that epoch. */
  readonly #means = new Map<number, Map<string, number>>();

  constructor({ min_iter: firstEpoch, min_trials: enough }: MedianConfig) {
    this.#firstEpoch = firstEpoch;
    this.#enough = enough;
  }

  report(trial: string, epoch: number, score: number): string | undefined {
    const { sum, count, best } = this.#advance(trial, epoch, score);
    const means = this.#means.get(epoch) ?? new Map<string, number>();
    this.#means.set(epoch, means);
    if (!means.has(trial)) means.set(trial, sum / count);
    const others = [...means].filter(([other]) => other !== trial).map(([, mean]) => mean);
    if (epoch < this.#firstEpoch || others.length < this.#enough) return undefined;
    if (compareScores(best, medianScore(others)) >= 0) return undefined;
    return `its best so far is worse than the median of ${others.length} trials after ${epoch} epochs`;
  }

  #advance(trial: string, epoch: number, score: number): Course {
    const course = this.#courses.get(trial) ?? { epoch: 0, count: 0, sum: 0, best: score };
    if (epoch <= course.epoch) return course;
    const next = { epoch, count: course.count + 1, sum: course.sum + score, best: betterScore(course.best, score) };
    this.#courses.set(trial, next);
    return next;
  }
}

/** The median of scores, of which NaN are the worst. */
export function medianScore(scores: readonly number[]): number {
  return quantile(scores.toSorted(compareScores), 0.5);
}
