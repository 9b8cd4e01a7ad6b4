import { columnsOf } from '../../text/broken-lines.js';
import { colors as pc, visibleLine } from '../../text/visible.js';

/** A column of a table. */
export interface Column {
  title: string;
  /** Numbers stand at the right. */
  align?: 'left' | 'right';
}

/**
 * A table as lines of text, its titles dimmed.
 * @param cells of each row one a column; they may hold colours
 */
export function formatTable(columns: Column[], cells: string[][]): string {
  const titles = columns.map(({ title }) => visibleLine(title));
  const rows = cells.map((row) => row.map(visibleLine));
  const widths = columns.map((_, column) => Math.max(...[titles, ...rows].map((row) => columnsOf(row[column]))));
  const line = (row: string[]): string =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(widths[column] - columnsOf(cell));
        return columns[column].align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [pc.dim(line(titles)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}
