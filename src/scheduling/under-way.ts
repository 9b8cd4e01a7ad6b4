import type { RunOutcome } from './scheduler.js';

/** The trials that a scheduler has begun: whoever asks for one of them again gets its outcome. */
export class UnderWay {
  /** Trial → what comes of it. */
  readonly #outcomes = new Map<string, Promise<RunOutcome>>();

  /** @param begin called unless the trial is under way */
  once(trial: string, begin: () => Promise<RunOutcome>): Promise<RunOutcome> {
    const known = this.#outcomes.get(trial);
    if (known) return known;
    const outcome = begin().finally(() => this.#outcomes.delete(trial));
    this.#outcomes.set(trial, outcome);
    return outcome;
  }
}
