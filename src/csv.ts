/** Comma-separated values as RFC 4180 has them, but for its line ends: each row is ended by a newline. */
export function encodeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(encodeCell).join(',')}\n`).join('');
}

/** The inverse of `encodeCsv`, all cells as text; what follows the last newline was cut short, and is left out. */
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

function encodeCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function decodeCell(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
