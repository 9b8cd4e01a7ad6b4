/**
 * Calls an asynchronous function for each item, in order, with at most `limit` calls under way. After a failure no new
 * call is made; the first failure is thrown when those under way have ended.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  limit: number,
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const entries = items.entries();
  const takeTurns = async () => {
    for (const [index, item] of entries) {
      if (failures.length > 0) return;
      await action(item, index).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, takeTurns));
  if (failures.length > 0) throw failures[0];
}
