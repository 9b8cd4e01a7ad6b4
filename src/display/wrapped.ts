import { brokenLines } from '../broken-lines.js';

/** Where nothing says how wide a line may be. */
const WIDTH = 100;

function terminalWidth(): number {
  const { columns } = process.stdout as { columns?: number };
  return columns ?? WIDTH;
}

/**
 * A sentence in lines that are no wider than the terminal, each ended by a newline.
 * @param indent before each line
 * @param columns of the terminal; unless told, those of standard output
 */
export function wrapped(text: string, indent: string, columns = terminalWidth()): string {
  return brokenLines(text, columns, { first: indent })
    .map((line) => `${line}\n`)
    .join('');
}
