/**
 * Comma-separated values as RFC 4180 has them, but for its line ends: each row is ended by a newline. Text that a spreadsheet
 * would compute is written so that it doesn't; numbers, and text that is one, stay as they are.
 */
export function encodeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(encodeCell).join(',')}\n`).join('');
}

/** The inverse of `encodeCsv`, all cells as text; what follows the last newline is incomplete, and left out. */
export function decodeCsv(text: string): string[][] {
  if (!text.includes('"')) {
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(','));
  }
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, cell, end] of text.matchAll(/("(?:[^"]|"")*"|[^,\n]*)([,\n])/gy)) {
    row.push(decodeCell(cell));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** What a spreadsheet would compute, were it the beginning of a cell; the wide forms are those of East Asian keyboards. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text that a spreadsheet would take for a formula begins with an apostrophe, by which it is text there (OWASP). */
function encodeCell(value: string | number): string {
  const text = String(value);
  const isFormula = typeof value === 'string' && FORMULA.test(text) && !NUMBER.test(text);
  const safe = isFormula ? `'${text}` : text;
  return isFormula || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function decodeCell(cell: string): string {
  if (!cell.startsWith('"')) return cell;
  const text = cell.slice(1, -1).replaceAll('""', '"');
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
