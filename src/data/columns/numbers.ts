import type { Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';

/** A decimal number as JSON, CSV and programs write it. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number in a cell.
 * @param cell not an empty one
 * @throws UserError at its place for what is no finite number
 */
export function numberOf(cell: Exclude<Cell, null>, place: () => string): number {
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell;
  if (typeof cell === 'boolean') return Number(cell);
  const text = typeof cell === 'string' ? cell.trim() : '';
  if (DECIMAL.test(text) && Number.isFinite(Number(text))) return Number(text);
  const found = typeof cell === 'string' ? shown(cell) : 'another kind of value';
  throw invalidTable(place(), `expected a number, found ${found}`, hintFor(text));
}

function hintFor(text: string): string {
  if (/^[+-]?\d+,\d+$/.test(text)) return 'write decimals with a point, or let the column be a category';
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text)) return 'write thousands without commas';
  return 'an unknown value is left empty; a column of words is of type category';
}
