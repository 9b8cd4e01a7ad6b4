import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the real program on a terminal of this width, which util-linux's `script` makes.
 * @returns what it showed, a line each, without colours
 */
export async function linesOnTerminal(width: number, folder: string, words: readonly string[]): Promise<string[]> {
  const program = [process.execPath, resolve(root, 'bin/ablate.js'), ...words].map((word) => `'${word}'`).join(' ');
  const { stdout } = await promisify(execFile)(
    'script',
    ['--quiet', '--return', '--command', `stty cols ${width} rows 50; ${program}`, '/dev/null'],
    {
      cwd: folder,
      env: { ...process.env, CI: undefined, COLUMNS: undefined, MLFLOW_TRACKING_URI: undefined },
      maxBuffer: 2 ** 24,
    },
  ).catch((error: unknown) => {
    throw new Error(`it failed:\n${(error as { stdout?: string }).stdout ?? String(error)}`);
  });
  return stripVTControlCharacters(stdout).split(/\r?\n/);
}

/** Words that a break may have fallen into: those of a line's end that stand nowhere in the whole text. */
export function brokenWords(lines: readonly string[], whole: readonly string[]): string[] {
  const known = new Set(whole.flatMap((line) => line.split(/\s+/)));
  return lines.flatMap((line) => line.split(/\s+/)).filter((word) => !known.has(word));
}
