import type { PlainError } from '../job.js';
import type { RunOutcome } from '../scheduling/scheduler.js';
import type { Summary } from '../tracking/run-store.js';

/** What has a summary. */
export type Done = Extract<RunOutcome, { type: 'done' }>;

/** Whether a run is over for good: what failed, or was ended, is gone on with. */
export function isOver({ status }: Summary): boolean {
  return status !== 'FAILED' && status !== 'KILLED';
}

/** Whether an outcome that is found where trials wait is the trial's, and not of a run to go on with. */
export function isFinal(outcome: RunOutcome | undefined): boolean {
  return outcome?.type === 'done' && isOver(outcome.answer);
}

export function wasKilled(outcome: RunOutcome): outcome is Done {
  return outcome.type === 'done' && outcome.answer.status === 'KILLED';
}

/** What can be sent of anything that was thrown: `Error`s have the same names for it. */
export function plainErrorOf(error: unknown): PlainError {
  const { message, code, hint } = error as PlainError;
  return { message, code, hint };
}

/** The message of an error that was sent, and below it what can be done. */
export function explainPlain({ message, hint }: PlainError): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}
