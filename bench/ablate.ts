import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program that is measured. */
export const ABLATE = join(process.cwd(), 'bin', 'ablate.js');

/** Does something in a folder of its own, which is gone afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a program to its end.
 * @returns how long it took, and what it wrote to standard output
 * @throws Error with the end of what it wrote to standard error, if it failed
 */
export function runProgram(
  command: string,
  parameters: string[],
  env = process.env,
): { seconds: number; stdout: string } {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, parameters, { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${parameters.join(' ')} failed:\n${stderr.slice(-2000)}`);
  return { seconds: (performance.now() - started) / 1000, stdout };
}

/** Runs the built Ablate to its end, as `runProgram` does. @param words its arguments */
export function runAblate(words: string[], env = process.env): { seconds: number; stdout: string } {
  return runProgram(process.execPath, [ABLATE, ...words], env);
}
