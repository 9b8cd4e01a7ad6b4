/** Of a letter of a sans-serif font, on average, in ems. */
const LETTER_WIDTH = 0.62;

/** The size of letters in plots, in pixels. */
export const FONT_SIZE = 12;

/** About how wide a text is, in pixels. */
export function textWidth(text: string, fontSize = FONT_SIZE): number {
  return Array.from(text).length * LETTER_WIDTH * fontSize;
}

/** A text cut to a width in pixels. Its middle goes, as what tells names apart is mostly at an end. */
export function shortened(text: string, width: number, fontSize = FONT_SIZE): string {
  const letters = Array.from(text);
  const room = Math.max(0, Math.floor(width / (LETTER_WIDTH * fontSize)));
  if (letters.length <= room) return text;
  if (room === 0) return '';
  const tail = Math.floor((room - 1) / 2);
  return `${letters.slice(0, room - 1 - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
