/** What went wrong, in a word that programs can branch on (`--json` prints it) and tests can assert. */
export interface ErrorDetails {
  /** Machine-readable, kebab-case: `tensorflow-not-found`, `unknown-key`. */
  code: string;
  /** What the user can do about it: a command, a corrected value. */
  hint?: string;
  /** The process's exit code: 1 a run failed, 2 bad usage or configuration, 130 interrupted. */
  exitCode?: 1 | 2 | 130;
  cause?: unknown;
  /** All the files that it is about, where the message names only some (`--json` prints them). */
  files?: readonly FileProblem[];
}

/** A file, or a folder, whose path ends in `/`, and what is the matter with it. */
export interface FileProblem {
  path: string;
  reason: string;
}

/** An error for the user: its message is printed as it is, without a stack trace. Any other error is a bug of ours. */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2 | 130;
  readonly files: readonly FileProblem[] | undefined;

  constructor(message: string, { code, hint, exitCode = 1, cause, files }: ErrorDetails) {
    super(message, { cause });
    this.name = 'UserError';
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
    this.files = files;
  }
}

/** What a user has asked for can't be done as they asked. */
export function badUsage(message: string, hint?: string): UserError {
  return new UserError(message, { code: 'bad-usage', hint, exitCode: 2 });
}

/** The user ended it: nothing has gone wrong. */
export function interrupted(): UserError {
  return new UserError('interrupted', { code: 'interrupted', exitCode: 130 });
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `ENOENT: no such file or directory, open 'x'` without the code and the file, which is named anyway. */
export function systemReason(error: unknown): string {
  return messageOf(error)
    .replace(/^E[A-Z]+: /, '')
    .replace(/, \w+ '.*$/s, '');
}

/** The code of anything that was thrown: the system's, such as `ENOENT`, or one of ours. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

/** What a disk answers that is full, read-only, or not ours to write. */
const DISK_ERRORS: Partial<Record<string, string>> = {
  ENOSPC: 'make room on the disk',
  EDQUOT: 'make room: your quota on the disk is used up',
  EFBIG: 'allow larger files (`ulimit -f`), or use another file system',
  EROFS: 'the file system is read-only: use another folder, or mount it to be written',
  EACCES: 'see to it that you may read and write there, or use another folder',
  EPERM: 'see to it that you may read and write there, or use another folder',
  EIO: 'the disk has a fault: use another',
};

/** A disk's refusal as an error for the user; anything else as it was thrown. */
export function withDiskErrorsTold(thrown: unknown): unknown {
  const hint = DISK_ERRORS[codeOf(thrown) ?? ''];
  if (thrown instanceof UserError || hint === undefined) return thrown;
  return new UserError(messageOf(thrown), { code: 'disk', hint: `${hint}, then try again`, cause: thrown });
}

/** The message, and below it what can be done. */
export function explanationOf(error: unknown): string {
  const thrown = withDiskErrorsTold(error);
  const hint = thrown instanceof UserError ? thrown.hint : undefined;
  return [messageOf(thrown), ...(hint === undefined ? [] : [hint])].join('\n');
}

/** An error that can be sent to another process. */
export interface PlainError {
  message: string;
  /** Of a UserError. */
  code?: string;
  hint?: string;
  /** Of a UserError about files. */
  files?: readonly FileProblem[];
  /** Of any other error, which is a bug of ours. */
  stack?: string;
}

/** What can be sent of anything that was thrown. */
export function plainErrorOf(thrown: unknown): PlainError {
  const error = withDiskErrorsTold(thrown);
  if (error instanceof UserError) {
    const { message, code, hint, files } = error;
    return { message, code, hint, files };
  }
  return { message: messageOf(error), stack: error instanceof Error ? error.stack : undefined };
}

/** An error that was sent, as it was thrown. */
export function errorOf({ message, code, hint, files, stack }: PlainError): Error {
  return code ? new UserError(message, { code, hint, files }) : Object.assign(new Error(message), { stack });
}
