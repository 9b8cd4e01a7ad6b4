import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError, messageOf } from '../text/errors.js';

/**
 * Writes a file that the user has named, and makes the folders that it lies in.
 * @param option by which
 * @throws UserError `output-not-writable`
 */
export async function writeOutput(path: string, contents: string | Uint8Array, option: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  } catch (error) {
    throw new UserError(`can't write ${path}: ${messageOf(error)}`, {
      code: 'output-not-writable',
      hint: `name another file: ${option} FILE`,
      cause: error,
    });
  }
}

/** Says on standard error what was written, for commands whose own output doesn't name it. */
export function sayWritten(what: string): void {
  process.stderr.write(`wrote ${what}\n`);
}
