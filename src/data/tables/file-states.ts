import { stat } from 'node:fs/promises';
import { forEachConcurrently } from '../../system/concurrently.js';
import { UserError, messageOf } from '../../text/errors.js';

/** Enough to keep a disk busy. */
const CONCURRENT_STATS = 16;

/**
 * What changes when a file does: its size and time.
 * @param what the files are: `image`
 * @param hint what to do where one isn't there
 * @throws UserError `dataset-file-missing`
 */
export async function fileStates(
  files: readonly string[],
  what: string,
  hint: string,
): Promise<[size: number, milliseconds: number][]> {
  const states: [number, number][] = [];
  await forEachConcurrently(files, CONCURRENT_STATS, async (file, index) => {
    const { size, mtimeMs } = await stat(file).catch((cause: unknown) => {
      const problem = `can't read the ${what} ${file}: ${messageOf(cause)}`;
      throw new UserError(problem, { code: 'dataset-file-missing', hint, cause });
    });
    states[index] = [size, mtimeMs];
  });
  return states;
}
