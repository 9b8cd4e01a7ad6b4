import { shortKey, valueLabel } from '../config/sweep/label.js';
import { fieldOf, type RunRow } from '../study/run-rows.js';
import { encodeNumbers } from '../tracking/journal-events.js';
import { tagsText } from '../tracking/user-tags.js';
import { MAIN_SCORES } from '../text/main-metric.js';
import { shortId } from '../text/words.js';
import { bytesText, duration, metricText } from './format.js';
import { statusText } from './run-status.js';
import { fittedTable, type RankedColumn } from './tables/fitted-table.js';

/** A column of the list of runs. */
interface ListColumn extends RankedColumn {
  text: (row: RunRow) => string;
}

/** What a metric is titled, where it is not its name. */
const TITLES: Partial<Record<string, string>> = {
  val_accuracy: 'VAL ACC',
  test_accuracy: 'TEST ACC',
  test_loss: 'TEST LOSS',
};
/** Keys that stand before times and sizes where the terminal is narrow. */
const FIRST_KEYS = 3;
/** Which stand before others where the terminal is narrow. */
const RANKS: Partial<Record<string, number>> = Object.fromEntries(
  MAIN_SCORES.flatMap((name) => [
    [`val_${name}`, 3],
    [`test_${name}`, 4],
  ]),
);
const PLAIN_METRICS = ['val_accuracy', 'test_accuracy', 'test_loss'];

/**
 * Runs as a table: what tells them apart, and their results.
 * @param varied keys of the configuration that differ
 * @param asked further keys that were filtered or sorted by
 * @param width of the terminal, unless it is standard output's
 */
export function runListText(
  rows: readonly RunRow[],
  varied: readonly string[],
  { asked = [], width }: { asked?: readonly string[]; width?: number } = {},
): string {
  const columns = columnsFor(rows, varied, asked);
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  return fittedTable(columns, cells, width);
}

/** Likewise as JSON: of each run its summary, and the keys that tell it apart. */
export function runListJson(rows: readonly RunRow[], varied: readonly string[]): string {
  const plain = rows.map(({ run, title, name, summary, problem, sweep, tags, bytes, params }) => ({
    id: run.id,
    name: title ?? name,
    path: run.path,
    sweep: sweep ?? null,
    summary: summary ? { ...summary, metrics: encodeNumbers(summary.metrics) } : null,
    problem: problem ?? null,
    tags,
    bytes,
    differs: Object.fromEntries(varied.flatMap((key) => (key in params ? [[key, params[key]]] : []))),
  }));
  return `${JSON.stringify(plain, undefined, 2)}\n`;
}

function columnsFor(rows: readonly RunRow[], varied: readonly string[], asked: readonly string[]): ListColumn[] {
  const metrics = metricsOf(rows);
  const others = asked.filter((key) => !varied.includes(key) && !metrics.includes(key) && !isShown(key));
  // What is trained has a column of its own.
  const keys = [...varied.filter((key) => key !== 'training.epochs'), ...others];
  const right = 'right' as const;
  return [
    { title: 'RUN', rank: 0, short: shortId, text: ({ run }) => run.id },
    ...(rows.some(({ title }) => title !== undefined) ? [nameColumn] : []),
    { title: 'STATUS', rank: 0, text: ({ status }) => statusText(status as Parameters<typeof statusText>[0]) },
    ...keys.map((key, index) => keyColumn(key, varied, asked.includes(key) ? 1 : index < FIRST_KEYS ? 5 : 10 + index)),
    { title: 'EPOCHS', rank: 8, align: right, text: ({ summary }) => String(summary?.epochs ?? '') },
    ...metrics.map((name) => metricColumn(name, asked.includes(name))),
    {
      title: 'TIME',
      rank: 7,
      align: right,
      text: ({ summary }) => (summary ? duration(summary.duration_seconds) : ''),
    },
    { title: 'SIZE', rank: 6, align: right, text: ({ bytes }) => bytesText(bytes) },
    ...(rows.some(({ tags }) => tagsText(tags) !== '') ? [tagsColumn] : []),
  ];
}

/** What columns of their own show, tags among them. */
function isShown(key: string): boolean {
  return SHOWN_FACTS.has(key) || key.startsWith('tags.');
}

const SHOWN_FACTS = new Set(['id', 'status', 'epochs', 'seconds', 'bytes']);

const nameColumn: ListColumn = { title: 'NAME', rank: 2, text: ({ title, name }) => title ?? name };

const tagsColumn: ListColumn = { title: 'TAGS', rank: 5, text: ({ tags }) => tagsText(tags) };

function keyColumn(key: string, varied: readonly string[], rank: number): ListColumn {
  const text = (row: RunRow): string => {
    const value = fieldOf(row, key);
    return value === undefined ? '' : valueLabel(value);
  };
  return { title: shortKey(key, varied).toUpperCase(), rank, text };
}

function metricColumn(name: string, isAsked: boolean): ListColumn {
  const rank = isAsked ? 1 : (RANKS[name] ?? 9);
  const text = ({ summary }: RunRow): string =>
    summary && Object.hasOwn(summary.metrics, name) ? metricText(name, summary.metrics[name]) : '';
  return { title: titleOf(name), rank, align: 'right', text };
}

/** The title of a metric's column. */
export function titleOf(metric: string): string {
  return TITLES[metric] ?? metric.replaceAll('_', ' ').toUpperCase();
}

/** The usual ones, and those of validation and test that were asked for in the file (`training.metrics`). */
function metricsOf(rows: readonly RunRow[]): string[] {
  const names = new Set(rows.flatMap(({ summary }) => Object.keys(summary?.metrics ?? {})));
  const plain = PLAIN_METRICS.filter((name) => names.has(name));
  const others = [...names].filter((name) => /^(val|test)_(?!loss$|accuracy$)/.test(name));
  return [...(plain.length > 0 ? plain : ['val_accuracy']), ...others];
}
