import { UserError } from '../../text/errors.js';

/** What became of a request to MLflow, in a word; the codes of its `UserError` are these after `mlflow-`. */
export type MlflowFailure =
  /** No connection, or one that broke or gave no answer in time. */
  | 'unreachable'
  /** An answer that asks to come again: 429, 5xx. */
  | 'unavailable'
  /** 401, 403: no credentials, wrong ones, expired ones. */
  | 'unauthorized'
  /** The server understood the request and refuses it. */
  | 'rejected'
  /** The server doesn't know the path: it is none of MLflow's, or an older one. */
  | 'no-endpoint'
  /** JSON that no MLflow server would send. */
  | 'invalid-answer';

export interface MlflowErrorDetails {
  failure: MlflowFailure;
  /** MLflow's own: `RESOURCE_DOES_NOT_EXIST`. */
  errorCode?: string;
  /** From the answer's `Retry-After`. */
  retryAfterMilliseconds?: number;
  hint?: string;
  cause?: unknown;
}

/** A request to MLflow that failed. Its message names the server without credentials. */
export class MlflowError extends UserError {
  readonly failure: MlflowFailure;
  readonly errorCode: string | undefined;
  readonly retryAfterMilliseconds: number | undefined;

  constructor(message: string, { failure, errorCode, retryAfterMilliseconds, hint, cause }: MlflowErrorDetails) {
    super(message, { code: `mlflow-${failure}`, hint, cause });
    this.name = 'MlflowError';
    this.failure = failure;
    this.errorCode = errorCode;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.failure === 'unreachable' || this.failure === 'unavailable';
  }
}

/** The server takes no artifacts from its clients, whatever they are: they would have to write to its storage. */
export class ArtifactsRefused extends MlflowError {
  constructor(message: string) {
    super(message, {
      failure: 'rejected',
      hint: 'start the server with `--serve-artifacts --artifacts-destination …`, and use a new experiment',
    });
  }
}

/** Whether the server has refused with one of these codes of its own. */
export function hasErrorCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof MlflowError && codes.includes(error.errorCode ?? '');
}
