/** Where text of a table came from. */
export interface TextPlace {
  file: string;
  /** The line of its first character, from 1. */
  line: number;
}

/** `labels.csv:812:3`. @param at a position in the text */
export function placeOf(text: string, at: number, { file, line }: TextPlace): string {
  const before = text.slice(0, at);
  const lastEnd = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return `${file}:${line + lineEnds(before)}:${at - lastEnd}`;
}

/** How many lines end in a text. */
function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) !== 10) count++;
  }
  return count;
}
