import { stat } from 'node:fs/promises';

/**
 * Keeps what was last read of some files, and gives it again as long as the files are as they were: a worker trains many
 * trials on the same data.
 */
export class LastRead<T> {
  #last: { key: string; value: T } | undefined;

  /**
   * @param purpose what the files are read as
   * @param read is asked if the files, or the purpose, aren't those of last time; what it throws isn't kept
   */
  async of(files: readonly string[], purpose: string, read: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([purpose, ...(await Promise.all(files.map(stateOf)))]);
    if (this.#last?.key === key) return this.#last.value;
    // Let go of first, so that two datasets are never held at once.
    this.#last = undefined;
    const value = await read();
    this.#last = { key, value };
    return value;
  }
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
