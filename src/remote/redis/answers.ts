import { UserError } from '../../text/errors.js';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import { readAnswer, readPlainError } from '../arrivals.js';
import { requireOwnOutcome, type TrialIdentity } from '../trial-identity.js';
import type { TrialAnswer, TrialKeys } from './queue.js';

/**
 * A worker's answer to a trial, with nothing in it that is another trial's.
 * @throws UserError `arrival-invalid`, `foreign-run`
 */
export function answerTo(trial: TrialIdentity, { archive: ownArchive }: TrialKeys, text: unknown): TrialAnswer {
  const answer = readAnswer(text);
  const { outcome, archive, logged } = answer;
  requireOwnOutcome(outcome, trial);
  const run = outcome.type === 'done' ? outcome.answer.id : undefined;
  for (const files of [archive, logged]) if (files && files.run !== run) throw foreign(files.run);
  if (archive && !archive.key.startsWith(`${ownArchive}:`)) throw foreign(archive.key);
  return answer;
}

/** @param reason a worker's `PlainError`, or what BullMQ says of a trial whose workers have died */
export function failureOf(reason: string): RunOutcome {
  try {
    return { type: 'failed', error: readPlainError(reason) };
  } catch {
    return { type: 'crashed', reason: `its workers were lost: ${reason.slice(0, 1000)}`, log: '' };
  }
}

/** Whether what has come is refused, and not what was to be done with it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof UserError && ['arrival-invalid', 'foreign-run', 'archive-damaged'].includes(error.code);
}

function foreign(named: string): UserError {
  return new UserError(`an answer names ${named}, which is not its trial's`, { code: 'foreign-run' });
}
