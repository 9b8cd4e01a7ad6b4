import { type PlainError, plainErrorOf } from '../text/errors.js';
import type { RunOutcome } from '../scheduling/scheduler.js';
import { isResumable } from '../tracking/run-store.js';

/** What has a summary. */
export type Done = Extract<RunOutcome, { type: 'done' }>;

/** Whether an outcome that is found where trials wait is the trial's, and not of a run to resume. */
export function isFinal(outcome: RunOutcome | undefined): boolean {
  return outcome?.type === 'done' && !isResumable(outcome.answer.status);
}

export function wasKilled(outcome: RunOutcome): outcome is Done {
  return outcome.type === 'done' && outcome.answer.status === 'KILLED';
}

/** What is sent to another machine of anything that was thrown: no files or stack of this one. */
export function sentErrorOf(thrown: unknown): PlainError {
  const { message, code, hint } = plainErrorOf(thrown);
  return { message, code, hint };
}

/** The message of an error that was sent, and below it what can be done. */
export function explainPlain({ message, hint }: PlainError): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}
