import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';

/** Files that are decoded at once: some wait for the disk, or for their turn, while others keep the cores busy. */
export const CONCURRENT_DECODES = 2 * availableParallelism();

/**
 * Calls an asynchronous function for each item, in order, with at most `limit` calls under way. After a failure no new
 * call is made; the first failure is thrown when those under way have ended.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency: limit });
  const failures: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (failures.length > 0) break;
    queue
      .add(() => action(item, index))
      .catch((error: unknown) => {
        failures.push(error);
        queue.clear();
      });
    // What waits takes memory, and would begin after a failure.
    await queue.onSizeLessThan(1);
  }
  await queue.onIdle();
  if (failures.length > 0) throw failures[0];
}
