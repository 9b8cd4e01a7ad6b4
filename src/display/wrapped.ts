import { stripVTControlCharacters } from 'node:util';

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
  const width = columns - indent.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stripVTControlCharacters(`${last} ${word}`).length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${indent}${line}\n`).join('');
}
