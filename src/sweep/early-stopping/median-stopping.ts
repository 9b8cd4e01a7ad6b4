import type { MedianConfig } from '../../config/schema/experiment.generated.js';
import type { StoppingRule } from './stopping-rule.js';
import { betterScore, compareScores } from './scores.js';
import { SortedScores } from './sorted-scores.js';
import { counted } from '../../text/words.js';

/** What a trial has reported. */
interface Course {
  /** Scores so far. */
  count: number;
  sum: number;
  best: number;
  /** Epoch → mean of the scores up to it. */
  means: number[];
}

/**
 * The median stopping rule (Golovin et al., "Google Vizier: A Service for Black-Box Optimization", 2017, 3.2.1): a trial
 * is stopped after epoch s if its best score by s is strictly worse than the median of the other trials' running means of
 * the scores up to s.
 */
export class MedianStopping implements StoppingRule {
  readonly #firstEpoch: number;
  readonly #enough: number;
  readonly #courses = new Map<string, Course>();
  /** Epoch → the means of all trials that have come as far. */
  readonly #means = new Map<number, SortedScores>();

  constructor({ min_iter: firstEpoch, min_trials: enough }: MedianConfig) {
    this.#firstEpoch = firstEpoch;
    this.#enough = enough;
  }

  report(trial: string, epoch: number, score: number): string | undefined {
    const course = this.#courses.get(trial) ?? { count: 0, sum: 0, best: score, means: [] };
    this.#courses.set(trial, course);
    if (epoch >= course.means.length) this.#advance(course, epoch, score);
    const means = this.#means.get(epoch);
    const others = (means?.size ?? 0) - 1;
    if (!means || epoch < this.#firstEpoch || others < this.#enough) return undefined;
    if (compareScores(course.best, means.medianOfOthers(course.means[epoch])) >= 0) return undefined;
    return `its best so far is worse than the median of ${counted(others, 'trial')} after ${counted(epoch, 'epoch')}`;
  }

  #advance(course: Course, epoch: number, score: number): void {
    course.count++;
    course.sum += score;
    course.best = betterScore(course.best, score);
    course.means[epoch] = course.sum / course.count;
    const means = this.#means.get(epoch) ?? new SortedScores();
    this.#means.set(epoch, means);
    means.add(course.means[epoch]);
  }
}
