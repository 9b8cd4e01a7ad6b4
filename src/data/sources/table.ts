import type { Table as TableConfig } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../errors.js';
import { randomStream } from '../../random.js';
import { listed } from '../../words.js';
import type { CellReader, ReadInput, ReadRows, RowSets } from '../columns/cells.js';
import { inputKind, targetKind } from '../columns/kinds.js';
import type { Dataset, DatasetColumns, DatasetDescription, LoadOptions, Rows, TargetValues } from '../dataset.js';
import { datasetDigest } from '../digest.js';
import { LastRead } from '../last-read.js';
import { everyIndex, valuesOf } from '../rows.js';
import { stratifiedOrder } from '../stratified-order.js';
import { type OpenedTable, openTables } from '../tables/table-files.js';
import type { Cell, Table } from '../tables/table.js';
import { invalidTable } from '../tables/table-error.js';
import type { DataSource } from './data-source.js';

/** Tables, read, their images not yet decoded. */
interface ReadTables extends DatasetColumns {
  columns: readonly ReadInput[];
  values: TargetValues;
  rows: RowSets;
  givenValidation: number;
}

const lastRead = new LastRead<ReadTables>();
const lastLoaded = new LastRead<Omit<Dataset, 'name' | 'source'>>();

/** Reads the dataset `table`: rows of tables, their columns as inputs and target. */
async function loadTable(config: TableConfig, options: LoadOptions): Promise<Dataset> {
  const { read, files, purpose } = await readTables(config, options);
  const named = read.columns.flatMap(({ files = [] }) => files);
  const dataset = await lastLoaded.of([...files, ...named], purpose, () => load(read, options));
  return { name: config.name, source: config.path ?? config.train ?? '', ...dataset };
}

async function load(read: ReadTables, options: LoadOptions): Promise<Omit<Dataset, 'name' | 'source'>> {
  const { columns, values, rows, inputs, target, givenValidation } = read;
  const loaded = await Promise.all(columns.map((column) => column.load(options)));
  const setOf = (set: 'train' | 'test'): Rows => {
    const mapped = loaded.flatMap(({ prefetch }) => (prefetch ? [prefetch[set]] : []));
    const prefetch = (indices: Int32Array): void => {
      for (const each of mapped) each(indices);
    };
    return {
      count: rows[set].length,
      inputs: loaded.map((column) => column[set]),
      target: valuesOf(values, rows[set]),
      ...(mapped.length > 0 ? { prefetch } : {}),
    };
  };
  const sets = { train: setOf('train'), test: setOf('test'), ...(givenValidation > 0 ? { givenValidation } : {}) };
  return { inputs, target, ...sets, digest: datasetDigest({ inputs, target }, sets) };
}

async function describeTable(config: TableConfig, options: LoadOptions): Promise<DatasetDescription> {
  const { inputs, target, givenValidation } = (await readTables(config, options)).read;
  return { inputs, target, hasValidation: givenValidation > 0 };
}

export const table: DataSource<TableConfig> = { load: loadTable, describe: describeTable };

/** The tables' cells; read again only if a file or what is wanted of it has changed. */
async function readTables(
  config: TableConfig,
  options: LoadOptions,
): Promise<{ read: ReadTables; files: readonly string[]; purpose: string }> {
  const { inputs, target, separator, encoding, test_split } = config;
  const opened = await openTables(config, options);
  const files = opened.flatMap(({ table: { file, parts } }) => parts ?? [file]);
  const sets = opened.map(({ set }) => set);
  const purpose = JSON.stringify([inputs, target, separator, encoding, test_split, sets]);
  return { read: await lastRead.of(files, purpose, () => read(config, opened, files, options)), files, purpose };
}

async function read(
  config: TableConfig,
  opened: readonly OpenedTable[],
  files: readonly string[],
  options: LoadOptions,
): Promise<ReadTables> {
  const [[targetName, targetConfig]] = Object.entries(config.target);
  const inputs = Object.entries(config.inputs).map(([name, each]) => ({
    name,
    reader: inputKind(each.type).read(name, each, classesOf(opened, name)),
  }));
  const target = targetKind(targetConfig.type).read(targetName, targetConfig, classesOf(opened, targetName));
  const readers = [...inputs, { name: targetName, reader: target }];
  const ends: number[] = [];
  for (const { table: each } of opened) {
    const count = await takeRows(each, readers, options);
    if (count === 0)
      throw new UserError(`${each.file} has no rows`, { code: 'dataset-invalid', hint: 'give another file' });
    ends.push((ends.at(-1) ?? 0) + count);
  }
  const { target: column, values } = target.finish();
  const { rows, givenValidation } = setsOf(config, { opened, ends, strata: targetKind(column.type).strata(values) });
  const again = { files, folderOf: folderOf(opened, ends), cellsOf: cellsOf(opened) };
  const columns = inputs.map(({ reader }) => reader.finish(rows, again));
  requireOneInput(columns);
  return { columns, inputs: columns.map((each) => each.column), target: column, values, rows, givenValidation };
}

function folderOf(opened: readonly OpenedTable[], ends: readonly number[]): ReadRows['folderOf'] {
  return (row) => opened[ends.findIndex((end) => row < end)].table.folder;
}

/** A column of all tables, read anew. */
function cellsOf(opened: readonly OpenedTable[]): ReadRows['cellsOf'] {
  return async function* (name, options) {
    let first = 0;
    for (const { table: each } of opened) {
      const column = columnOf(each, name);
      for await (const { cells, count, place } of each.batches(options)) {
        yield { first, cells: cells[column], place: (index) => place(index, column) };
        first += count;
      }
    }
  };
}

/** @returns how many rows there were */
async function takeRows(
  opened: Table,
  readers: readonly { name: string; reader: CellReader }[],
  options: LoadOptions,
): Promise<number> {
  const places = readers.map(({ name }) => columnOf(opened, name));
  let count = 0;
  for await (const { cells, place, count: rows } of opened.batches(options)) {
    readers.forEach(({ reader }, index) => {
      const column = cells[places[index]];
      const { classes } = opened.columns[places[index]];
      for (let row = 0; row < rows; row++) {
        const at = (): string => place(row, places[index]);
        reader.add(classes ? classNamed(column[row], classes, at) : column[row], at);
      }
    });
    count += rows;
  }
  return count;
}

/** The classes that a column has, where the tables name them. */
function classesOf([{ table: first }]: readonly OpenedTable[], name: string): readonly string[] | undefined {
  return first.columns.find((column) => column.name === name)?.classes;
}

/** A number stands for a class, where the table names these. */
function classNamed(cell: Cell, classes: readonly string[], place: () => string): Cell {
  if (typeof cell !== 'number') return cell;
  if (Number.isInteger(cell) && cell >= 0 && cell < classes.length) return classes[cell];
  const problem = `expected the number of a class, from 0 to ${classes.length - 1}, found ${cell}`;
  throw invalidTable(place(), problem, 'the table names its classes: number its rows by them');
}

function columnOf({ file, columns }: Table, name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index >= 0) return index;
  throw new UserError(`${file} has no column ${JSON.stringify(name)}`, {
    code: 'dataset-invalid',
    hint: `its columns are ${listed(
      columns.map((column) => column.name),
      20,
    )}`,
    exitCode: 2,
  });
}

/** Which rows are trained on, which validate, which are tested. */
function setsOf(
  { test_split: part }: TableConfig,
  { opened, ends, strata }: { opened: readonly OpenedTable[]; ends: readonly number[]; strata: Int32Array },
): { rows: RowSets; givenValidation: number } {
  const count = strata.length;
  const all = everyIndex(count);
  if (opened[0].set === 'all') {
    const order = stratifiedOrder(all, strata, randomStream(0, 'table/test'));
    const tested = Math.min(Math.max(1, Math.round(count * part)), count - 1);
    return { rows: { train: order.slice(tested).sort(), test: order.slice(0, tested).sort() }, givenValidation: 0 };
  }
  const end = ends[ends.length - 2];
  const rows = { train: all.subarray(0, end), test: all.subarray(end) };
  return { rows, givenValidation: opened.length === 3 ? end - ends[0] : 0 };
}

/** Vectors stand side by side; an image takes a model of its own. */
function requireOneInput(columns: readonly ReadInput[]): void {
  const image = columns.find(({ column }) => column.shape.length > 1);
  if (!image || columns.length === 1) return;
  throw new UserError(`the input ${JSON.stringify(image.column.name)} is an image, and there are others beside it`, {
    code: 'dataset-invalid',
    hint: 'so far a model has one image, or any number of numbers and categories',
    exitCode: 2,
  });
}
