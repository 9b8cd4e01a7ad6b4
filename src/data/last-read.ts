import { stat } from 'node:fs/promises';
import { forEachConcurrently } from '../system/concurrently.js';

/** Enough to keep a disk busy. */
const CONCURRENT_STATS = 16;

/** Says of other files that the value is in them, too, before they are read. */
export type Announce = (files: readonly string[]) => Promise<void>;

/** Files, and the text that changes when one of them does. */
interface Looked {
  files: readonly string[];
  states: string;
}

/**
 * Keeps what was last read of some files, and gives it again as long as the files are as they were: a worker trains many
 * trials on the same data.
 */
export class LastRead<T> {
  #last: { purpose: string; looked: Looked[]; value: T } | undefined;

  /**
   * @param purpose what the files are read as
   * @param read is asked if the files, or the purpose, aren't those of last time; what it throws isn't kept
   */
  async of(files: readonly string[], purpose: string, read: (announce: Announce) => Promise<T>): Promise<T> {
    const own = await lookAt(files);
    const last = this.#last;
    if (
      last &&
      last.purpose === purpose &&
      last.looked[0].states === own.states &&
      (await areSame(last.looked.slice(1)))
    )
      return last.value;
    // Let go of first, so that two datasets are never held at once.
    this.#last = undefined;
    const looked = [own];
    const value = await read(async (further) => {
      looked.push(await lookAt(further));
    });
    this.#last = { purpose, looked, value };
    return value;
  }
}

async function areSame(looked: readonly Looked[]): Promise<boolean> {
  for (const { files, states } of looked) if ((await lookAt(files)).states !== states) return false;
  return true;
}

async function lookAt(files: readonly string[]): Promise<Looked> {
  const states: unknown[] = [];
  await forEachConcurrently(files, CONCURRENT_STATS, async (file, index) => {
    states[index] = await stateOf(file);
  });
  return { files, states: JSON.stringify(states) };
}

/** What changes when a file does; of one that can't be read, reading it will tell. */
async function stateOf(file: string): Promise<unknown[]> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return [file, ino, size, mtimeMs];
  } catch {
    return [file];
  }
}
