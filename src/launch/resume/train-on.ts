import { configHash } from '../../config/hash.js';
import { badUsage, UserError } from '../../text/errors.js';
import type { Job } from '../../protocol/job.js';
import { ablate } from '../../system/shell.js';
import { type Summary, runDirectory } from '../../tracking/run-store.js';
import type { SweepOptions } from '../options/sweep.js';
import { counted } from '../../text/words.js';

/**
 * A new run that trains a finished one on, to the very result of a run of that many epochs in one go.
 * @param job of the finished run
 * @throws UserError `bad-usage`; `cannot-train-on` where one go would have trained the first epochs in another way
 */
export function trainOnJob(
  { resume, ...job }: Job,
  summary: Summary | undefined,
  options: SweepOptions & { epochs?: number },
): Job {
  if (options.queue !== undefined || (options.launcher ?? 'local') !== 'local') {
    throw refused('--epochs trains on this machine: the state that it begins from lies here', 'leave the option out');
  }
  if (summary?.status !== 'FINISHED') {
    throw refused(`run ${resume ?? ''} is not finished`, `\`${ablate('resume', resume ?? '')}\` resumes it`);
  }
  const training = { ...job.config.training, epochs: epochsOf(options.epochs, summary) };
  requireSameStart(job, summary);
  const config = { ...job.config, training };
  return { ...job, config, configHash: configHash(config), trainsOn: summary.id };
}

function epochsOf(wanted = 0, { epochs }: Summary): number {
  if (wanted > epochs) return wanted;
  throw badUsage(
    `--epochs is ${wanted}; expected more than ${epochs}, which the run has trained`,
    'it counts all epochs, those that are done among them',
  );
}

/** @throws UserError `cannot-train-on` */
function requireSameStart({ config: { training }, runsDirectory }: Omit<Job, 'resume'>, { id, epochs }: Summary): void {
  const { learning_rate_schedule: schedule, early_stopping: stopping } = training;
  const { config } = runDirectory(runsDirectory, id);
  const hint = `start from its weights alone: ${ablate('run', config, `training.initial_weights=${id}`)}`;
  if (schedule.name === 'one_cycle' || (schedule.name === 'cosine' && schedule.decay_epochs === null)) {
    throw refused(
      `its learning rate (${schedule.name}) falls over all epochs: with more, the first would differ`,
      hint,
    );
  }
  if (stopping !== null && epochs < training.epochs) {
    throw refused(`early stopping has ended it after ${counted(epochs, 'epoch')}, as it would with more`, hint);
  }
}

function refused(message: string, hint: string): UserError {
  return new UserError(message, { code: 'cannot-train-on', hint, exitCode: 2 });
}
