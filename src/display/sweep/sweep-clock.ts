/** A trial that is being trained, as far as its end can be foreseen. */
export interface Underway {
  /** Seconds since it began. */
  seconds: number;
  /** Of these, those before its training: its worker starts, data are read. */
  before: number;
  /** Part of its epochs that is done, from 0 to 1, and the part that an earlier session had done. */
  share: number;
  from: number;
}

/** What is known of how long trials take. */
export interface Pace {
  /** Trials that were trained, and the seconds that they took in all. */
  trained: number;
  trainedSeconds: number;
  running: readonly Underway[];
  /** Trials that haven't begun. */
  waiting: number;
  /** Workers that train side by side. */
  workers: number;
}

/** Too little of a trial to tell from how long it will take. */
const LEAST_SHARE = 0.02;

/** Seconds until all trials have ended, by how long those took that have; NaN as long as nothing can be said. */
export function secondsLeft({ trained, trainedSeconds, running, waiting, workers }: Pace): number {
  const foreseen = running.filter(isForeseen).map((each) => each.before + trainingSeconds(each));
  const known =
    trained > 0 ? trainedSeconds / trained : foreseen.reduce((sum, each) => sum + each, 0) / foreseen.length;
  const left = running.map((each) =>
    isForeseen(each) ? trainingSeconds(each) * (1 - each.share) : Math.max(0, known - each.seconds),
  );
  const work = waiting * known + left.reduce((sum, each) => sum + each, 0);
  return waiting + running.length === 0 ? 0 : Math.max(work / workers, ...left);
}

function isForeseen({ share, from }: Underway): boolean {
  return share - from >= LEAST_SHARE;
}

/** What all epochs of a trial take, by those that this session has trained. */
function trainingSeconds({ seconds, before, share, from }: Underway): number {
  return (seconds - before) / (share - from);
}
