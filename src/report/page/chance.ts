import type { Study } from '../../study/study.js';
import { chanceRows, chanceTable } from '../chance.js';
import type { Content } from './markup.js';
import { tableMarkup } from './table.js';

/** How far each source of chance moves the metric; null where something else was varied. */
export function chanceSources({ chance, ...study }: Study): Content {
  const table = chanceTable({ chance, ...study });
  if (!chance || !table) return null;
  const rows = chanceRows(chance, study.metric.name);
  const sortedBy = [undefined, 'deviation', undefined, 'share', 'pValue'] as const;
  return tableMarkup<number>({
    id: 'chance-table',
    caption: 'Sources of chance, the one that moves it furthest first',
    columns: table.columns.map(({ title }, column) => {
      const key = sortedBy[column];
      const text = (row: number): string => table.rows[row][column];
      return { title, text, ...(key && { value: (row: number) => rows[row][key] }) };
    }),
    rows: [...rows.keys()],
  });
}
