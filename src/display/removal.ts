import type { Removal } from '../study/removal.js';
import { colors as pc } from '../text/visible.js';
import { bytesText } from './format.js';
import { formatTable } from './tables/table.js';

/** Lines of each kind; `--json` has all. */
const LISTED = 50;

/** What goes and what stays, as tables. @param title of what goes: `to be removed` */
export function removalText({ removed, kept }: Removal, title: string): string {
  const going = removed.map(({ id, bytes, isSweep }) => [id, isSweep ? 'sweep' : 'run', bytesText(bytes)]);
  const staying = kept.map(({ id, reason }) => [id, reason]);
  return [
    listText([{ title: title.toUpperCase() }, { title: 'KIND' }, { title: 'SIZE', align: 'right' }], going),
    listText([{ title: 'KEPT' }, { title: 'WHY' }], staying),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function listText(columns: Parameters<typeof formatTable>[0], rows: string[][]): string {
  if (rows.length === 0) return '';
  const rest = rows.length - LISTED;
  return `${formatTable(columns, rows.slice(0, LISTED))}${rest > 0 ? pc.dim(`… and ${rest} more (--json lists all)\n`) : ''}`;
}
