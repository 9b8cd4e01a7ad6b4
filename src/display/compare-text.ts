import { colors as pc } from '../text/visible.js';
import {
  factorTable,
  interactionTable,
  modelSentence,
  tableNotes,
  variantTable,
  type TextTable,
} from '../report/tables.js';
import { headlineOf, type Headline } from '../report/headline.js';
import { isOfOneRunEach } from '../report/search.js';
import { testSetSentence } from '../report/test-set.js';
import { inUnits } from '../report/in-units.js';
import { acrossNote, mainTable } from '../report/across.js';
import type { AcrossStudy, Study } from '../study/study.js';
import { count } from './format.js';
import { fittedTable } from './tables/fitted-table.js';
import { wrapped } from './wrapped.js';

/** Variants that are listed on a terminal; `--json` and `--csv` have all of them. */
const LISTED_VARIANTS = 50;
/** Of a search, the best alone. */
const LISTED_FOUND = 10;

/** A study on a terminal: the answer on top, then the tables, then what must be known to trust them. */
export function studyText(measured: Study): string {
  const study = inUnits(measured);
  const { title, question, answer, factors, ledger, scope } = study;
  const models = modelSentence(study);
  const tested = testSetSentence(study);
  const effects = factors.flatMap(({ key, answer: own }) => (own ? [`${key}: ${own.sentence}`] : []));
  return [
    `${pc.bold(question ?? title)}\n`,
    ...headlineLines(headlineOf(study)),
    ...[scope, ledger].flatMap((told) => (told ? [wrapped(told.sentence, '')] : [])),
    ...[tested, models].flatMap((told) => (told === null ? [] : [wrapped(told, '')])),
    ...(answer?.cautions ?? []).map((caution) => wrapped(`${pc.yellow('caution')} ${caution}`, '')),
    `\n${shortened(mainTable(study), 'variants', isOfOneRunEach(study) ? LISTED_FOUND : LISTED_VARIANTS)}`,
    ...(study.across ? [pc.dim(wrapped(acrossNote(study), '')), ...study.across.studies.flatMap(datasetLines)] : []),
    ...[factorTable(study), interactionTable(study)].map((table) => (table ? `\n${shortened(table, 'levels')}` : '')),
    ...(effects.length > 0 ? ['\n', ...effects.map((effect) => wrapped(effect, ''))] : []),
    '\n',
    ...(study.across ? [] : tableNotes(study)).map((note) => pc.dim(wrapped(note, ''))),
  ].join('');
}

function headlineLines(headline: Headline | null): string[] {
  if (!headline) return [];
  const { sentence, details, confirm } = headline;
  return [
    wrapped(pc.bold(sentence), ''),
    ...(confirm === null ? [] : [`  ${confirm}\n`]),
    ...details.map((detail) => wrapped(detail, '')),
  ];
}

/** What one of several datasets says by itself. */
function datasetLines({ dataset, study }: AcrossStudy['studies'][number]): string[] {
  return [
    `\n${pc.bold(dataset)}\n`,
    ...(study.answer ? [wrapped(study.answer.sentence, '')] : []),
    ...(study.answer?.cautions ?? []).map((caution) => wrapped(`${pc.yellow('caution')} ${caution}`, '')),
    shortened(variantTable(study), 'variants'),
  ];
}

function shortened({ columns, rows }: TextTable, what: string, most = LISTED_VARIANTS): string {
  const rest = rows.length - most;
  const upper = columns.map((column) => ({ ...column, title: column.title.toUpperCase() }));
  const text = fittedTable(upper, rows.slice(0, most));
  return rest > 0 ? `${text}… and ${count(rest)} more ${what} (--json has all)\n` : text;
}
