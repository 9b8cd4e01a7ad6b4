/** What went wrong, in a word that programs can branch on (`--json` prints it) and tests can assert. */
export interface ErrorDetails {
  /** Machine-readable, kebab-case: `tensorflow-not-found`, `unknown-key`. */
  code: string;
  /** What the user can do about it: a command, a corrected value. */
  hint?: string;
  /** The process's exit code: 1 a run failed, 2 bad usage or configuration, 130 interrupted. */
  exitCode?: 1 | 2 | 130;
  cause?: unknown;
}

/** An error for the user: its message is printed as it is, without a stack trace. Any other error is a bug of ours. */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2 | 130;

  constructor(message: string, { code, hint, exitCode = 1, cause }: ErrorDetails) {
    super(message, { cause });
    this.name = 'UserError';
    this.code = code;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** The user ended it: nothing has gone wrong. */
export function interrupted(): UserError {
  return new UserError('interrupted', { code: 'interrupted', exitCode: 130 });
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of anything that was thrown: the system's, such as `ENOENT`, or one of ours. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

/** The message, and below it what can be done. */
export function explanationOf(thrown: unknown): string {
  const hint = thrown instanceof UserError ? thrown.hint : undefined;
  return [messageOf(thrown), ...(hint === undefined ? [] : [hint])].join('\n');
}
