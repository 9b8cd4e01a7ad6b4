import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds after which nothing of a burst of requests is in use any more. */
const DELAY = 1000;

/**
 * Collects garbage soon. Left to itself, Node collects when it allocates: a server that is asked little after a burst would
 * keep what that took.
 */
export function collectGarbageSoon(): void {
  setTimeout(() => {
    // V8 hands its collector out only where this flag is set.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
  }, DELAY).unref();
}
