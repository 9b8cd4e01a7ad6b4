import { UserError, messageOf, systemReason } from '../../text/errors.js';

/** A mistake in a table, at its place. */
export function invalidTable(place: string, problem: string, hint: string): UserError {
  return new UserError(`${place}: ${problem}`, { code: 'dataset-invalid', hint });
}

/** What is well, and can't be read all the same: the reader of an array or a column says so, its caller adds the place. */
export class NotRead extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** What went wrong at a place: a file that is damaged, unless the error says more. */
export function tableErrorAt(place: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  return error instanceof NotRead
    ? invalidTable(place, error.message, error.hint)
    : damagedTable(place, messageOf(error), error);
}

/** A file that is cut off or damaged. */
export function damagedTable(file: string, problem: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${problem}`, {
    code: 'dataset-file-corrupt',
    hint: 'the file is incomplete or damaged, or not what its name says: copy or download it again',
    cause,
  });
}

/** A file that can't be opened. */
export function unopenableTable(file: string, cause: unknown): UserError {
  return new UserError(`can't read ${file}: ${systemReason(cause)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: 'check the path; relative ones start at the experiment file',
    cause,
  });
}

/** At most so much of a value is repeated in a message. */
const SHOWN = 40;

/** A value from a file, for a message: in quotes, in one line, not longer than a line. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text);
}
