import type { ReadOptions, RowBatch, Table } from './table.js';
import { invalidTable, shown } from './table-error.js';
import { listed } from '../../text/words.js';

/**
 * Several files of one table (`train-00000-of-00005.parquet` …) as one, in the given order.
 * @throws UserError if their columns differ
 */
export function joinedTable(file: string, tables: readonly Table[]): Table {
  const [first, ...others] = tables;
  const names = first.columns.map(({ name }) => name);
  const different = others.find(({ columns }) => columns.map(({ name }) => name).join('\0') !== names.join('\0'));
  if (different) {
    const own = different.columns.map(({ name }) => name).join(', ');
    throw invalidTable(
      different.file,
      `has the columns ${own}`,
      `expected those of ${first.file}: ${names.join(', ')}`,
    );
  }
  for (const other of others) requireSameClasses(first, other);
  const counts = tables.map(({ rows }) => rows);
  const rows = counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined;
  const recognized = [...new Set(tables.flatMap((table) => table.recognized))];
  const batches = (options: ReadOptions = {}) => readAll(tables, options);
  const parts = tables.map((table) => table.file);
  return { file, parts, columns: first.columns, rows, recognized, folder: first.folder, batches };
}

/** A number stands for the same class in all files. */
function requireSameClasses(first: Table, other: Table): void {
  const different = first.columns.find(
    ({ classes }, index) => JSON.stringify(classes) !== JSON.stringify(other.columns[index].classes),
  );
  if (!different) return;
  const own = other.columns.find(({ name }) => name === different.name)?.classes;
  throw invalidTable(
    other.file,
    `names the classes of ${shown(different.name)} otherwise: ${own ? listed(own, 20) : 'not at all'}`,
    `expected those of ${first.file}: ${different.classes ? listed(different.classes, 20) : 'none'}`,
  );
}

async function* readAll(tables: readonly Table[], options: ReadOptions): AsyncGenerator<RowBatch> {
  let first = 0;
  for (const table of tables) {
    let count = 0;
    for await (const batch of table.batches(options)) {
      yield { ...batch, first: first + batch.first };
      count += batch.count;
    }
    first += count;
  }
}
