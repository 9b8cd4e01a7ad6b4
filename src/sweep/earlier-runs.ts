import type { Job } from '../job.js';
import { holderOf } from '../tracking/run-lock.js';
import { listRuns, readIdentity, runDirectory, type ListedRun } from '../tracking/run-store.js';
import type { TrialStatus } from './trial.js';

/** A run on disk, as far as a trial may be the same. */
export interface EarlierRun {
  id: string;
  /** `UNFINISHED`: it goes on, or was cut short. */
  status: TrialStatus | 'UNFINISHED';
  /** Of its data; undefined when it ended before they were read. */
  digest: string | undefined;
}

/** The runs that are on disk when a sweep begins, by what they trained; each is looked at once. */
export class EarlierRuns {
  readonly #runsDirectory: string;
  /** Configuration's hash and seed → runs, the oldest first. */
  readonly #byIdentity = new Map<string, EarlierRun[]>();

  /** Reads all summaries: ten thousand take about a second. */
  constructor(runsDirectory: string) {
    this.#runsDirectory = runsDirectory;
    for (const listed of listRuns(runsDirectory)) this.#add(listed);
  }

  /** Those with the same configuration and seed; whether their data were the same, their digests say. */
  sameAs(configHash: string, seed: number): readonly EarlierRun[] {
    return this.#byIdentity.get(identityKey(configHash, seed)) ?? [];
  }

  /** The sweep that a run was made for. */
  sweepOf(id: string): string | undefined {
    return readIdentity(runDirectory(this.#runsDirectory, id)).parent;
  }

  #add({ run, summary }: ListedRun): void {
    if (summary) {
      const { config_hash: hash, seed, status, dataset_digest: digest } = summary;
      this.#insert(identityKey(hash, seed), { id: run.id, status, digest });
      return;
    }
    try {
      const { config_hash: hash, seed } = readIdentity(run);
      this.#insert(identityKey(hash, seed), { id: run.id, status: 'UNFINISHED', digest: undefined });
    } catch {
      // Cut short before it said what it is: no one can go on with it.
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

/** The runs of a trial in its sweep, the newest first; those of other trials too whose configurations are the same. */
export function runsOfTrial({ runsDirectory, configHash, config, sweep }: Job): EarlierRun[] {
  const earlier = new EarlierRuns(runsDirectory);
  const same = earlier.sameAs(configHash, config.training.seed).toReversed();
  return same.filter(({ id }) => earlier.sweepOf(id) === sweep?.id);
}

function identityKey(configHash: string, seed: number): string {
  return `${configHash}/${seed}`;
}
