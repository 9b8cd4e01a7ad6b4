import type { LoadOptions } from '../dataset.js';
import type { Table as TableConfig } from '../../config/schema/experiment.generated.js';
import { everyIndex } from '../rows.js';
import { readColumns } from './column-reading.js';
import { type Finding, type Profiles, findingsOf } from './findings.js';
import { profileTable } from './profile.js';
import { SplitColumns, trainedRows } from './row-sets.js';
import type { Cell, Part, RowBatch, Table } from './table.js';
import { type OpenedTable, type TableFiles, openTables } from './table-files.js';

/** The columns that an experiment uses of its tables. */
export interface UsedColumns {
  inputs: Readonly<Record<string, { type: string }>>;
  target: Readonly<Record<string, UsedTarget>>;
}

interface UsedTarget {
  type: string;
  /** Of labels. */
  columns?: readonly string[] | null;
  separator?: string | null;
}

/** Labels in one text are no words of which one might not be among those of training. */
function targetColumns([name, { type, columns = null, separator = null }]: [string, UsedTarget]): [
  string,
  { type: string },
][] {
  if (columns !== null) return columns.map((column) => [column, { type: 'binary' }]);
  return [[name, { type: separator === null ? type : 'text' }]];
}

/** How an experiment divides its rows. */
type SplitConfig = Pick<TableConfig, 'split' | 'test_split'>;

/**
 * What a user should know of the columns that an experiment uses, of all rows; of one table whose rows are divided by a
 * column or by time, of each part.
 * @throws UserError as `openTables` and `Table.batches`
 */
export async function checkTables(
  { inputs, target, ...files }: TableFiles & UsedColumns & SplitConfig,
  options: LoadOptions,
): Promise<Finding[]> {
  const columns = [...Object.entries(inputs), ...Object.entries(target).flatMap(targetColumns)];
  const stated = new Map(columns.map(([name, { type }]) => [name, type]));
  const profiles: Profiles = {};
  const opened = await openTables(files, options);
  for (const { table, set } of await dividedTables(files, opened, options)) {
    const part = set === 'all' ? 'train' : set;
    profiles[part] = await profileTable(withColumns(table, new Set(stated.keys())), options);
  }
  return findingsOf(profiles, stated);
}

/** One table as several, where its rows say what they are for. */
async function dividedTables(
  config: SplitConfig,
  opened: readonly OpenedTable[],
  options: LoadOptions,
): Promise<readonly OpenedTable[]> {
  const split = new SplitColumns(config, opened);
  const [{ table, set }] = opened;
  if (set !== 'all' || split.readers.length === 0) return opened;
  const { ends, again } = await readColumns([table], split.readers, options);
  const { given } = await split.finish(ends, again, options);
  if (!given) return opened;
  const { rows, givenValidation } = given;
  const train = trainedRows(given);
  const validation = rows.train.subarray(rows.train.length - givenValidation);
  return Object.entries({ train, validation, test: rows.test })
    .filter(([, { length }]) => length > 0)
    .map(([part, of]) => ({ set: part as Part, table: withRows(table, new Set(of)) }));
}

/** A table without its other rows. */
function withRows(table: Table, rows: ReadonlySet<number>): Table {
  return {
    ...table,
    rows: rows.size,
    batches: async function* (options) {
      let first = 0;
      for await (const { first: start, count, column, place } of table.batches(options)) {
        const kept = everyIndex(count).filter((row) => rows.has(start + row));
        const chosen = (index: number): Cell[] => {
          const cells = column(index);
          return Array.from(kept, (row) => cells[row]);
        };
        yield { first, count: kept.length, column: chosen, place: (row, index) => place(kept[row], index) };
        first += kept.length;
      }
    },
  };
}

/** A table without its other columns. */
function withColumns(table: Table, names: ReadonlySet<string>): Table {
  const kept = [...table.columns.entries()].filter(([, { name }]) => names.has(name)).map(([index]) => index);
  const narrowed = ({ first, count, column, place }: RowBatch): RowBatch => ({
    first,
    count,
    column: (index) => column(kept[index]),
    place: (row, index) => place(row, kept[index]),
  });
  return {
    ...table,
    columns: kept.map((index) => table.columns[index]),
    batches: async function* (options) {
      for await (const batch of table.batches({ ...options, columns: kept })) yield narrowed(batch);
    },
  };
}
