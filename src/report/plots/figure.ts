/** A picture of a report. */
export interface Figure {
  /** Tells it from the others: `learning-curves-accuracy`. Letters, digits and hyphens. */
  name: string;
  title: string;
  /** What is drawn, and how to read it. */
  caption: string;
  /** What it shows, in words, for those who can't see it. */
  alternative: string;
  /** Whether it needs half a page's width at most. */
  isCompact: boolean;
  /** @param width in pixels @returns an SVG element, its colours as `ink` names them */
  draw: (width: number) => string;
}

/** Widths of a figure, in pixels: on a page, on half of it, on a phone. */
export const WIDTHS = { page: 640, half: 368, phone: 336 } as const;

/** A word for a file's name: letters, digits and hyphens of any text. */
export function fileWord(text: string): string {
  const word = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return word.replaceAll(/^-+|-+$/g, '').slice(0, 40) || 'unnamed';
}
