import { messageOf, UserError } from '../text/errors.js';
import type { Delivered } from './run-delivery.js';

/** How a run's live delivery ended. */
export type FollowEnd =
  | { delivered: Delivered }
  /** The rest stays in the run's journal, for `ablate sync`; null where it isn't known how much. */
  | { pendingPoints: number | null; error: UserError };

/** What of something a server has refused, or why it hasn't got all of it; nothing where all has arrived. */
export function undeliveredOf(end: FollowEnd | undefined): string[] {
  if (!end) return [];
  return 'delivered' in end ? end.delivered.refused : [end.error.message];
}

/** What was trained, with what of it a tracking server that was to follow it hasn't got. */
export interface Tracked {
  /** In words; absent where all has arrived, or nothing was to be sent. */
  undelivered?: readonly string[];
}

/** Something that was trained, with what of it hasn't arrived. */
export function withUndelivered<T extends object>(trained: T, undelivered: readonly string[]): T & Tracked {
  return undelivered.length === 0 ? trained : { ...trained, undelivered };
}

/** Even a mistake of ours in the delivery must not end a training that goes well. */
export function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError(`delivery to MLflow failed: ${messageOf(error)}`, { code: 'mlflow-delivery', cause: error });
}
