import { constants } from 'node:buffer';
import { UserError } from '../errors.js';

/** Refuses what no array can hold (in Node 20: more than 4 GiB), before any work is done on it. */
export function requireArrayHolds(bytes: number, source: string): void {
  if (bytes <= constants.MAX_LENGTH) return;
  throw new UserError(
    `${source}: ${bytes} bytes of pixels, but an array of Node ${process.versions.node} holds at most ${constants.MAX_LENGTH}`,
    { code: 'dataset-too-large', hint: 'use smaller images or fewer of them, or Node 22 or later' },
  );
}
