import { shortDigest } from '../digest.js';
import { formatOf } from '../images/image-types.js';
import { type NumberFormat, NUMBER_FORMATS, parseNumber } from './number-text.js';
import type { TaskOptions } from '../dataset.js';
import { type Cell, type Table, isEmbeddedFile, isNumberArray } from './table.js';

/** Different values of a column that are told apart; of more it is only known that there are. */
export const MOST_VALUES = 10_000;
/** Longer text is told apart by its digest. */
const LONGEST_VALUE = 200;
/** Rows that are looked at for doubles: each takes some bytes. */
const MOST_ROWS = 2_000_000;
/** Places that are kept of each kind. */
const PLACES = 3;

/** Cells of one kind: how many, and where the first of them are. */
export interface Found {
  count: number;
  places: string[];
}

/** Numbers of a column, as one way to write them reads them. */
export interface NumberRange {
  format: NumberFormat;
  count: number;
  /** Without infinite ones. */
  min: number;
  max: number;
  whole: boolean;
}

/** What the cells of a column are, after all have been looked at. */
export interface ColumnProfile {
  name: string;
  classes?: readonly string[];
  rows: number;
  missing: Found;
  /** Words that say that there is no number → how many. */
  missingWords: Map<string, number>;
  infinite: Found;
  /** Cells by what they are in their file. */
  kinds: Map<CellKind, number>;
  /** Texts that are written as numbers, dates, names of image or audio files. */
  texts: Record<'dates' | 'images' | 'audio', number>;
  /** Of each way to write numbers that all texts so far allow, the numbers. */
  numbers: NumberRange[];
  /** A text that no way to write numbers reads, and its place. */
  notNumber?: { text: string; place: string };
  /** Value → how often; at most `MOST_VALUES`. */
  values: Map<string, Found>;
  hasMoreValues: boolean;
  /** Of arrays: their shapes. */
  shapes: Set<string>;
}

export type CellKind = 'text' | 'number' | 'boolean' | 'date' | 'image' | 'file' | 'array' | 'list' | 'structure';

/** What a table holds. */
export interface TableProfile {
  file: string;
  rows: number;
  recognized: readonly string[];
  columns: ColumnProfile[];
  /** Rows that are there before, in all cells. */
  doubles: Found;
  /** The digest of each row → its place; of the first two million. */
  digests: Map<string, string>;
}

/**
 * Looks at every cell of a table, in one pass.
 * @param most rows after which no further part of it is read; all of it if not given
 */
export async function profileTable(
  table: Table,
  { most = Infinity, ...options }: TaskOptions & { most?: number } = {},
): Promise<TableProfile> {
  const columns = table.columns.map(({ name, classes }) => emptyProfile(name, classes));
  const { file, recognized } = table;
  const profile: TableProfile = {
    file,
    rows: 0,
    recognized,
    columns,
    doubles: { count: 0, places: [] },
    digests: new Map(),
  };
  for await (const batch of table.batches(options)) {
    const { count, place } = batch;
    const cells = columns.map((_, index) => batch.column(index));
    for (const [index, column] of columns.entries()) {
      for (let row = 0; row < count; row++) look(column, cells[index][row], () => place(row, index));
    }
    lookForDoubles(profile, cells, count, (row) => place(row, 0));
    profile.rows += count;
    if (profile.rows >= most) break;
  }
  for (const column of columns) column.rows = profile.rows;
  return profile;
}

function emptyProfile(name: string, classes: readonly string[] | undefined): ColumnProfile {
  return {
    name,
    classes,
    rows: 0,
    missing: { count: 0, places: [] },
    missingWords: new Map(),
    infinite: { count: 0, places: [] },
    kinds: new Map(),
    texts: { dates: 0, images: 0, audio: 0 },
    numbers: NUMBER_FORMATS.map((format) => ({ format, count: 0, min: Infinity, max: -Infinity, whole: true })),
    values: new Map(),
    hasMoreValues: false,
    shapes: new Set(),
  };
}

function add(found: Found, place: () => string): void {
  if (found.count++ < PLACES) found.places.push(place());
}

function look(column: ColumnProfile, cell: Cell, place: () => string): void {
  if (cell === null) {
    add(column.missing, place);
    return;
  }
  const kind = kindOf(cell);
  column.kinds.set(kind, (column.kinds.get(kind) ?? 0) + 1);
  if (typeof cell === 'string') lookAtText(column, cell, place);
  if (typeof cell === 'number') lookAtNumber(column, cell, place);
  if (kind === 'array') column.shapes.add((cell as { shape: readonly number[] }).shape.join('×'));
  if (kind === 'text' || kind === 'number' || kind === 'boolean') count(column, keyOf(cell), place);
  if (kind === 'list') for (const item of cell as readonly Cell[]) count(column, keyOf(item), place);
}

function kindOf(cell: NonNullable<Cell>): CellKind {
  if (typeof cell === 'string') return 'text';
  if (typeof cell === 'number' || typeof cell === 'boolean') return typeof cell as 'number' | 'boolean';
  if (cell instanceof Date) return 'date';
  if (Array.isArray(cell)) return 'list';
  if (isEmbeddedFile(cell))
    return formatOf(Buffer.from(cell.bytes.buffer, cell.bytes.byteOffset, cell.bytes.byteLength))?.type
      ? 'image'
      : 'file';
  return isNumberArray(cell) ? 'array' : 'structure';
}

const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const IMAGE = /\.(jpe?g|jfif|jpe|png|webp)$/i;
const AUDIO = /\.(wav|flac|mp3|ogg)$/i;

function lookAtText(column: ColumnProfile, text: string, place: () => string): void {
  if (DATE.test(text)) column.texts.dates++;
  else if (IMAGE.test(text)) column.texts.images++;
  else if (AUDIO.test(text)) column.texts.audio++;
  if (column.numbers.length === 0) return;
  if (parseNumber(text) === null) {
    column.missingWords.set(text, (column.missingWords.get(text) ?? 0) + 1);
    return;
  }
  column.numbers = column.numbers.filter((range) => {
    const value = parseNumber(text, range.format);
    if (typeof value === 'number') widen(range, value);
    return typeof value === 'number';
  });
  if (column.numbers.length === 0) column.notNumber = { text, place: place() };
  else if (/inf/i.test(text)) add(column.infinite, place);
}

function lookAtNumber(column: ColumnProfile, value: number, place: () => string): void {
  for (const range of column.numbers) widen(range, value);
  if (!Number.isFinite(value)) add(column.infinite, place);
}

function widen(range: NumberRange, value: number): void {
  range.count++;
  if (!Number.isFinite(value)) return;
  if (value < range.min) range.min = value;
  if (value > range.max) range.max = value;
  range.whole &&= Number.isInteger(value);
}

function count(column: ColumnProfile, value: string, place: () => string): void {
  const key = value.length > LONGEST_VALUE ? shortDigest(value) : value;
  const found = column.values.get(key);
  if (found) found.count++;
  else if (column.values.size === MOST_VALUES) column.hasMoreValues = true;
  // Of each value the place of the first alone.
  else column.values.set(key, { count: 1, places: column.values.size < 1000 ? [place()] : [] });
}

function lookForDoubles(
  profile: TableProfile,
  cells: readonly (readonly Cell[])[],
  count: number,
  place: (row: number) => string,
): void {
  for (let row = 0; row < count && profile.digests.size < MOST_ROWS; row++) {
    const digest = shortDigest(cells.map((column) => keyOf(column[row])).join('\u0001'));
    if (profile.digests.has(digest)) add(profile.doubles, () => `${place(row)} (as ${profile.digests.get(digest)})`);
    else profile.digests.set(digest, place(row));
  }
}

/** A cell as text, the same for the same value. */
function keyOf(cell: Cell): string {
  if (cell === null) return '\u0002';
  if (typeof cell !== 'object') return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  if (isEmbeddedFile(cell)) return shortDigest(cell.bytes);
  if (isNumberArray(cell)) {
    const { buffer, byteOffset, byteLength } = cell.data;
    return shortDigest(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return JSON.stringify(cell);
}
