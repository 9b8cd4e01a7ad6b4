import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whileHolding } from './run-lock.js';

/**
 * Removes the folder of a run or a sweep, at once for whoever looks, and only while no other process writes it.
 * @throws UserError `run-in-use`
 */
export async function removeFolder(folder: { id: string; path: string }, runsDirectory: string): Promise<void> {
  const aside = join(runsDirectory, `.removed-${folder.id}`);
  await whileHolding(
    folder,
    () => {
      renameSync(folder.path, aside);
      rmSync(aside, { recursive: true, force: true });
      return Promise.resolve();
    },
    process.pid,
  );
}
