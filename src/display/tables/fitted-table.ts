import { brokenLines, columnsOf } from '../../text/broken-lines.js';
import { colors as pc, visibleLine } from '../../text/visible.js';
import { type Column, formatTable } from './table.js';
import { wrapped } from '../wrapped.js';

/** A column of a table that fits its terminal: where that is narrow, those of low rank have the room first. */
export interface RankedColumn extends Column {
  /** 0 of what a row is no row without; those are never left out. */
  rank: number;
  /** A cell in fewer columns, where the whole table doesn't fit. */
  short?: (cell: string) => string;
}

/** Between two columns. */
const GAP = 2;
/** A column of words is made no narrower than this. */
const LEAST_WIDTH = 12;
/** Words that every row has keep this share of the terminal. */
const LEAST_SHARE = 0.45;
/** Before the further lines of a cell. */
const INDENT = '  ';

/**
 * A table no wider than its terminal. What doesn't fit is shortened where it can be, then left out, the columns of the highest rank first, and named
 * below; where even those of rank 0 don't, words of the widest are broken into lines.
 * @param width in columns; unless told, that of standard output's terminal, without one any
 */
export function fittedTable(columns: readonly RankedColumn[], whole: string[][], width = terminalWidth()): string {
  const cells = tableWidth(columns, whole) <= width ? whole : whole.map((row) => shortened(columns, row));
  const shown = fitting(columns, cells, width);
  const left = columns.filter((column) => !shown.includes(column));
  const places = shown.map((column) => columns.indexOf(column));
  const rows = cells.map((row) => places.map((place) => row[place]));
  const table = width === Infinity ? formatTable([...shown], rows) : folded(shown, rows, width);
  if (left.length === 0) return table;
  const titles = left.flatMap(({ title }) => title || []).join(', ');
  return `${table}${pc.dim(wrapped(`too narrow for ${titles}: | cat, or --json, has all`, '', width))}`;
}

function shortened(columns: readonly RankedColumn[], row: readonly string[]): string[] {
  return row.map((cell, place) => columns[place].short?.(cell) ?? cell);
}

function terminalWidth(): number {
  const { columns } = process.stdout as { columns?: number };
  return columns ?? Infinity;
}

/** Takes the columns that fit, those of the lowest rank first. */
function fitting(columns: readonly RankedColumn[], cells: string[][], width: number): RankedColumn[] {
  const taken = new Set<RankedColumn>();
  let room = width + GAP;
  for (const column of columns.toSorted((a, b) => a.rank - b.rank)) {
    const needed = GAP + roomFor(column, columns.indexOf(column), cells, width);
    if (column.rank > 0 && needed > room) continue;
    taken.add(column);
    room -= needed;
  }
  return columns.filter((column) => taken.has(column));
}

/** What a column needs: words that every row has may be broken into lines before another column is left out. */
function roomFor(column: RankedColumn, place: number, cells: string[][], width: number): number {
  const whole = widthOf(column, place, cells);
  if (column.rank > 0 || column.align === 'right') return whole;
  const texts = cells.map((row) => row[place]);
  const untitled = Math.max(longestWord([column.title, ...texts]), ...texts.map(lengthOf));
  return Math.min(whole, Math.max(longestWord(texts), Math.min(untitled, Math.floor(width * LEAST_SHARE))));
}

/** Folds the widest columns of words until the table fits. */
function folded(columns: readonly RankedColumn[], cells: string[][], width: number): string {
  const widths = columns.map((column, place) => widthOf(column, place, cells));
  const least = columns.map(({ title }, place) => longestWord([title, ...cells.map((row) => row[place])]));
  for (let over = total(widths) - width; over > 0; over = total(widths) - width) {
    const widest = widestWords(columns, widths, least);
    if (widest === -1) break;
    widths[widest] = Math.max(least[widest], widths[widest] - over);
  }
  const [heading, ...more] = foldedRow(
    columns.map(({ title }) => title),
    columns,
    widths,
  );
  const titled = columns.map((column, place) => ({ ...column, title: heading[place] }));
  const dimmed = more.map((row) => row.map((title) => (title === '' ? '' : pc.dim(title))));
  return formatTable(titled, [...dimmed, ...cells.flatMap((row) => foldedRow(row, columns, widths))]);
}

function longestWord(texts: readonly string[]): number {
  const words = texts.flatMap((text) => text.split(' ')).map(lengthOf);
  return Math.max(LEAST_WIDTH, ...words.map((length) => length + INDENT.length));
}

function widestWords(columns: readonly RankedColumn[], widths: readonly number[], least: readonly number[]): number {
  const words = [...columns.keys()].filter((place) => columns[place].align !== 'right' && widths[place] > least[place]);
  return words.reduce((widest, place) => (widest === -1 || widths[place] > widths[widest] ? place : widest), -1);
}

/** A row in as many lines as its longest cell needs. */
function foldedRow(row: readonly string[], columns: readonly RankedColumn[], widths: readonly number[]): string[][] {
  const parts = row.map((cell, place) =>
    columns[place].align === 'right' || lengthOf(cell) <= widths[place]
      ? [cell]
      : brokenLines(cell, widths[place], { rest: INDENT }),
  );
  const height = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => parts.map((part) => part[line] ?? ''));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}

/** How wide a table is of which nothing is left out. */
export function tableWidth(columns: readonly RankedColumn[], cells: readonly string[][]): number {
  return total(columns.map((column, place) => widthOf(column, place, cells)));
}

function widthOf({ title }: Column, place: number, cells: readonly string[][]): number {
  return Math.max(lengthOf(title), ...cells.map((row) => lengthOf(row[place])));
}

function lengthOf(text: string): number {
  return columnsOf(visibleLine(text));
}
