import type { LabelScore, Study, WorstRow } from '../../study/study.js';
import { counted } from '../../text/words.js';
import { shareText } from '../numbers.js';
import { variantNames } from '../variant-names.js';
import { markup, type Content } from './markup.js';
import { tableMarkup, type TableColumn } from './table.js';

/** More columns don't fit on a page. */
const MOST_COLUMNS = 8;

/** How each label is told, of the best variant. */
export function labelScores({ testedRows = [], ...study }: Study): Content {
  const [first] = testedRows;
  if (testedRows.length === 0 || first.target.type !== 'labels' || first.target.scores.length === 0) return null;
  const name = variantNames(study).short(first.variant);
  const share = (title: string, of: (score: LabelScore) => number): TableColumn<LabelScore> => ({
    ...{ title, text: (score) => shareText(of(score)), value: of },
  });
  return tableMarkup<LabelScore>({
    id: 'labels-table',
    caption: `Each label of the test rows by ${name}, ${first.runs === 1 ? 'one run' : `mean of ${counted(first.runs, 'run')}`}`,
    columns: [
      { title: 'Label', text: ({ label }) => label },
      { title: 'Rows', text: ({ rows }) => Math.round(rows).toLocaleString('en'), value: ({ rows }) => rows },
      share('Precision', ({ precision }) => precision),
      share('Recall', ({ recall }) => recall),
      share('F1', ({ f1 }) => f1),
      share('Average precision', ({ averagePrecision }) => averagePrecision),
    ],
    rows: first.target.scores,
  });
}

/** Rows that the best variant gets wrong, or whose number it is furthest from. */
export function worstRows({ worstRows: rows = [] }: Study): Content {
  if (rows.length === 0) return null;
  const isOfNumbers = rows[0].error !== undefined;
  const heading = markup`<h3 id="worst-rows">${isOfNumbers ? 'Rows that are furthest off' : 'Rows that most runs get wrong'}</h3>`;
  if (!isOfNumbers && rows.every(isOfOneText)) return [heading, textList(rows)];
  const names = Object.keys(rows[0].cells).slice(0, MOST_COLUMNS);
  const columns: TableColumn<WorstRow>[] = [
    { title: 'Row', text: ({ index }) => String(index) },
    { title: 'True', text: ({ truth }) => told(truth) },
    { title: 'Predicted', text: ({ prediction }) => told(prediction) },
    isOfNumbers
      ? { title: 'Error', text: ({ error = NaN }) => told(error), value: ({ error = null }) => error }
      : { title: 'Runs', text: ({ runs, tested }) => `${runs} of ${tested}`, value: ({ runs }) => runs },
    ...names.map((title) => ({ title, text: ({ cells }: WorstRow) => cellContent(cells[title]) })),
  ];
  const by = isOfNumbers ? 'its predictions are means over the runs' : 'by how many runs, and what most of them say';
  const caption = `Of the test set, counted from 0, by the best variant: ${by}`;
  return [heading, tableMarkup<WorstRow>({ id: 'worst-rows-table', caption, columns, rows })];
}

/** A text needs a line of its own. */
function isOfOneText({ cells }: WorstRow): boolean {
  const values = Object.values(cells);
  return values.length === 1 && !values[0].startsWith(IMAGE);
}

function textList(rows: readonly WorstRow[]): Content {
  const items = rows.map(({ index, truth, prediction, runs, tested, cells }) => {
    return markup`<li value="${index}">
      <q>${Object.values(cells)[0]}</q>
      <span class="by">${truth} → <strong>${prediction}</strong>, by ${runs} of ${counted(tested, 'run')}</span>
    </li> `;
  });
  return markup`<p>Of the test set, counted from 0, by the best variant: the class, then what it is taken for, and by how many runs.</p>
    <ol class="texts">
      ${items}
    </ol>`;
}

const IMAGE = 'data:image/';

function cellContent(cell: string): Content {
  return cell.startsWith(IMAGE) ? markup`<img src="${cell}" width="72" height="72" alt="" />` : cell;
}

function told(value: string | number): string {
  if (typeof value === 'string') return value;
  return Math.abs(value) >= 1e4
    ? Math.round(value).toLocaleString('en')
    : value.toLocaleString('en', { maximumSignificantDigits: 5 });
}
