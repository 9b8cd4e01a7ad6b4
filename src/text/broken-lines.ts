import stringWidth from 'string-width';

/** The columns of a terminal that a line takes: two for a character of East Asia, none for a colour. */
export function columnsOf(line: string): number {
  return stringWidth(line);
}

/** A number isn't parted from its unit. */
const BREAK = / (?!%(?!\w))/;

/** What lines begin with: the first, and those that follow, which unless told are as the first. */
interface Indents {
  first?: string;
  rest?: string;
}

/**
 * A text in lines of a width, broken at spaces; a word that is longer than a line is left whole.
 * (Not by `wrap-ansi`: it ends and begins colours at each break in codes of its own, which `visible` takes for strange.)
 * @param width in columns, indents among them
 */
export function brokenLines(text: string, width: number, indents: Indents = {}): string[] {
  const { first = '', rest = first } = indents;
  const lines: string[] = [];
  let room = 0;
  for (const word of text.split(BREAK)) {
    const needed = 1 + columnsOf(word);
    if (lines.length > 0 && needed <= room) {
      lines[lines.length - 1] += ` ${word}`;
      room -= needed;
    } else {
      lines.push(`${lines.length === 0 ? first : rest}${word}`);
      room = width - columnsOf(lines[lines.length - 1]);
    }
  }
  return lines;
}
