import { compareScores } from './scores.js';

/** Scores in order, the worst first: asked after every epoch of every trial, so nothing is sorted anew. */
export class SortedScores {
  readonly #scores: number[] = [];

  /** @param scores in any order */
  constructor(scores: Iterable<number> = []) {
    for (const score of scores) this.add(score);
  }

  get size(): number {
    return this.#scores.length;
  }

  add(score: number): void {
    this.#scores.splice(
      this.#countWhere((other) => compareScores(other, score) < 0),
      0,
      score,
    );
  }

  /** How many are better than this one. */
  countBetter(score: number): number {
    return this.size - this.#countWhere((other) => compareScores(other, score) <= 0);
  }

  /** The median of all but one. NaN if that leaves none. @param own which is among them */
  medianOfOthers(own: number): number {
    const place = this.#countWhere((other) => compareScores(other, own) < 0);
    const at = (index: number): number => this.#scores.at(index < place ? index : index + 1) ?? NaN;
    const middle = (this.size - 2) / 2;
    const [low, high] = [at(Math.floor(middle)), at(Math.ceil(middle))];
    return low === high ? low : low + (high - low) / 2;
  }

  /** How many scores at the beginning a condition holds for, which holds for none after them; by binary search. */
  #countWhere(holds: (score: number) => boolean): number {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#scores[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
