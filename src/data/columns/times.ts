import { parseNumber } from '../tables/number-text.js';
import { invalidTable, shown } from '../tables/table-error.js';
import type { Cell } from '../tables/table.js';
import type { Times } from '../dataset.js';
import type { CellReader } from './cells.js';

/** What ISO 8601 and pandas write; without an offset it is UTC. */
const DATE = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?)?$/;

const HINT = 'write times as 2024-01-31 or 2024-01-31T12:30:00Z, or all as numbers: years, seconds';

/** Reads the column by whose values rows are divided into older and newer ones. */
export class TimeReader implements CellReader {
  readonly #values: number[] = [];
  #areDates: boolean | undefined;

  constructor(readonly name: string) {}

  /** @throws UserError at the place of what is missing, is no time, or is one of another kind than those before */
  add(cell: Cell, place: () => string): void {
    if (cell === null || (typeof cell === 'string' && parseNumber(cell) === null))
      throw invalidTable(place(), `the time ${shown(this.name)} is missing here`, 'fill it in, or remove the row');
    const date = dateOf(cell);
    const value = date ?? numberIn(cell);
    if (value === undefined || !Number.isFinite(value)) {
      const found = typeof cell === 'object' ? 'another kind of value' : shown(String(cell));
      throw invalidTable(place(), `expected a time, found ${found}`, HINT);
    }
    const isDate = date !== undefined;
    this.#areDates ??= isDate;
    if (isDate !== this.#areDates) {
      const [found, before] = isDate ? ['a date', 'numbers'] : ['a number', 'dates'];
      throw invalidTable(place(), `${found} where the times before are ${before}`, HINT);
    }
    this.#values.push(value);
  }

  finish(): Times {
    return { values: Float64Array.from(this.#values), areDates: this.#areDates ?? false };
  }
}

/** A time as people read it. */
export function timeText(value: number, areDates: boolean): string {
  if (!areDates) return String(value);
  const text = new Date(value).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('.000Z', 'Z');
}

function numberIn(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' ? (parseNumber(cell) ?? undefined) : undefined;
}

/** Milliseconds since 1970; undefined for what isn't written as a date, NaN for a day that there isn't. */
function dateOf(cell: Cell): number | undefined {
  if (cell instanceof Date) return cell.getTime();
  const found = typeof cell === 'string' ? DATE.exec(cell.trim()) : null;
  if (!found) return undefined;
  const [text, year, month, day = '01', hour, , , zone = 'Z'] = [...found] as (string | undefined)[];
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // 2023-02-30 would become the second of March.
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return NaN;
  if (hour === undefined) return midnight.getTime();
  const local = text?.slice(11, zone === 'Z' ? undefined : -zone.length).replace(/\s?Z?$/, '');
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  return new Date(`${year}-${month}-${day}T${local}${offset}`).getTime();
}
