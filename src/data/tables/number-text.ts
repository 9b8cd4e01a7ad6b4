/** How numbers are written. */
export interface NumberFormat {
  decimal: '.' | ',';
  /** What parts thousands; nothing does if it is empty. */
  thousands: '' | ',' | '.' | ' ' | "'";
}

/** The ways to write numbers that are told apart; the first is that of programs. */
export const NUMBER_FORMATS: readonly NumberFormat[] = [
  { decimal: '.', thousands: '' },
  { decimal: ',', thousands: '' },
  { decimal: '.', thousands: ',' },
  { decimal: ',', thousands: '.' },
  { decimal: '.', thousands: ' ' },
  { decimal: ',', thousands: ' ' },
  { decimal: '.', thousands: "'" },
];

/** Words that stand for a missing number, as pandas takes them. */
const MISSING_WORDS = new Set(['na', 'n/a', '#n/a', 'nan', 'null', 'none', '-', '--', '?', '.', '#na']);

const patterns = new Map(NUMBER_FORMATS.map((format) => [format, patternOf(format)]));

function patternOf({ decimal, thousands }: NumberFormat): RegExp {
  const point = `\\${decimal}`;
  // Thin and unbreakable spaces part thousands as well.
  const mark = thousands === ' ' ? '[ \\u00A0\\u2009\\u202F]' : `\\${thousands}`;
  const whole = thousands === '' ? '\\d+' : `\\d{1,3}(?:${mark}\\d{3})+|\\d+`;
  return new RegExp(
    `^[+-]?(?:(?:${whole})(?:${point}\\d*)?|${point}\\d+)(?:[eE][+-]?\\d+)?$|^[+-]?inf(?:inity)?$`,
    'i',
  );
}

/**
 * The number that a text is.
 * @returns null for a word that says that there is none (`NA`, `NaN`, `?` …), undefined for other text
 */
export function parseNumber(text: string, format: NumberFormat = NUMBER_FORMATS[0]): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || MISSING_WORDS.has(trimmed.toLowerCase())) return null;
  const pattern = patterns.get(format) ?? patternOf(format);
  if (!pattern.test(trimmed)) return undefined;
  if (/inf/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  const { decimal, thousands } = format;
  const plain = thousands === '' ? trimmed : trimmed.replaceAll(thousands === ' ' ? /\s/g : thousands, '');
  return Number(decimal === ',' ? plain.replace(',', '.') : plain);
}
