import { isDeepStrictEqual } from 'node:util';
import { NUMBER_FORMATS, type NumberFormat, isPlain, parseNumber } from '../tables/number-text.js';
import type { Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';

/** How the numbers of a column are written, as its keys say. */
export interface WrittenNumbers {
  decimal?: NumberFormat['decimal'];
  thousands?: Exclude<NumberFormat['thousands'], ''>;
}

/** These keys of a column, where they are given. */
export function writtenKeys({ decimal, thousands }: WrittenNumbers): WrittenNumbers {
  return { ...(decimal ? { decimal } : {}), ...(thousands ? { thousands } : {}) };
}

/** Whether a file's keys are such. */
export function isWritten({ decimal = '.', thousands = ' ' }: WrittenNumbers): boolean {
  return ['.', ','].includes(decimal) && [',', '.', ' ', "'"].includes(thousands) && decimal !== thousands;
}

/** As `parseNumber` takes it. */
export function formatOf({ decimal = '.', thousands }: WrittenNumbers): NumberFormat {
  const wanted = { decimal, thousands: thousands ?? ('' as const) };
  return NUMBER_FORMATS.find((each) => isDeepStrictEqual(each, wanted)) ?? wanted;
}

/**
 * The number in a cell; null for an empty one, and for words that say that there is none (`NA`).
 * @throws UserError at its place for what is no finite number
 */
export function numberOf(cell: Cell, place: () => string, format?: NumberFormat): number | null {
  if (cell === null || (typeof cell === 'number' && Number.isFinite(cell))) return cell;
  if (typeof cell === 'boolean') return Number(cell);
  const read = typeof cell === 'string' ? parseNumber(cell, format) : undefined;
  if (read === null || (read !== undefined && Number.isFinite(read))) return read;
  const found = typeof cell === 'string' ? shown(cell) : 'another kind of value';
  throw invalidTable(
    place(),
    `expected a number, found ${found}`,
    hintFor(typeof cell === 'string' ? cell.trim() : '', format),
  );
}

function hintFor(text: string, given: NumberFormat | undefined): string {
  const other = NUMBER_FORMATS.slice(1).find((format) => parseNumber(text, format) !== undefined);
  if (!given || isPlain(given)) {
    if (other) return `say how its numbers are written: ${formatText(other)}`;
  } else if (parseNumber(text) !== undefined || other) {
    return `its numbers are said to be written so: ${formatText(given)}`;
  }
  return 'an unknown value is left empty; a column of words is of type category';
}

/** `{type: number, decimal: ",", thousands: "."}` */
function formatText({ decimal, thousands }: NumberFormat): string {
  const keys = [
    ...(decimal === ',' ? ['decimal: ","'] : []),
    ...(thousands === '' ? [] : [`thousands: ${JSON.stringify(thousands)}`]),
  ];
  return `{${['type: number', ...keys].join(', ')}}`;
}
