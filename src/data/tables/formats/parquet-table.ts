import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import {
  type DecodedArray,
  type FileMetaData,
  type RowGroup,
  type SchemaTree,
  parquetMetadataAsync,
  parquetSchema,
} from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { readColumn } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import { messageOf } from '../../../text/errors.js';
import { openRegularFile } from '../../../system/regular-file.js';
import { huggingFaceClasses } from './hugging-face.js';
import { checkedPages } from './parquet-pages.js';
import { type Cell, type ReadOptions, type RowBatch, type Table, numberCell } from '../table.js';
import { NotRead, damagedTable, tableErrorAt, unopenableTable } from '../table-error.js';

/** Metadata and a row group's column of more bytes are not read into memory. */
const METADATA_BYTES = 2 ** 27;
const COLUMN_BYTES = 2 ** 30;
/** Rows of one group; what writers make has a million at most. */
const GROUP_ROWS = 2 ** 26;

/**
 * Opens a Parquet file; a row group is read at a time, a column after the other. Structures of `bytes` and `path`, as
 * Hugging Face's datasets write images and audio, become embedded files; names of their ClassLabels become `classes`.
 */
export async function openParquet(file: string): Promise<Table> {
  const metadata = await withFile(file, (handle, size) => readMetadata(file, handle, size));
  const schema = inFile(file, () => parquetSchema(metadata));
  const classes = huggingFaceClasses(metadata.key_value_metadata);
  const columns = schema.children.map(({ element: { name } }) => ({ name, classes: classes.get(name) }));
  const groups = metadata.row_groups.map((group, index) => rowsOf(file, group, index));
  const rows = groups.reduce((sum, count) => sum + count, 0);
  if (columns.length === 0) throw damagedTable(file, 'has no columns');
  const batches = (options: ReadOptions = {}) => readGroups(file, metadata, schema, options);
  return { file, columns, rows, recognized: [], folder: dirname(file), batches };
}

/** Also refuses what can only be damage, before any memory is taken. */
function rowsOf(file: string, { num_rows, columns }: RowGroup, index: number): number {
  const rows = Number(num_rows);
  if (!Number.isInteger(rows) || rows < 0 || rows > GROUP_ROWS || !Array.isArray(columns))
    throw damagedTable(`${file}: row group ${index}`, `has ${rows} rows, and at most ${GROUP_ROWS} are read at once`);
  return rows;
}

async function withFile<T>(file: string, action: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  const handle = await openRegularFile(file).catch((error: unknown) => {
    throw unopenableTable(file, error);
  });
  try {
    return await action(handle, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}

async function readMetadata(file: string, handle: FileHandle, size: number): Promise<FileMetaData> {
  if (size < 12) throw damagedTable(file, `has ${size} bytes, and is no Parquet file`);
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    if (end - start > METADATA_BYTES) throw new Error(`its metadata take ${end - start} bytes`);
    return readRange(handle, start, end);
  };
  try {
    return await parquetMetadataAsync({ byteLength: size, slice }, { geoparquet: false });
  } catch (error) {
    throw damagedTable(file, `is not a whole Parquet file (${messageOf(error)})`, error);
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new Error('the file ends too early');
    at += bytesRead;
  }
  return bytes.buffer;
}

async function* readGroups(
  file: string,
  metadata: FileMetaData,
  schema: SchemaTree,
  { onProgress, signal, columns }: ReadOptions,
): AsyncGenerator<RowBatch> {
  const wanted = columns ?? schema.children.map((_, index) => index);
  let first = 0;
  const total = Number(metadata.num_rows);
  for (const [index, group] of metadata.row_groups.entries()) {
    const count = rowsOf(file, group, index);
    if (count === 0) continue;
    const values = await withFile(file, (handle, size) =>
      readGroup({ file, index, handle, size }, { group, schema, wanted }, signal),
    );
    const place = (row: number, column: number): string =>
      `${file}: row group ${index}, row ${row}, ${schema.children[column].element.name}`;
    const valuesOf = (column: number): ArrayLike<unknown> => values.get(column) ?? [];
    yield {
      first,
      count,
      column: (column) => Array.from(valuesOf(column), toCell),
      numbers: (column) => toNumbers(valuesOf(column)),
      place,
    };
    first += count;
    onProgress?.({ step: 'read', subject: file, done: first, total, unit: 'rows' });
  }
}

interface Source {
  file: string;
  /** The row group's. */
  index: number;
  handle: FileHandle;
  size: number;
}

async function readGroup(
  source: Source,
  { group, schema, wanted }: { group: RowGroup; schema: SchemaTree; wanted: readonly number[] },
  signal: AbortSignal | undefined,
): Promise<Map<number, ArrayLike<unknown>>> {
  const read = new Map<number, ArrayLike<unknown>>();
  for (const column of wanted) {
    const child = schema.children[column];
    signal?.throwIfAborted();
    const place = `${source.file}: row group ${source.index}, ${child.element.name}`;
    try {
      const values = await readTopColumn(source, group, schema, child);
      const rows = Number(group.num_rows);
      if (values.length !== rows) throw new Error(`${values.length} values in ${rows} rows`);
      read.set(column, values);
    } catch (error) {
      throw tableErrorAt(place, error);
    }
  }
  return read;
}

/** A column of the table, which is made of several in the file if it has a structure. */
async function readTopColumn(
  source: Source,
  group: RowGroup,
  schema: SchemaTree,
  child: SchemaTree,
): Promise<DecodedArray> {
  const leaves = new Map<string, DecodedArray>();
  for (const { meta_data: column } of group.columns) {
    if (column?.path_in_schema[0] !== child.element.name) continue;
    const path = getTreePath(schema, column.path_in_schema);
    const { codec, type } = column;
    const bytes = await readColumnBytes(source, column);
    const compressors = checkedPages(bytes, { codec, type, values: Number(column.num_values), path });
    const groupRows = Number(group.num_rows);
    const rows = { groupStart: 0, groupRows, selectStart: 0, selectEnd: groupRows };
    const { element } = path[path.length - 1];
    const decoder = { pathInSchema: column.path_in_schema, element, schemaPath: path, type, codec };
    const reader = { view: new DataView(bytes), offset: 0 };
    const parsers = DEFAULT_PARSERS;
    const { data } = readColumn(reader, rows, { ...decoder, compressors, parsers, utf8: false });
    leaves.set(column.path_in_schema.join('.'), joined(data));
  }
  if (leaves.size === 0) throw new Error('the row group lacks the column');
  if (child.children.length > 0) assembleNested(leaves, child, DEFAULT_PARSERS);
  return leaves.get(child.element.name) ?? [];
}

/** The values of all pages. */
function joined(pages: readonly DecodedArray[]): DecodedArray {
  if (pages.length === 1) return pages[0];
  const values = new Array<unknown>(pages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const page of pages) for (let index = 0; index < page.length; index++) values[at++] = page[index];
  return values;
}

type ColumnMetaData = NonNullable<RowGroup['columns'][number]['meta_data']>;

async function readColumnBytes({ handle, size }: Source, column: ColumnMetaData): Promise<ArrayBuffer> {
  const { dictionary_page_offset: dictionary, data_page_offset: pages, total_compressed_size: length } = column;
  // Some writers give 0 where there is no dictionary.
  const start = Number(dictionary && dictionary < pages ? dictionary : pages);
  const end = start + Number(length);
  if (!(start >= 4 && end >= start && end <= size))
    throw new Error(`it is said to lie from byte ${start} to ${end} of ${size}`);
  if (end - start > COLUMN_BYTES)
    throw new NotRead(`takes ${end - start} bytes, more than are read at once`, 'write it with smaller row groups');
  return readRange(handle, start, end);
}

/** hyparquet's values as numbers, NaN for missing ones; undefined if there are others. */
function toNumbers(values: ArrayLike<unknown>): Float64Array | undefined {
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) numbers[row] = NaN;
    else if (typeof value === 'number' && value !== Infinity && value !== -Infinity) numbers[row] = value;
    else if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) numbers[row] = Number(value);
    else return undefined;
  }
  return numbers;
}

/** hyparquet's values as cells. */
function toCell(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'bigint') return numberCell(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return { bytes: value };
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(toCell);
  if (ArrayBuffer.isView(value)) return [...(value as Float64Array)].map(toCell);
  return toStructure(value as Record<string, unknown>);
}

function toStructure(value: Record<string, unknown>): Cell {
  const { bytes, path } = value;
  if ('bytes' in value && 'path' in value) {
    if (bytes instanceof Uint8Array) return typeof path === 'string' ? { bytes, path } : { bytes };
    if (bytes === undefined || bytes === null) return typeof path === 'string' ? path : null;
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toCell(inner)]));
}

/** What hyparquet makes of damaged metadata is damage of the file. */
function inFile<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw damagedTable(file, `is not a whole Parquet file (${messageOf(error)})`, error);
  }
}
