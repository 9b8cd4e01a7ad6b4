import pc from 'picocolors';
import {
  factorTable,
  interactionTable,
  modelSentence,
  tableNotes,
  variantTable,
  type TextTable,
} from '../report/tables.js';
import type { Study } from '../study/study.js';
import { count } from './format.js';
import { formatTable } from './table.js';
import { wrapped } from './wrapped.js';

/** Variants that are listed on a terminal; `--json` and `--csv` have all of them. */
const LISTED_VARIANTS = 50;

/** A study on a terminal: the answer on top, then the tables, then what must be known to trust them. */
export function studyText(study: Study): string {
  const { title, question, answer, factors } = study;
  const models = modelSentence(study);
  const effects = factors.flatMap(({ key, answer: own }) => (own ? [`${key}: ${own.sentence}`] : []));
  return [
    `${pc.bold(question ?? title)}\n`,
    ...(answer ? [wrapped(pc.bold(answer.sentence), '')] : []),
    ...(models === null ? [] : [wrapped(models, '')]),
    ...(answer?.cautions ?? []).map((caution) => wrapped(`${pc.yellow('caution')} ${caution}`, '')),
    `\n${shortened(variantTable(study), 'variants')}`,
    ...[factorTable(study), interactionTable(study)].map((table) => (table ? `\n${shortened(table, 'levels')}` : '')),
    ...(effects.length > 0 ? ['\n', ...effects.map((effect) => wrapped(effect, ''))] : []),
    '\n',
    ...tableNotes(study).map((note) => pc.dim(wrapped(note, ''))),
  ].join('');
}

function shortened({ columns, rows }: TextTable, what: string): string {
  const rest = rows.length - LISTED_VARIANTS;
  const upper = columns.map(({ title, align }) => ({ title: title.toUpperCase(), align }));
  const text = formatTable(upper, rows.slice(0, LISTED_VARIANTS));
  return rest > 0 ? `${text}… and ${count(rest)} more ${what} (--json has all)\n` : text;
}
