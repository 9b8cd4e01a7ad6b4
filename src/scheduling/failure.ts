import { errorOf, UserError } from '../text/errors.js';
import type { Failure, Outcome } from './scheduler.js';

/** What a worker answered. @throws what `failureError` makes of a task without an answer */
export function answerOf<Answer>(outcome: Outcome<Answer>): Answer {
  if (outcome.type !== 'done') throw failureError(outcome);
  return outcome.answer;
}

/** What to throw for a task that a worker couldn't do: a UserError, or a bug of ours with the worker's stack. */
export function failureError(failure: Failure): Error {
  if (failure.type === 'crashed') {
    return new UserError(`${failure.reason}\n${failure.log}`, { code: 'worker-crashed' });
  }
  return errorOf(failure.error);
}
