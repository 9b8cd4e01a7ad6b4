import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from '../../text/errors.js';
import type { LibraryLayout } from './layout.js';

const TIMEOUT_MILLISECONDS = 60_000;
/** The program that does it, started by its path: this process must not load TensorFlow. */
const PROGRAM = fileURLToPath(new URL('load-check-process.js', import.meta.url));

/**
 * Loads TensorFlow in a process of its own, as a worker would, since what is found need not work: a file may be
 * damaged, a library that it needs missing, the CPU too old.
 * @returns the version that the library itself tells
 * @throws Error with what went wrong
 */
export async function checkLoads({ directory, fileNames }: LibraryLayout): Promise<string> {
  const options = { timeout: TIMEOUT_MILLISECONDS, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, directory, ...fileNames], options);
    return stdout;
  } catch (error) {
    const { stderr, signal } = error as { stderr?: string; signal?: string | null };
    const ending = signal ? `the process that loaded it was ended by ${signal}` : messageOf(error);
    throw new Error(stderr?.trim().split('\n').at(-1) || ending, { cause: error });
  }
}
