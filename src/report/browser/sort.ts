/** Makes a table's rows sortable by its column headings, which become buttons. */
export function makeSortable(table: HTMLTableElement): void {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [column, heading] of headings.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const isAscending = heading.getAttribute('aria-sort') !== 'ascending';
      for (const other of headings) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
      sortRows(table, column, isAscending ? 1 : -1);
    });
  }
}

function sortRows(table: HTMLTableElement, column: number, direction: 1 | -1): void {
  const [body] = table.tBodies;
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return direction * compareKeys(a.key, b.key);
  });
  body.append(...keyed.map(({ row }) => row));
}

/** A cell's number or text; null for an empty one, which comes last whatever the direction. */
function keyOf(cell: HTMLTableCellElement): number | string | null {
  const { value } = cell.dataset;
  const text = cell.textContent.trim();
  if (value === undefined) return text || null;
  return value === '' ? null : Number(value);
}

function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
