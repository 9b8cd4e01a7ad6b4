import { escapeUTF8 } from 'entities';

/** @typedef {{ letter: string, style: string }} Cell a letter, and what was set when it was written: `bold`, `dim`, a colour */

const CHARACTER = { width: 8.4, height: 20 };
const PADDING = 16;
/** As the terminals of most people have them, on dark ground. */
const COLORS = { red: '#ff7b72', green: '#56d364', yellow: '#e3b341', cyan: '#76e3ea' };
const GROUND = '#0d1117';
const INK = '#e6edf3';

/** Codes of a terminal, as Ablate uses them: what they set, or end. */
const STYLES = new Map([
  [1, 'bold'],
  [2, 'dim'],
  [31, 'red'],
  [32, 'green'],
  [33, 'yellow'],
  [36, 'cyan'],
]);

const ESCAPE = '\u001b';
const BEGUN = new RegExp(`${ESCAPE}(\\[[\\d;?]*)?$`);
const CODE_OR_LETTER = new RegExp(`${ESCAPE}\\[\\??([\\d;]*)([A-Za-z])|([^${ESCAPE}])`, 'gu');

/** What a terminal shows: as much of it as draws a table anew in its place. */
export class Screen {
  /** @type {Cell[][]} */
  #rows = [[]];
  #x = 0;
  #y = 0;
  /** @type {Set<string>} */
  #styles = new Set();
  /** The beginning of a code whose end is to come. */
  #rest = '';

  /** As it is now. @returns {Cell[][]} */
  get rows() {
    return this.#rows.map((row) => Array.from(row, (cell) => cell ?? { letter: ' ', style: '' }));
  }

  /** @param {string} output */
  write(output) {
    const text = this.#rest + output;
    this.#rest = BEGUN.exec(text)?.[0] ?? '';
    const whole = text.slice(0, text.length - this.#rest.length);
    for (const [, code, letter, written] of whole.matchAll(CODE_OR_LETTER)) {
      if (letter !== undefined) for (const n of (code || '0').split(';')) this.#obey(letter, Number(n));
      else this.#put(written);
      while (this.#rows.length <= this.#y) this.#rows.push([]);
    }
  }

  /** @param {string} letter */
  #put(letter) {
    if (letter === '\n') this.#y += 1;
    else if (letter === '\r') this.#x = 0;
    else if (letter >= ' ') this.#rows[this.#y][this.#x++] = { letter, style: [...this.#styles].join(' ') };
  }

  /** @param {string} code @param {number} n */
  #obey(code, n) {
    const row = this.#rows[this.#y];
    if (code === 'A') this.#y = Math.max(0, this.#y - (n || 1));
    if (code === 'B') this.#y += n || 1;
    if (code === 'C') this.#x += n || 1;
    if (code === 'D') this.#x = Math.max(0, this.#x - (n || 1));
    if (code === 'G') this.#x = Math.max(0, n - 1);
    if (code === 'K') row.splice(n === 0 ? this.#x : 0);
    if (code === 'J') row.splice(this.#x);
    if (code === 'J') this.#rows.splice(this.#y + 1);
    if (code === 'm') setStyle(this.#styles, n);
  }
}

/** What a terminal shows after a program has written to it. @param {string} output */
export function screenOf(output) {
  const screen = new Screen();
  screen.write(output);
  return screen.rows;
}

/** @param {Set<string>} styles @param {number} code */
function setStyle(styles, code) {
  const style = STYLES.get(code);
  if (style) styles.add(style);
  else if (code === 0) styles.clear();
  else if (code === 22) for (const weight of ['bold', 'dim']) styles.delete(weight);
  else if (code === 39) for (const color of Object.keys(COLORS)) styles.delete(color);
}

/** @param {Cell[]} row */
export function textOf(row) {
  return row.map(({ letter }) => letter).join('').trimEnd(); // prettier-ignore
}

/**
 * A text as a terminal would show it.
 * @param {string} text @param {string} [style]
 * @returns {Cell[]}
 */
export function cellsOf(text, style = '') {
  return Array.from(text, (letter) => ({ letter, style }));
}

/**
 * Terminals side by side, as an SVG: every word stands where its columns are, whatever font there is.
 * @param {{ rows: Cell[][], columns: number }[]} panels
 */
export function terminalPicture(panels) {
  const widths = panels.map(({ columns }) => columns * CHARACTER.width + 2 * PADDING);
  const height = Math.max(...panels.map(({ rows }) => rows.length)) * CHARACTER.height + 2 * PADDING;
  const width = widths.reduce((sum, each) => sum + each, 0) + 8 * (panels.length - 1);
  const drawn = panels.map(({ rows }, i) => {
    const left = widths.slice(0, i).reduce((sum, each) => sum + each + 8, 0);
    const ground = `<rect x="${round(left)}" width="${round(widths[i])}" height="${height}" rx="8" fill="${GROUND}"/>`;
    return ground + rows.map((row, y) => lineOf(row, left + PADDING, PADDING + (y + 0.72) * CHARACTER.height)).join('');
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" ` +
    `font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${INK}">\n${drawn.join('')}</svg>\n`
  );
}

/** @param {Cell[]} row @param {number} left @param {number} y */
function lineOf(row, left, y) {
  const words = [...textOf(row).matchAll(/\S+/gu)].flatMap(({ 0: word, index }) =>
    styledParts(row, index, word.length),
  );
  const drawn = words.map(({ text, style, x }) => {
    const place = `x="${round(left + x * CHARACTER.width)}" y="${round(y)}" textLength="${round(text.length * CHARACTER.width)}"`;
    return `<text ${place}${attributesOf(style)}>${escapeUTF8(text)}</text>\n`;
  });
  return drawn.join('');
}

/** The parts of a word that have one style. @param {Cell[]} row @param {number} from @param {number} length */
function styledParts(row, from, length) {
  /** @type {{ text: string, style: string, x: number }[]} */
  const parts = [];
  for (let x = from; x < from + length; x++) {
    const { letter, style } = row[x];
    const last = parts.at(-1);
    if (last?.style === style) last.text += letter;
    else parts.push({ text: letter, style, x });
  }
  return parts;
}

/** @param {string} style */
function attributesOf(style) {
  const names = style.split(' ');
  const color = Object.entries(COLORS).find(([name]) => names.includes(name))?.[1];
  return [
    color ? ` fill="${color}"` : '',
    names.includes('bold') ? ' font-weight="700"' : '',
    names.includes('dim') ? ' opacity="0.6"' : '',
  ].join('');
}

/** @param {number} value */
function round(value) {
  return Math.round(10 * value) / 10;
}
