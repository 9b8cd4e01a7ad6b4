import { stripVTControlCharacters } from 'node:util';

/** Where nothing says how wide a line may be. */
const WIDTH = 100;

/**
 * A sentence in lines that are no wider than the terminal, each ended by a newline.
 * @param indent before each line
 */
export function wrapped(text: string, indent: string): string {
  const { columns } = process.stdout as { columns?: number };
  const width = (columns ?? WIDTH) - indent.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stripVTControlCharacters(`${last} ${word}`).length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${indent}${line}\n`).join('');
}
