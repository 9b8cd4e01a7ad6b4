import type { EndRequest } from '../../protocol/job.js';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import { wasKilled } from '../outcomes.js';
import { performTrial, type WorkerPlace } from '../perform-trial.js';
import { readMessage } from '../trial-message.js';
import { requeue } from './commands.js';
import { noteTrialOfRun, TrialFolder } from './trial-folder.js';

const POLL_MILLISECONDS = 500;
const PREEMPTED: EndRequest = { status: 'KILLED', reason: 'Slurm needs its place' };
const TIME_IS_UP: EndRequest = { status: 'KILLED', reason: 'its time with Slurm is up' };

/**
 * Does a trial as a task of Slurm, and leaves its answer. Told to make room (SIGTERM), or that its time is nearly up
 * (SIGUSR2), it makes a checkpoint and leaves no answer: Slurm starts it again, or is asked to.
 * @param job the task's number in Slurm
 */
export async function performTask(trial: string, place: WorkerPlace, job: string | undefined): Promise<void> {
  const folder = new TrialFolder(place.runsDirectory, trial);
  const ending = new AbortController();
  process.on('SIGTERM', () => {
    ending.abort(PREEMPTED);
  });
  process.on('SIGUSR2', () => {
    ending.abort(TIME_IS_UP);
  });
  const polling = setInterval(() => {
    const { end } = folder;
    if (end) ending.abort(end);
  }, POLL_MILLISECONDS);
  try {
    const outcome = await perform(trial, folder, place, ending.signal);
    const isToGoOn = [PREEMPTED, TIME_IS_UP].includes(ending.signal.reason as EndRequest) && wasKilled(outcome);
    if (!isToGoOn) folder.answer = outcome;
    else if (ending.signal.reason === TIME_IS_UP && job !== undefined) await requeue(job);
  } finally {
    clearInterval(polling);
  }
}

async function perform(
  trial: string,
  folder: TrialFolder,
  place: WorkerPlace,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const message = readMessage(folder.message());
  return performTrial(message, place, {
    signal,
    wasBegun: folder.wasBegun,
    onProgress: (progress) => {
      folder.append(progress);
      if (progress.type === 'created' && !message.sweep) noteTrialOfRun(place.runsDirectory, progress.id, trial);
    },
  });
}
