import { existsSync } from 'node:fs';
import { UserError } from '../text/errors.js';
import type { Job } from '../protocol/job.js';
import type { RunOutcome } from '../scheduling/scheduler.js';
import type { RunEvent } from '../tracking/journal-events.js';
import { readIdentity, type RunDirectory } from '../tracking/run-store.js';

/** What all runs of a trial have in common, and no runs of others. */
export interface TrialIdentity {
  configHash: string;
  seed: number;
}

export function identityOf({ configHash, config }: Pick<Job, 'configHash' | 'config'>): TrialIdentity {
  return { configHash, seed: config.training.seed };
}

/** What a trial is called, for people. */
export function trialName({ config, sweep }: Pick<Job, 'config' | 'sweep'>): string {
  return `${sweep?.label ?? config.name} seed ${config.training.seed}`;
}

export function isOfTrial(run: Pick<RunEvent, 'config_hash' | 'seed'>, { configHash, seed }: TrialIdentity): boolean {
  return run.config_hash === configHash && run.seed === seed;
}

/** @throws UserError `foreign-run` when an answer tells of a run that is none of the trial's */
export function requireOwnOutcome(outcome: RunOutcome, trial: TrialIdentity): void {
  if (outcome.type !== 'done' || isOfTrial(outcome.answer, trial)) return;
  throw new UserError(`${outcome.answer.id} is not a run of the trial that it answers`, { code: 'foreign-run' });
}

/** Whether a run is there already, and is another trial's. */
export function isForeign(run: RunDirectory, trial: TrialIdentity): boolean {
  return existsSync(run.journal) && !isOfTrial(readIdentity(run), trial);
}

/** A message may name any run that is there. @throws UserError `foreign-run` */
export function requireOwnRun(run: RunDirectory, trial: TrialIdentity): void {
  if (!isForeign(run, trial)) return;
  throw new UserError(`${run.id} is a run of another trial than the one that names it`, { code: 'foreign-run' });
}
