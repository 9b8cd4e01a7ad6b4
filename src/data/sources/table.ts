import type { Table as TableConfig } from '../../config/schema/experiment.generated.js';
import type { ReadInput, RowSets, TargetFiles } from '../columns/cells.js';
import { inputKind, targetKind } from '../columns/kinds.js';
import type {
  Dataset,
  DatasetColumns,
  DatasetDescription,
  LoadOptions,
  Rows,
  TargetValues,
  Times,
} from '../dataset.js';
import { datasetDigest } from '../digest.js';
import { type Announce, LastRead } from '../last-read.js';
import { everyIndex, valuesOf } from '../rows.js';
import { classesIn, readColumns } from '../tables/column-reading.js';
import { SplitColumns, drawnSets, trainedRows, undividedSets } from '../tables/row-sets.js';
import { filesOf } from '../tables/table.js';
import { namedFiles, openTables } from '../tables/table-files.js';
import type { DataSource } from './data-source.js';

/** Tables, read, their images not yet decoded. */
interface ReadTables extends DatasetColumns {
  columns: readonly ReadInput[];
  values: TargetValues | TargetFiles;
  rows: RowSets;
  groups?: Int32Array;
  times?: Times;
  givenValidation: number;
  isUndivided: boolean;
}

const lastDescribed = new LastRead<DatasetDescription>();
const lastLoaded = new LastRead<Omit<Dataset, 'name' | 'source'>>();

/** Reads the dataset `table`: rows of tables, their columns as inputs and target. */
async function loadTable(config: TableConfig, options: LoadOptions): Promise<Dataset> {
  const dataset = await lastLoaded.of(...sourceOf(config, options), async (announce) => {
    const read = await readTables(config, options, announce);
    const { columns, values } = read;
    await announce([...columns.flatMap(({ files = [] }) => files), ...('files' in values ? values.files : [])]);
    return load(read, options);
  });
  return { name: config.name, source: config.path ?? config.train ?? '', ...dataset };
}

async function load(read: ReadTables, options: LoadOptions): Promise<Omit<Dataset, 'name' | 'source'>> {
  const { columns, values, rows, groups, times, inputs, target, givenValidation, isUndivided } = read;
  const loaded = await Promise.all(columns.map((column) => column.load(options)));
  const ofTarget = 'files' in values ? await values.load(options) : undefined;
  const setOf = (set: 'train' | 'test'): Rows => {
    const mapped = [...loaded, ofTarget].flatMap((each) => (each?.prefetch ? [each.prefetch[set]] : []));
    const prefetch = (indices: Int32Array): void => {
      for (const each of mapped) each(indices);
    };
    return {
      count: rows[set].length,
      inputs: loaded.map((column) => column[set]),
      target: ofTarget ? ofTarget[set] : targetOf(values as TargetValues, rows, set),
      ...(groups ? { groups: valuesOf(groups, rows[set]) } : {}),
      ...(times ? { times: { ...times, values: valuesOf(times.values, rows[set]) } } : {}),
      ...(mapped.length > 0 ? { prefetch } : {}),
      ...textsOf(columns, rows[set]),
    };
  };
  const sets = { train: setOf('train'), test: setOf('test'), ...(givenValidation > 0 ? { givenValidation } : {}) };
  const digest = datasetDigest({ inputs, target }, sets);
  return { inputs, target, ...sets, ...(isUndivided ? { isUndivided } : {}), digest };
}

function targetOf(values: TargetValues, rows: RowSets, set: 'train' | 'test'): TargetValues {
  return valuesOf(values, rows[set], values.length / (rows.train.length + rows.test.length));
}

/** What the texts of some rows are read by; of several texts in a row, all of them. */
function textsOf(columns: readonly ReadInput[], rows: Int32Array): Pick<Rows, 'texts'> {
  const readers = columns.flatMap(({ texts }) => (texts ? [texts] : []));
  if (readers.length === 0) return {};
  const texts = async (chosen: readonly number[]): Promise<string[]> => {
    const places = chosen.map((row) => rows[row]);
    const read = await Promise.all(readers.map((each) => each(places)));
    return places.map((_, index) => read.map((ofColumn) => ofColumn[index]).join('\n'));
  };
  return { texts };
}

async function describeTable(config: TableConfig, options: LoadOptions): Promise<DatasetDescription> {
  return lastDescribed.of(...sourceOf(config, options), async (announce) => {
    const { inputs, target, givenValidation } = await readTables(config, options, announce);
    return { inputs, target, hasValidation: givenValidation > 0 };
  });
}

export const table: DataSource<TableConfig> = { load: loadTable, describe: describeTable };

/** The files that are read, and what of them: as long as these are the same, so is what is read. */
function sourceOf(config: TableConfig, { baseDirectory }: LoadOptions): [files: string[], purpose: string] {
  const { inputs, target, separator, encoding, test_split, classes, split } = config;
  const named = namedFiles(config, baseDirectory);
  const sets = named.map(({ set }) => set);
  const purpose = JSON.stringify([
    inputs,
    target,
    separator,
    encoding,
    test_split,
    classes !== null,
    { ...split, folds: hasFoldsOfGroups(config) },
    sets,
  ]);
  return [named.map(({ file }) => file), purpose];
}

/** Of such folds each is tested in its turn, where no rows are given for it. */
function hasFoldsOfGroups({ split }: TableConfig): boolean {
  return split !== null && split.folds !== null && split.group !== null;
}

/** The tables' cells. */
async function readTables(config: TableConfig, options: LoadOptions, announce: Announce): Promise<ReadTables> {
  const opened = await openTables(config, options);
  const tables = opened.map(({ table: each }) => each);
  await announce(filesOf(tables));
  const [targetConfig] = Object.values(config.target);
  const inputs = Object.entries(config.inputs).map(([name, each]) => ({
    name,
    reader: inputKind(each.type).read(name, each, classesIn(tables, name)),
  }));
  const target = targetKind(targetConfig.type).read(config.target, (name) => classesIn(tables, name), config.inputs);
  const split = new SplitColumns(config, opened);
  const { ends, again } = await readColumns(tables, [...inputs, ...target.columns, ...split.readers], options);
  const { groups, times, given } = await split.finish(ends, again, options);
  // The rows whose words are the target's classes: of all, dataset.classes are taken.
  const known = given && config.classes === null ? trainedRows(given) : everyIndex(ends[ends.length - 1]);
  const { target: column, values } = target.finish(known);
  // What lies in files is read once it is known which rows are for what.
  const strata =
    typeof values === 'function'
      ? new Int32Array(ends[ends.length - 1])
      : targetKind(column.type).strata(values, column);
  const isUndivided = !given && hasFoldsOfGroups(config);
  const { rows, givenValidation } =
    given ?? (isUndivided ? undividedSets(strata.length) : drawnSets(config.test_split, { groups, strata }));
  const columns = inputs.map(({ reader }) => reader.finish(rows, again));
  const names = columns.map((each) => each.column);
  const found = typeof values === 'function' ? values(rows, again) : values;
  return { columns, inputs: names, target: column, values: found, rows, groups, times, givenValidation, isUndivided };
}
