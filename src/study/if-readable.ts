import { UserError } from '../text/errors.js';

/** What is read of a run; undefined where it can't be. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
