import type { Experiment } from '../config/schema/experiment.generated.js';
import type { EarlierRun, EarlierRuns } from './earlier-runs.js';
import type { SweepRecord } from './sweep-journal.js';
import { type Trial, trialKey } from './trial.js';

/** What to do for a trial. */
export type Choice =
  /** Nothing: this run is it. */
  | { type: 'reuse'; run: string }
  /** Resume this run, which was interrupted or failed. */
  | { type: 'resume'; run: string }
  | { type: 'train' };

/** A run with the configuration and the seed of a trial. */
export interface Candidate extends EarlierRun {
  /** Whether it was made for this trial, in this sweep. */
  own: boolean;
}

export interface ChoiceOptions {
  earlier: EarlierRuns;
  /** What the sweep's journal said when it began. */
  record: SweepRecord;
  /** The digest of the data that an experiment trains on, now. */
  digestOf: (config: Experiment) => Promise<string>;
  /** Whether to train what diverged again. */
  rerunFailed: boolean;
}

/** The trial that a run is looked for, and how its variant is called. */
interface Wanted {
  /** `trialKey` */
  key: string;
  label: string;
  hash: string;
  seed: number;
}

/** Decides for each trial of a sweep whether it is to be trained. */
export class TrialChoices {
  readonly #options: ChoiceOptions;
  /** Run → the trial (`trialKey`) that it was made for. */
  readonly #owners: Map<string, string>;

  constructor(options: ChoiceOptions) {
    this.#options = options;
    this.#owners = new Map([...options.record.runs].map(([trial, run]) => [run, trial]));
  }

  /** @param config of the trial, and its `configHash` */
  async choose({ variant, seed, label }: Trial, config: Experiment, hash: string): Promise<Choice> {
    const { record, digestOf, rerunFailed } = this.#options;
    const key = trialKey(variant.index, seed);
    const candidates = this.#candidates({ key, label, hash, seed }).filter(({ own }) => own || !record.begun.force);
    // Most trials of a new sweep have none, and needn't have their data read.
    if (candidates.length === 0) return { type: 'train' };
    const choice = chooseRun(candidates, await digestOf(config), rerunFailed);
    // No two trials resume one run, though their configurations may be the same.
    if (choice.type === 'resume') this.#owners.set(choice.run, key);
    return choice;
  }

  /**
   * The run that is a trial, if another process has ended one since: to be asked once the trial is claimed, after which no
   * other begins it.
   */
  async doneMeanwhile({ seed }: Trial, config: Experiment, hash: string): Promise<string | undefined> {
    const { earlier, record, digestOf, rerunFailed } = this.#options;
    if (record.begun.force) return undefined;
    earlier.lookAgain(hash, seed);
    const candidates = earlier.sameAs(hash, seed).map((run) => ({ ...run, own: false }));
    if (candidates.length === 0) return undefined;
    const choice = chooseRun(candidates, await digestOf(config), rerunFailed);
    return choice.type === 'reuse' ? choice.run : undefined;
  }

  #candidates({ key, label, hash, seed }: Wanted): Candidate[] {
    const { earlier, record } = this.#options;
    const isOwn = (run: string): boolean => {
      const owner = this.#owners.get(run);
      // A sweep that was interrupted may not have noted its last runs; they say themselves what they belong to.
      return owner === undefined ? earlier.isOf(run, record.begun.id, label) : owner === key;
    };
    return earlier.sameAs(hash, seed).map((run) => ({ ...run, own: isOwn(run.id) }));
  }
}

/**
 * What to do for a trial, given the runs of the same configuration and seed (the oldest first). One that finished, or
 * diverged, would do so again. When a run was stopped early depends on the sweep around it, so only the sweep's own count as
 * done; and only they are resumed, because only they have trained with as many threads.
 * @param digest of the trial's data now
 * @param rerunFailed whether to train what diverged again
 */
export function chooseRun(candidates: readonly Candidate[], digest: string, rerunFailed: boolean): Choice {
  const done = candidates.findLast(
    ({ status, own, digest: theirs }) =>
      theirs === digest &&
      (status === 'FINISHED' || (status === 'DIVERGED' && !rerunFailed) || (status === 'PRUNED' && own)),
  );
  if (done) return { type: 'reuse', run: done.id };
  const open = candidates.findLast(
    ({ status, own, digest: theirs }) =>
      own && ['UNFINISHED', 'KILLED', 'FAILED'].includes(status) && (theirs ?? digest) === digest,
  );
  return open ? { type: 'resume', run: open.id } : { type: 'train' };
}
