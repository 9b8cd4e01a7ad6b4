import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError, messageOf } from '../text/errors.js';

/**
 * Works in a folder beside the output, which is removed in the end.
 * @throws UserError `output-not-writable`
 */
export async function withWorkFolder<T>(output: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeBeside(output);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeBeside(output: string): Promise<string> {
  try {
    await mkdir(dirname(output), { recursive: true });
    return await mkdtemp(join(dirname(output), `.${basename(output)}-`));
  } catch (error) {
    throw new UserError(`can't write ${output}: ${messageOf(error)}`, {
      code: 'output-not-writable',
      hint: 'name another path: --output PATH',
      cause: error,
    });
  }
}

/** Puts a file or folder in the place of another. */
export async function replacePath(written: string, output: string): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await rename(written, output);
}
