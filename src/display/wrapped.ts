import { brokenLines } from '../text/broken-lines.js';
import { colors as pc } from '../text/visible.js';

/** Where nothing says how wide a line may be. */
const WIDTH = 100;

function terminalWidth(): number {
  const { columns } = process.stdout as { columns?: number };
  return columns ?? WIDTH;
}

/** Names and their texts, side by side; what a line has no room for continues below its beginning. */
export function factLines(
  facts: readonly (readonly [name: string, text: string])[],
  columns = terminalWidth(),
): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  const indent = ' '.repeat(width + 4);
  return facts
    .map(([name, text]) => `  ${pc.dim(name.padEnd(width))}${wrapped(text, indent, columns).slice(width + 2)}`)
    .join('');
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
