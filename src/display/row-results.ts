import { encodeCsv } from '../text/csv.js';
import type { ClassValue } from '../inference/class-values.js';
import { type RowPrediction, rowAnswer, rowValueName } from '../inference/row-answers.js';
import type { TableModel } from '../inference/table-model.js';
import type { Importance } from '../inference/tasks.js';
import { type RegressionScores, meanScores } from '../metrics/regression.js';
import { inUnit, isError, unitOf } from '../text/metric-unit.js';
import { colors as pc } from '../text/visible.js';
import { listed } from '../text/words.js';
import { percent, valueText } from './format.js';
import { valueColumns } from './predictions.js';
import { formatTable } from './tables/table.js';

/** What a model takes for yes, where that was chosen; nothing else. */
export function thresholdText({ target }: Pick<TableModel, 'target'>): string | undefined {
  const { thresholds, column } = target;
  if (!thresholds) return undefined;
  const names = column.type === 'binary' ? [column.classes[1]] : column.classes;
  return listed(
    names.map((name, index) => `${name} above ${percent(thresholds[index])}`),
    10,
  );
}

/** What a model says of each row of a table. */
export interface PredictedTable {
  file: string;
  predictions: readonly RowPrediction[];
}

/** For people: a line for each row, which are counted from 1; of several tables also which. */
export function rowsTable(model: TableModel, tables: readonly PredictedTable[], top: number): string {
  const { name, type, columns: names = [name] } = model.target.column;
  const right = { align: 'right' as const };
  const value = rowValueName(model);
  const isSeveral = tables.length > 1;
  const cells = eachRow(tables, (file, row, prediction) => {
    const at = isSeveral ? [file, String(row)] : [String(row)];
    if ('values' in prediction) return [...at, ...prediction.values.map(significantDigits)];
    if ('areas' in prediction)
      return [...at, ...prediction.areas.map((area) => percent(area / sumOf(prediction.areas)))];
    const told = (values: readonly ClassValue[]): string =>
      values.map((other) => `${other.class} ${valueText(value, other.value)}`).join(', ');
    if ('labels' in prediction) {
      const { labels, others } = prediction;
      return [...at, told(labels) || 'none', pc.dim(told(others.slice(0, Math.max(0, top - labels.length))))];
    }
    const [best, ...others] = prediction.top;
    return [...at, best.class, valueText(value, best.value), pc.dim(told(others))];
  });
  const ofClass = [{ title: name }, { title: value.toUpperCase(), ...right }, { title: 'NEXT' }];
  const ofNumbers = names.map((title) => ({ title, ...right }));
  const ofLabels = [{ title: name }, { title: 'NEXT' }];
  const ofMask = model.classes.map((title) => ({ title: `${title} %`, ...right }));
  const known: Partial<Record<string, typeof ofClass>> = { number: ofNumbers, mask: ofMask, multi_label: ofLabels };
  const columns = known[type] ?? ofClass;
  return formatTable([...(isSeveral ? [{ title: 'TABLE' }] : []), { title: 'ROW', ...right }, ...columns], cells);
}

/** As a JSON document has them. */
export function rowsJson(model: TableModel, tables: readonly PredictedTable[]): object[] {
  return eachRow(tables, (table, row, prediction) => ({ table, row, ...rowAnswer(model, prediction) }));
}

/** For spreadsheets: the target's name is that of the column, of its next classes with a number. */
export function rowsCsv(model: TableModel, tables: readonly PredictedTable[]): string {
  const { name, type, classes, columns: names = [name] } = model.target.column;
  const rows = eachRow(tables, (file, row, prediction) => [file, row, ...csvCells(classes, prediction)]);
  // A table without rows is refused.
  const shown = (rows[0].length - 2) / 2;
  const ofLabels = [name, ...classes.map((label) => `${rowValueName(model)} of ${label}`)];
  const ofClasses = (): string[] => valueColumns([name, rowValueName(model)], shown);
  const known: Partial<Record<string, readonly string[]>> = {
    number: names,
    mask: classes.map((each) => `${each} pixels`),
    multi_label: ofLabels,
  };
  const columns = known[type] ?? ofClasses();
  return encodeCsv([['table', 'row', ...columns], ...rows]);
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Labels are a list as JSON has it, then the value of each. */
function csvCells(classes: readonly string[], prediction: RowPrediction): (string | number)[] {
  if ('values' in prediction) return prediction.values;
  if ('areas' in prediction) return prediction.areas;
  if ('top' in prediction) return prediction.top.flatMap((each) => [each.class, each.value]);
  const { labels, others } = prediction;
  const values = new Map([...labels, ...others].map((each) => [each.class, each.value]));
  return [JSON.stringify(labels.map((each) => each.class)), ...classes.map((label) => values.get(label) ?? NaN)];
}

/** Rows are counted from 1, in each table anew. */
function eachRow<T>(
  tables: readonly PredictedTable[],
  told: (file: string, row: number, prediction: RowPrediction) => T,
): T[] {
  return tables.flatMap(({ file, predictions }) => predictions.map((each, row) => told(file, row + 1, each)));
}

/** A model of numbers and what its test showed. */
export interface EvaluatedNumbers {
  model: TableModel;
  rows: number;
  digest: string;
  /** Of each column. */
  columns: readonly RegressionScores[];
}

/** What the tests of models of numbers showed. */
export function numbersText(evaluated: readonly EvaluatedNumbers[]): string {
  const right = { align: 'right' as const };
  const rows = evaluated.flatMap(({ model, rows: count, columns }) => {
    const line = (name: string, scores: RegressionScores): string[] => [
      model.name,
      name,
      String(count),
      significantDigits(scores.mean_absolute_error),
      significantDigits(scores.root_mean_squared_error),
      scores.r2_score.toFixed(4),
    ];
    const names = namesOf(model);
    const each = columns.map((scores, index) => line(names[index], scores));
    return columns.length === 1 ? each : [...each, line('mean', meanScores(columns))];
  });
  const [rowsColumn, ...scores] = ['ROWS', 'MEAN ABS. ERROR', 'RMSE', 'R²'].map((title) => ({ title, ...right }));
  return formatTable([{ title: 'RUN' }, { title: 'TARGET' }, rowsColumn, ...scores], rows);
}

/** The same as one JSON document. */
export function numbersJson(evaluated: readonly EvaluatedNumbers[]): string {
  const runs = evaluated.map(({ model, digest, rows, columns }) => ({
    ...{ run: model.name, dataset_digest: digest, target: model.target.column.name, rows },
    ...meanScores(columns),
    ...(columns.length === 1
      ? {}
      : { columns: Object.fromEntries(namesOf(model).map((name, index) => [name, columns[index]])) }),
  }));
  return `${JSON.stringify({ runs }, undefined, 2)}\n`;
}

function namesOf({ target: { column } }: TableModel): readonly string[] {
  return column.columns ?? [column.name];
}

/** How much each column matters, the one that matters most first. */
export function importanceText({ metric, score, rows, columns }: Importance): string {
  const right = { align: 'right' as const };
  const unit = unitOf(metric);
  const cells = columns.map(({ name, worse }) => {
    const { mean, deviation } = spread(worse.map((value) => inUnit(value, unit)));
    return [name, significantDigits(mean), `± ${significantDigits(deviation)}`];
  });
  const words = metric === 'r2_score' ? 'R²' : metric.replaceAll('_', ' ');
  const what = isError(metric) ? 'error added' : `${words} lost${unit.ofDifference.replace(/ (.+)/, ' ($1)')}`;
  const table = formatTable([{ title: 'COLUMN' }, { title: what.toUpperCase(), ...right }, { title: '' }], cells);
  return `${table}by shuffling the column among ${rows} test rows, whose ${words} is ${significantDigits(inUnit(score, unit))}${unit.ofValue}\n`;
}

/** The same as JSON. */
export function importanceJson({ columns, ...rest }: Importance, run: string): string {
  const told = columns.map(({ name, worse }) => ({ name, ...spread(worse), worse }));
  return `${JSON.stringify({ run, ...rest, columns: told }, undefined, 2)}\n`;
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** Five digits at least, whatever the unit. */
function significantDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e4 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(5)));
}
