import { UserError } from '../../../text/errors.js';
import { readRecords } from './csv-records.js';
import type { Separator } from '../table.js';
import { invalidTable } from '../table-error.js';
import type { Head } from '../text-file.js';

const SEPARATORS: readonly Separator[] = [',', ';', '\t', '|'];

const NAMES: Record<Separator, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' };

/** As much of a table, in characters, as tells what separates its cells. */
export const LOOKED_AT = 2 ** 16;

/**
 * What separates the cells of a table, by its first rows: the one character that gives every row as many cells as the
 * first has, and more than one. A table in which none separates the first line has one column.
 * @param recognized gets what was found, in words, unless it is the comma
 * @throws UserError if several do
 */
export function chooseSeparator(file: string, head: Head, recognized: string[]): Separator {
  if (/\.tsv(\.gz)?$/i.test(file)) return '\t';
  const inHeader = SEPARATORS.filter((separator) => cellsOfHeader(head.text, separator, file) > 1);
  const fitting = inHeader.length > 1 ? inHeader.filter((separator) => fits(head, separator, file)) : inHeader;
  if (inHeader.length > 1 && fitting.length !== 1) throw ambiguous(file, inHeader);
  const separator = fitting.length > 0 ? fitting[0] : ',';
  if (separator !== ',') recognized.push(`separated by ${NAMES[separator]}`);
  return separator;
}

function cellsOfHeader(text: string, separator: Separator, file: string): number {
  const [line] = text.trimStart().split(/[\r\n]/, 1);
  try {
    return readRecords(Buffer.from(line), separator, { isLast: true, place: { file, line: 1 } }).columns;
  } catch (error) {
    // Quotes that open and close elsewhere with another separator.
    if (error instanceof UserError) return 0;
    throw error;
  }
}

/** Whether all whole rows have as many cells as the first. */
function fits({ text, isWhole }: Head, separator: Separator, file: string): boolean {
  try {
    readRecords(Buffer.from(text.slice(0, LOOKED_AT)), separator, {
      columns: cellsOfHeader(text, separator, file),
      isLast: isWhole && text.length <= LOOKED_AT,
      place: { file, line: 1 },
    });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function ambiguous(file: string, found: readonly Separator[]): UserError {
  const words = found.map((separator) => NAMES[separator]).join(' or ');
  return invalidTable(`${file}:1`, `its cells may be separated by ${words}`, 'say which: dataset.separator');
}
