import { writeFile } from 'node:fs/promises';
import { UserError, messageOf } from '../errors.js';

/**
 * Writes a file that the user has named.
 * @param option by which
 * @throws UserError `output-not-writable`
 */
export async function writeOutput(path: string, contents: string | Uint8Array, option: string): Promise<void> {
  await writeFile(path, contents).catch((error: unknown) => {
    throw new UserError(`can't write ${path}: ${messageOf(error)}`, {
      code: 'output-not-writable',
      hint: `name another file: ${option} FILE`,
      cause: error,
    });
  });
}
