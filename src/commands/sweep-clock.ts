/** A trial that is being trained, as far as its end can be foreseen. */
export interface Underway {
  /** Seconds since it began. */
  seconds: number;
  /** Part of its epochs that is done, from 0 to 1. */
  share: number;
}

/** What is known of how long trials take. */
export interface Pace {
  /** Trials that were trained, and the seconds that they took in all. */
  trained: number;
  trainedSeconds: number;
  running: readonly Underway[];
  /** Trials that haven't begun. */
  waiting: number;
  /** Trials side by side. */
  jobs: number;
}

/** Too little of a trial to tell from how long it will take. */
const LEAST_SHARE = 0.02;

/** Seconds until all trials have ended, by how long those took that have; NaN as long as nothing can be said. */
export function secondsLeft({ trained, trainedSeconds, running, waiting, jobs }: Pace): number {
  const foreseen = running.filter(({ share }) => share >= LEAST_SHARE).map(({ seconds, share }) => seconds / share);
  const known =
    trained > 0 ? trainedSeconds / trained : foreseen.reduce((sum, each) => sum + each, 0) / foreseen.length;
  const left = running.map(({ seconds, share }) =>
    share >= LEAST_SHARE ? (seconds * (1 - share)) / share : Math.max(0, known - seconds),
  );
  const work = waiting * known + left.reduce((sum, each) => sum + each, 0);
  return Math.max(work / jobs, ...left);
}
