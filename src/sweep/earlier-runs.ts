import type { Job } from '../protocol/job.js';
import { holderOf } from '../tracking/run-lock.js';
import { type ListedRun, listRun, readIdentity, runDirectory, runIds } from '../tracking/run-store.js';
import type { TrialStatus } from './trial.js';

/** A run on disk, as far as a trial may be the same. */
export interface EarlierRun {
  id: string;
  /** `UNFINISHED`: in progress, or interrupted. */
  status: TrialStatus | 'UNFINISHED';
  /** Of its data; undefined when it ended before they were read. */
  digest: string | undefined;
}

/** The runs that are on disk, by what they train; each is looked at once, unless `lookAgain` asks for it. */
export class EarlierRuns {
  readonly #runsDirectory: string;
  /** Configuration's hash and seed → runs, the oldest first. */
  readonly #byIdentity = new Map<string, EarlierRun[]>();
  readonly #known = new Set<string>();

  /** Reads all summaries: ten thousand take about a second. */
  constructor(runsDirectory: string) {
    this.#runsDirectory = runsDirectory;
    this.#addNew();
  }

  /** Takes in the runs that have begun since, and how those of one configuration and seed stand now. */
  lookAgain(configHash: string, seed: number): void {
    const key = identityKey(configHash, seed);
    const before = this.#byIdentity.get(key) ?? [];
    this.#byIdentity.delete(key);
    for (const { id } of before) this.#add(listRun(runDirectory(this.#runsDirectory, id)));
    this.#addNew();
  }

  /** Those with the same configuration and seed; whether their data were the same, their digests say. */
  sameAs(configHash: string, seed: number): readonly EarlierRun[] {
    return this.#byIdentity.get(identityKey(configHash, seed)) ?? [];
  }

  /**
   * Whether a run was made for a trial of this variant. Others of the same configuration and seed may be of another variant,
   * which differs by where its data lie. Runs of old versions don't say theirs.
   */
  isOf(id: string, sweep: string, label: string): boolean {
    const { parent, label: own = label } = readIdentity(runDirectory(this.#runsDirectory, id));
    return parent === sweep && own === label;
  }

  #addNew(): void {
    for (const id of runIds(this.#runsDirectory)) {
      if (!this.#known.has(id)) this.#add(listRun(runDirectory(this.#runsDirectory, id)));
    }
  }

  #add({ run, summary }: ListedRun): void {
    this.#known.add(run.id);
    if (summary) {
      const { config_hash: hash, seed, status, dataset_digest: digest } = summary;
      this.#insert(identityKey(hash, seed), { id: run.id, status, digest });
      return;
    }
    try {
      const { config_hash: hash, seed } = readIdentity(run);
      this.#insert(identityKey(hash, seed), { id: run.id, status: 'UNFINISHED', digest: undefined });
    } catch {
      // Interrupted before it said what it is: no one can resume it.
    }
  }

  #insert(key: string, run: EarlierRun): void {
    const runs = this.#byIdentity.get(key);
    if (runs) runs.push(run);
    else this.#byIdentity.set(key, [run]);
  }
}

/** The run of a trial that no one trains and that has no end. */
export async function findUnannounced(job: Job): Promise<string | undefined> {
  for (const { id, status } of runsOfTrial(job)) {
    if (status === 'UNFINISHED' && !(await holderOf(runDirectory(job.runsDirectory, id)))) return id;
  }
  return undefined;
}

/** The runs of a trial in its sweep, the newest first. */
export function runsOfTrial({ runsDirectory, configHash, config, sweep }: Job): EarlierRun[] {
  const earlier = new EarlierRuns(runsDirectory);
  const same = earlier.sameAs(configHash, config.training.seed).toReversed();
  return sweep ? same.filter(({ id }) => earlier.isOf(id, sweep.id, sweep.label)) : [];
}

function identityKey(configHash: string, seed: number): string {
  return `${configHash}/${seed}`;
}
