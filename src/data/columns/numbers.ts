import { parseNumber } from '../tables/number-text.js';
import type { Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';

/**
 * The number in a cell; null for an empty one, and for words that say that there is none (`NA`).
 * @throws UserError at its place for what is no finite number
 */
export function numberOf(cell: Cell, place: () => string): number | null {
  if (cell === null || (typeof cell === 'number' && Number.isFinite(cell))) return cell;
  if (typeof cell === 'boolean') return Number(cell);
  const read = typeof cell === 'string' ? parseNumber(cell) : undefined;
  if (read === null || (read !== undefined && Number.isFinite(read))) return read;
  const found = typeof cell === 'string' ? shown(cell) : 'another kind of value';
  throw invalidTable(
    place(),
    `expected a number, found ${found}`,
    hintFor(typeof cell === 'string' ? cell.trim() : ''),
  );
}

function hintFor(text: string): string {
  if (/^[+-]?\d+,\d+$/.test(text)) return 'write decimals with a point, or let the column be a category';
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return 'write thousands without commas';
  return 'an unknown value is left empty; a column of words is of type category';
}
