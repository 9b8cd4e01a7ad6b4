/** A colour by day and by night. */
export interface Shades {
  light: string;
  dark: string;
}

/**
 * Every colour of a report. The series keep apart under protanopia, deuteranopia and tritanopia too, and all lines and
 * letters have the contrast that WCAG 2.2 asks for (3 and 4.5) on their surface; a test measures both.
 */
export const PALETTE = {
  surface: { light: '#ffffff', dark: '#14171c' },
  raised: { light: '#f5f7f9', dark: '#1d2229' },
  text: { light: '#1b1f24', dark: '#e6e8eb' },
  muted: { light: '#57606a', dark: '#9ba5b0' },
  grid: { light: '#dfe4e9', dark: '#2f363f' },
  background: { light: '#a3acb6', dark: '#5b6572' },
  accent: { light: '#0063bb', dark: '#8ab8ff' },
  error: { light: '#ab3200', dark: '#dc7032' },
  series1: { light: '#0075db', dark: '#b1ceff' },
  series2: { light: '#ab3200', dark: '#dc7032' },
  series3: { light: '#006b47', dark: '#3fc79a' },
  series4: { light: '#6a1b7a', dark: '#aa7ad5' },
  series5: { light: '#c58500', dark: '#f2d262' },
  series6: { light: '#222831', dark: '#ffffff' },
} satisfies Record<string, Shades>;

export type ColorName = keyof typeof PALETTE;

/** How a line of a plot looks: by its colour or, where that can't be told apart, by its dashes. */
export interface Stroke {
  color: string;
  /** An SVG `stroke-dasharray`; empty for a solid line. */
  dash: string;
}

/** The strokes of the lines that a plot has room for. */
export const STROKES: readonly Stroke[] = [
  { color: ink('series1'), dash: '' },
  { color: ink('series2'), dash: '7 3' },
  { color: ink('series3'), dash: '2 3' },
  { color: ink('series4'), dash: '10 3 2 3' },
  { color: ink('series5'), dash: '5 2' },
  { color: ink('series6'), dash: '1 2' },
];

/** A colour as plots name it: the page that they are in decides between day and night. */
export function ink(name: ColorName): string {
  return `var(--${name})`;
}

/** The colours as CSS variables. */
export function cssVariables(shade: keyof Shades): string {
  return Object.entries(PALETTE)
    .map(([name, shades]) => `--${name}: ${shades[shade]};`)
    .join(' ');
}

/** Puts the colours of day in place of their names, for pictures that stand alone. */
export function withLightColors(svg: string): string {
  const names = Object.keys(PALETTE).join('|');
  return svg.replaceAll(new RegExp(`var\\(--(${names})\\)`, 'g'), (_, name: ColorName) => PALETTE[name].light);
}
