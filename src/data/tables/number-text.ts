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

/** Whether it is how programs write numbers. */
export function isPlain({ decimal, thousands }: NumberFormat): boolean {
  return decimal === '.' && thousands === '';
}

/** Words that stand for a missing number, as pandas takes them. */
const MISSING_WORDS = new Set(['na', 'n/a', '#n/a', 'nan', 'null', 'none', '-', '--', '?', '.', '#na']);

/** No text at all, and whole numbers to other bases than ten: `0x1F`. */
const NO_DECIMAL = /^\s*(?:0[xob].*)?$/is;

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

/** 10 to the power of each index, exact in float64. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * The number that some bytes of a text write in digits with at most a sign and a decimal point, such as almost all are:
 * read without making a text of it. Exact, since both parts of the quotient are (Clinger 1990, "How to read floating point
 * numbers accurately").
 * @returns NaN for what is written otherwise or has more digits; `parseNumber` may know it
 */
export function plainNumber(text: Uint8Array, begin: number, end: number): number {
  const isNegative = text[begin] === 45;
  let at = isNegative || text[begin] === 43 ? begin + 1 : begin;
  let digits = 0;
  let point = -1;
  const first = at;
  for (; at < end; at++) {
    const digit = text[at] - 48;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === -2 && point < 0) point = at;
    else return NaN;
  }
  const decimals = point < 0 ? 0 : end - point - 1;
  const count = end - first - (point < 0 ? 0 : 1);
  if (count === 0 || digits > Number.MAX_SAFE_INTEGER || decimals >= POWERS_OF_TEN.length) return NaN;
  const value = digits / POWERS_OF_TEN[decimals];
  return isNegative ? -value : value;
}

/**
 * The number that a text is.
 * @returns null for a word that says that there is none (`NA`, `NaN`, `?` …), undefined for other text
 */
export function parseNumber(text: string, format: NumberFormat = NUMBER_FORMATS[0]): number | null | undefined {
  if (isPlain(format)) {
    // Takes what the pattern below does, and also these, whose values are whole.
    const value = Number(text);
    if (Number.isFinite(value) && !(Number.isInteger(value) && NO_DECIMAL.test(text))) return value;
  }
  const trimmed = text.trim();
  if (trimmed === '' || MISSING_WORDS.has(trimmed.toLowerCase())) return null;
  const pattern = patterns.get(format) ?? patternOf(format);
  if (!pattern.test(trimmed)) return undefined;
  if (/inf/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  const { decimal, thousands } = format;
  const plain = thousands === '' ? trimmed : trimmed.replaceAll(thousands === ' ' ? /\s/g : thousands, '');
  return Number(decimal === ',' ? plain.replace(',', '.') : plain);
}
