import type { Study } from '../../study/study.js';
import { acrossNote, acrossTable, datasetSentences } from '../across.js';
import { markup, prose, type Content } from './markup.js';
import { tableMarkup } from './table.js';

/** The variants over several datasets, with their mean on each; null of a study of one dataset. */
export function acrossVariants(study: Study): Content {
  const table = acrossTable(study);
  if (!table) return null;
  // What is no number, as an interval, comes last.
  const numeric = (text: string): number | null => (/^[−\d.]+$/.test(text) ? Number(text.replace('−', '-')) : null);
  return markup`${tableMarkup<number>({
    id: 'across-table',
    caption: 'Each variant over the datasets and on each of them, best first',
    columns: table.columns.map(({ title, align }, column) => ({
      title,
      text: (row: number) => table.rows[row][column],
      ...(align === 'right' && { value: (row: number) => numeric(table.rows[row][column]) }),
    })),
    rows: [...table.rows.keys()],
  })}
    <p>${prose(acrossNote(study))}</p>`;
}

/** What each dataset says by itself; null of a study of one. */
export function datasetAnswers({ across }: Study): Content {
  if (!across) return null;
  return markup`<ul>
    ${datasetSentences(across).map((sentence) => markup`<li>${prose(sentence)}</li>`)}
  </ul>`;
}
