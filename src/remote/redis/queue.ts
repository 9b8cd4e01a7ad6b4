import type { KeepJobs, RedisOptions } from 'bullmq';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import type { LoggedRun } from '../logged-run.js';
import type { ArchiveFacts } from '../run-archive.js';
import type { QueueAddress } from './address.js';

/** What a queue keeps for a coordinator that is away. */
export const KEPT_SECONDS = 7 * 24 * 3600;

/** BullMQ's options that sender and worker share. */
export function queueOptions({ connection }: QueueAddress): { connection: RedisOptions; prefix: string } {
  return { connection: { ...connection }, prefix: 'ablate' };
}

/** How often a worker's own trouble (a full disk, a folder that isn't there) sends a trial to another. */
export const ATTEMPTS = 6;

export const KEEP: KeepJobs = { age: KEPT_SECONDS };

/** What a worker answers. */
export interface TrialAnswer {
  outcome: RunOutcome;
  /** The run's files, on their way to a runs directory that the worker can't see. */
  archive?: ArchiveFacts & { key: string };
  /** Likewise, where MLflow has them. */
  logged?: LoggedRun;
}

export interface TrialKeys {
  /** Stream of what its run tells. */
  events: string;
  /** How it is to end early: an `EndRequest`. */
  end: string;
  /** The files of the run that is to be resumed, and what is told of them. */
  resume: string;
  resumeFacts: string;
  /** The files of a run that has ended; each worker that has had it adds a word of its own. */
  archive: string;
}

/** The names of what a trial has in Redis beside its job. */
export function trialKeys({ queue }: QueueAddress, trial: string): TrialKeys {
  const base = `ablate-trial:${queue}:${trial}`;
  return {
    events: `${base}:events`,
    end: `${base}:end`,
    resume: `${base}:resume`,
    resumeFacts: `${base}:resume-facts`,
    archive: `${base}:archive`,
  };
}

/** Where it is told which trial a run belongs to that is none of a sweep's: its coordinator may forget that, and come back. */
export function trialOfRunKey({ queue }: QueueAddress, run: string): string {
  return `ablate-trial:${queue}:run:${run}`;
}

/** Where it is told that trials are to end early. */
export function endChannel({ queue }: QueueAddress): string {
  return `ablate-trial:${queue}:ends`;
}
