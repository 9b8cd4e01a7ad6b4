import { encodeCsv } from '../text/csv.js';
import { inOwnUnit } from '../data/columns/target-kind.js';
import { type ClassValue, greatestClasses, namedValue, valueName } from '../inference/class-values.js';
import type { TableModel } from '../inference/table-model.js';
import type { Importance, PredictedRows } from '../inference/tasks.js';
import type { RegressionScores } from '../metrics/regression.js';
import { inUnit, unitOf } from '../text/metric-unit.js';
import { colors as pc } from '../text/visible.js';
import { valueText } from './format.js';
import { valueColumns } from './predictions.js';
import { formatTable } from './tables/table.js';

/** What a model says of a row: a number in the target's unit, or its classes, the most probable first. */
export type RowPrediction = { value: number } | { top: ClassValue[] };

/** @param top how many classes are told of each row */
export function rowPredictions(model: TableModel, { outputs }: PredictedRows, top: number): RowPrediction[] {
  const { column, scale } = model.target;
  if (column.type === 'number') return Array.from(inOwnUnit(outputs, scale), (value) => ({ value }));
  const values = column.type === 'binary' ? ofBoth(outputs) : outputs;
  const count = values.length / column.classes.length;
  return Array.from({ length: count }, (_, row) => ({ top: greatestClasses(values, row, column.classes, top) }));
}

/** No and yes of the probability of yes: row-major [rows, 2]. */
export function ofBoth(probabilities: Float32Array): Float32Array {
  return Float32Array.from([...probabilities].flatMap((yes) => [1 - yes, yes]));
}

/** What the values of its classes are called: the sigmoid of a binary target gives probabilities, too. */
export function rowValueName({ endsIn, target }: TableModel): ReturnType<typeof valueName> {
  return valueName({ endsIn: target.column.type === 'binary' && endsIn === 'sigmoid' ? 'softmax' : endsIn });
}

/** What a model says of each row of a table. */
export interface PredictedTable {
  file: string;
  predictions: readonly RowPrediction[];
}

/** For people: a line for each row, which are counted from 1; of several tables also which. */
export function rowsTable(model: TableModel, tables: readonly PredictedTable[]): string {
  const { name, type } = model.target.column;
  const right = { align: 'right' as const };
  const value = rowValueName(model);
  const isSeveral = tables.length > 1;
  const cells = eachRow(tables, (file, row, prediction) => {
    const at = isSeveral ? [file, String(row)] : [String(row)];
    if ('value' in prediction) return [...at, significantDigits(prediction.value)];
    const [best, ...others] = prediction.top;
    const next = others.map((other) => `${other.class} ${valueText(value, other.value)}`).join(', ');
    return [...at, best.class, valueText(value, best.value), pc.dim(next)];
  });
  const ofClass = [{ title: name }, { title: value.toUpperCase(), ...right }, { title: 'NEXT' }];
  const columns = type === 'number' ? [{ title: name, ...right }] : ofClass;
  return formatTable([...(isSeveral ? [{ title: 'TABLE' }] : []), { title: 'ROW', ...right }, ...columns], cells);
}

/** As a JSON document has them. */
export function rowsJson(model: TableModel, tables: readonly PredictedTable[]): object[] {
  const name = rowValueName(model);
  return eachRow(tables, (table, row, prediction) => {
    if ('value' in prediction) return { table, row, value: prediction.value };
    const top = prediction.top.map((each) => namedValue(name, each));
    return { table, row, ...top[0], top };
  });
}

/** For spreadsheets: the target's name is that of the column, of its next classes with a number. */
export function rowsCsv(model: TableModel, tables: readonly PredictedTable[]): string {
  const { name, type } = model.target.column;
  const rows = eachRow(tables, (file, row, prediction) => [
    ...[file, row],
    ...('value' in prediction ? [prediction.value] : prediction.top.flatMap((each) => [each.class, each.value])),
  ]);
  // A table without rows is refused.
  const shown = (rows[0].length - 2) / 2;
  const columns = type === 'number' ? [name] : valueColumns([name, rowValueName(model)], shown);
  return encodeCsv([['table', 'row', ...columns], ...rows]);
}

/** Rows are counted from 1, in each table anew. */
function eachRow<T>(
  tables: readonly PredictedTable[],
  told: (file: string, row: number, prediction: RowPrediction) => T,
): T[] {
  return tables.flatMap(({ file, predictions }) => predictions.map((each, row) => told(file, row + 1, each)));
}

/** A model of numbers and what its test showed. */
export interface EvaluatedNumbers extends RegressionScores {
  model: TableModel;
  rows: number;
  digest: string;
}

/** What the tests of models of numbers showed. */
export function numbersText(evaluated: readonly EvaluatedNumbers[]): string {
  const right = { align: 'right' as const };
  const rows = evaluated.map(({ model, rows: count, ...scores }) => [
    model.name,
    model.target.column.name,
    String(count),
    significantDigits(scores.mean_absolute_error),
    significantDigits(scores.root_mean_squared_error),
    scores.r2_score.toFixed(4),
  ]);
  const [rowsColumn, ...scores] = ['ROWS', 'MEAN ABS. ERROR', 'RMSE', 'R²'].map((title) => ({ title, ...right }));
  return formatTable([{ title: 'RUN' }, { title: 'TARGET' }, rowsColumn, ...scores], rows);
}

/** The same as one JSON document. */
export function numbersJson(evaluated: readonly EvaluatedNumbers[]): string {
  const runs = evaluated.map(({ model, digest, rows, ...scores }) => ({
    ...{ run: model.name, dataset_digest: digest, target: model.target.column.name, rows },
    ...scores,
  }));
  return `${JSON.stringify({ runs }, undefined, 2)}\n`;
}

/** How much each column matters, the one that matters most first. */
export function importanceText({ metric, score, rows, columns }: Importance): string {
  const right = { align: 'right' as const };
  const unit = unitOf(metric);
  const cells = columns.map(({ name, worse }) => {
    const { mean, deviation } = spread(worse.map((value) => inUnit(value, unit)));
    return [name, significantDigits(mean), `± ${significantDigits(deviation)}`];
  });
  const what = metric === 'accuracy' ? 'accuracy lost (percentage points)' : 'error added';
  const table = formatTable([{ title: 'COLUMN' }, { title: what.toUpperCase(), ...right }, { title: '' }], cells);
  const words = metric.replaceAll('_', ' ');
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
