import { dirname, resolve } from 'node:path';
import type { Table as TableConfig } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../errors.js';
import { randomStream } from '../../random.js';
import { listed } from '../../words.js';
import { type ReadInput, type RowSets, valuesOf } from '../columns/cells.js';
import { inputKind, targetKind } from '../columns/kinds.js';
import type { Dataset, DatasetColumns, DatasetDescription, LoadOptions, Rows, TargetValues } from '../dataset.js';
import { datasetDigest } from '../digest.js';
import { LastRead } from '../last-read.js';
import { stratifiedOrder } from '../stratified-order.js';
import { openTable } from '../tables/open-table.js';
import type { Table } from '../tables/table.js';
import type { DataSource } from './data-source.js';

/** A table, read, its images not yet decoded. */
interface ReadTable extends DatasetColumns {
  columns: readonly ReadInput[];
  values: TargetValues;
  rows: RowSets;
  givenValidation: number;
}

/** The files of a table: one, of which the test is drawn, or those of training, validation and test. */
interface TableFile {
  file: string;
  set: 'all' | 'train' | 'validation' | 'test';
}

const lastRead = new LastRead<ReadTable>();

/** Reads the dataset `table`: rows of CSV files, their columns as inputs and target. */
async function loadTable(config: TableConfig, options: LoadOptions): Promise<Dataset> {
  const { columns, values, rows, inputs, target, givenValidation } = await read(config, options);
  const loaded = await Promise.all(columns.map(({ load }) => load(options)));
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
  const source = config.path ?? config.train ?? '';
  return { name: config.name, source, inputs, target, ...sets, digest: datasetDigest({ inputs, target }, sets) };
}

async function describeTable(config: TableConfig, options: LoadOptions): Promise<DatasetDescription> {
  const { inputs, target, givenValidation } = await read(config, options);
  return { inputs, target, hasValidation: givenValidation > 0 };
}

export const table: DataSource<TableConfig> = { load: loadTable, describe: describeTable };

function read(config: TableConfig, options: LoadOptions): Promise<ReadTable> {
  const files = filesOf(config, options.baseDirectory);
  const { inputs, target, separator, encoding, test_split } = config;
  const purpose = JSON.stringify([inputs, target, separator, encoding, test_split, files]);
  return lastRead.of(
    files.map(({ file }) => file),
    purpose,
    () => readTable(config, files, options),
  );
}

/** @throws UserError `dataset-invalid` where it isn't clear what is tested */
function filesOf({ path, train, validation, test }: TableConfig, baseDirectory: string): TableFile[] {
  const given = Object.entries({ all: path, train, validation, test }).filter(([, file]) => file !== null);
  const names = given.map(([set]) => (set === 'all' ? 'path' : set));
  if (!['path', 'train,test', 'train,validation,test'].includes(names.join())) {
    throw new UserError(`dataset has ${names.length === 0 ? 'no file' : listed(names)}`, {
      code: 'dataset-invalid',
      hint: 'give path alone, of which the test rows are drawn; or train and test, perhaps with validation',
      exitCode: 2,
    });
  }
  return given.map(([set, file]) => ({ file: resolve(baseDirectory, file ?? ''), set: set as TableFile['set'] }));
}

async function readTable(config: TableConfig, files: TableFile[], options: LoadOptions): Promise<ReadTable> {
  const [[targetName, targetConfig]] = Object.entries(config.target);
  const inputs = Object.entries(config.inputs).map(([name, each]) => ({
    name,
    reader: inputKind(each.type).read(name, each),
  }));
  const target = targetKind(targetConfig.type).read(targetName, targetConfig);
  const readers = [...inputs, { name: targetName, reader: target }];
  const ends: number[] = [];
  const folders: string[] = [];
  for (const { file } of files) {
    const opened = await open(file, config, options);
    const count = await takeRows(opened, readers, options);
    if (count === 0) throw new UserError(`${file} has no rows`, { code: 'dataset-invalid', hint: 'give another file' });
    ends.push((ends.at(-1) ?? 0) + count);
    folders.push(dirname(file));
  }
  const { target: column, values } = target.finish();
  const { rows, givenValidation } = setsOf(config, { files, ends, strata: targetKind(column.type).strata(values) });
  const folderOf = (row: number): string => folders[ends.findIndex((end) => row < end)];
  const columns = inputs.map(({ reader }) => reader.finish(rows, { folderOf }));
  requireOneInput(columns);
  return { columns, inputs: columns.map((each) => each.column), target: column, values, rows, givenValidation };
}

function open(file: string, { separator, encoding }: TableConfig, options: LoadOptions): Promise<Table> {
  return openTable(file, { separator: separator ?? undefined, encoding: encoding ?? undefined }, options);
}

/** @returns how many rows there were */
async function takeRows(
  opened: Table,
  readers: readonly { name: string; reader: { add: (cell: never, place: () => string) => void } }[],
  options: LoadOptions,
): Promise<number> {
  const places = readers.map(({ name }) => columnOf(opened, name));
  let count = 0;
  for await (const { cells, place, count: rows } of opened.batches(options)) {
    readers.forEach(({ reader }, index) => {
      const column = cells[places[index]];
      for (let row = 0; row < rows; row++) reader.add(column[row] as never, () => place(row, places[index]));
    });
    count += rows;
  }
  return count;
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
  { files, ends, strata }: { files: readonly TableFile[]; ends: readonly number[]; strata: Int32Array },
): { rows: RowSets; givenValidation: number } {
  const count = strata.length;
  const all = Int32Array.from({ length: count }, (_, row) => row);
  if (files[0].set === 'all') {
    const order = stratifiedOrder(all, strata, randomStream(0, 'table/test'));
    const tested = Math.min(Math.max(1, Math.round(count * part)), count - 1);
    return { rows: { train: order.slice(tested).sort(), test: order.slice(0, tested).sort() }, givenValidation: 0 };
  }
  const end = ends[ends.length - 2];
  const rows = { train: all.subarray(0, end), test: all.subarray(end) };
  return { rows, givenValidation: files.length === 3 ? end - ends[0] : 0 };
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
