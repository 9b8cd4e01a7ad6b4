import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueEvents } from 'bullmq';

/** After an event that can't be read. */
const AGAIN_MILLISECONDS = 250;

/**
 * Hears a queue's events until they are closed. BullMQ stops at one that it can't read; hearing begins again after it.
 * @param onTrouble told what stopped it: what else it would have told is to be looked for
 */
export async function hear(
  events: QueueEvents,
  { isClosed, onTrouble }: { isClosed: () => boolean; onTrouble: (error: unknown) => Promise<void> },
): Promise<void> {
  while (!isClosed()) {
    try {
      await events.run();
    } catch (error) {
      await sleep(AGAIN_MILLISECONDS, undefined, { ref: false });
      if (!isClosed()) await onTrouble(error).catch(() => undefined);
    }
  }
}
