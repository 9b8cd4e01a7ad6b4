import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

/** A column of a table. */
export interface Column {
  title: string;
  /** Numbers stand at the right. */
  align?: 'left' | 'right';
}

/**
 * A table as lines of text, its titles dimmed.
 * @param rows a cell a column; cells may hold colours
 */
export function formatTable(columns: Column[], rows: string[][]): string {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, column) => Math.max(...[titles, ...rows].map((row) => widthOf(row[column]))));
  const line = (row: string[]): string =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(widths[column] - widthOf(cell));
        return columns[column].align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [pc.dim(line(titles)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
