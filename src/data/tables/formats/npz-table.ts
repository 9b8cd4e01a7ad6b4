import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ZipFile } from 'yauzl';
import { elementCount } from '../../../tensorflow/element-count.js';
import type { UserError } from '../../../text/errors.js';
import type { TaskOptions } from '../../dataset.js';
import { splitNames } from '../../images/split-names.js';
import { ByteSource } from './byte-source.js';
import { type NpyHeader, npyCells, readNpyHeader, toRowMajor } from './npy-format.js';
import type { Cell, Part, RowBatch, Table } from '../table.js';
import { NotRead, damagedTable, invalidTable, tableErrorAt, unopenableTable } from '../table-error.js';
import { fileBytes } from '../text-file.js';
import { type ZipEntry, entriesOf, openZip } from './zip-entries.js';

/** Rows of about so many bytes are read at once, and no more than so many. */
const BATCH_BYTES = 2 ** 22;
const BATCH_ROWS = 2 ** 13;
/** An array in Fortran order is turned in memory. */
const FORTRAN_BYTES = 2 ** 30;

/** An array in a file, before it is read. */
interface StoredArray {
  /** As in the file: `x_train`. */
  name: string;
  header: NpyHeader;
}

/**
 * Opens arrays that NumPy has saved as a table: each array is a column, its first axis the rows. Arrays for training,
 * validation and test (`x_train`, `y_test`, `train_images`) are tables of their own.
 * @param part which of them; to be given if there are several
 */
export async function openNpz(file: string, part?: Part): Promise<Table> {
  const arrays = await withArrays(file, (sources) => headersOf(file, sources));
  const parts = partsOf(arrays);
  if (part === undefined && parts.size > 1) throw severalParts(file, [...parts.keys()]);
  const chosen = part === undefined ? [...parts.values()][0] : parts.get(part);
  if (!chosen) throw missingPart(file, part ?? 'train', arrays);
  const rows = rowsOf(file, chosen);
  const columns = chosen.map(({ column }) => ({ name: column }));
  const names = chosen.map(({ array: { name } }) => name);
  const batches = (task: TaskOptions = {}) => readArrays(file, { names, rows }, task);
  return { file, columns, rows, recognized: [], folder: dirname(file), batches };
}

/** Which tables a file of arrays holds: `train` and `test`, or none that are told apart. */
export async function partsOfNpz(file: string): Promise<Part[]> {
  const arrays = await withArrays(file, (sources) => headersOf(file, sources));
  return [...partsOf(arrays).keys()].filter((part) => part !== undefined);
}

/** Opens one array that NumPy has saved as a table of one column, named as the file. */
export async function openNpy(file: string): Promise<Table> {
  const name = arrayName(file);
  const header = await inArray(file, name, async () => readHeader(await ofFile(file)));
  const rows = rowsOf(file, [{ column: name, array: { name, header } }]);
  const batches = (task: TaskOptions = {}) => readArrays(file, { names: [name], rows }, task);
  return { file, columns: [{ name }], rows, recognized: [], folder: dirname(file), batches };
}

function arrayName(file: string): string {
  return basename(file).replace(/\.npy$/i, '');
}

/** An array's bytes, and how many there are. */
interface Stored {
  source: ByteSource;
  size: number;
}

/** How an array is opened, by its name. */
type Sources = Map<string, () => Promise<Stored>>;

async function ofFile(file: string): Promise<Stored> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unopenableTable(file, error);
  });
  return { source: new ByteSource(fileBytes(file)), size };
}

async function ofEntry(entry: ZipEntry): Promise<Stored> {
  return { source: new ByteSource(await entry.open()), size: entry.size };
}

/** The header alone. */
async function readHeader({ source, size }: Stored): Promise<NpyHeader> {
  try {
    return requireSize(await readNpyHeader(source), size);
  } finally {
    await source.close();
  }
}

/** Holds an array to the bytes that are there, before memory is taken for it. */
function requireSize(header: NpyHeader, size: number): NpyHeader {
  const expected = header.headerBytes + bytesOf(header);
  if (expected === size) return header;
  throw new Error(`of the shape (${header.shape.join(', ')}) takes ${expected} bytes, and has ${size}`);
}

async function withArrays<T>(file: string, action: (sources: Sources) => Promise<T>): Promise<T> {
  const zip = await openZip(file);
  try {
    return await action(await sourcesOf(file, zip));
  } finally {
    zip.close();
  }
}

async function sourcesOf(file: string, zip: ZipFile): Promise<Sources> {
  const entries = (await entriesOf(file, zip)).filter(({ name }) => name.endsWith('.npy'));
  if (entries.length === 0) throw damagedTable(file, 'holds no arrays of NumPy');
  return new Map(entries.map((entry) => [arrayName(entry.name), () => ofEntry(entry)]));
}

async function headersOf(file: string, sources: Sources): Promise<StoredArray[]> {
  const arrays: StoredArray[] = [];
  for (const [name, start] of sources) {
    arrays.push({ name, header: await inArray(file, name, async () => readHeader(await start())) });
  }
  return arrays;
}

/** What goes wrong while an array is read, with its name. */
async function inArray<T>(file: string, name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw tableErrorAt(`${file}: ${name}`, error);
  }
}

type Columns = { column: string; array: StoredArray }[];

/** The tables that the arrays' names tell apart; one without a name where they don't. */
function partsOf(arrays: readonly StoredArray[]): Map<Part | undefined, Columns> {
  const parts = new Map<Part | undefined, Columns>();
  for (const array of arrays) {
    const { part, column } = readName(array.name);
    parts.set(part, [...(parts.get(part) ?? []), { column, array }]);
  }
  return parts;
}

/** `x_train`, `train_images` */
function readName(name: string): { part?: Part; column: string } {
  const words = name.split('_');
  const ends = [words[words.length - 1], words[0]];
  for (const [index, word] of ends.entries()) {
    const split = splitNames([word]).at(0);
    const rest = index === 0 ? words.slice(0, -1) : words.slice(1);
    if (words.length > 1 && split && split.role !== 'evaluation') return { part: split.role, column: rest.join('_') };
  }
  return { column: name };
}

function severalParts(file: string, parts: readonly (Part | undefined)[]): UserError {
  const words = parts.map((part) => part ?? 'arrays of neither').join(', ');
  return invalidTable(file, `holds several tables: ${words}`, 'say which is for what: train: FILE, test: FILE');
}

function missingPart(file: string, part: Part, arrays: readonly StoredArray[]): UserError {
  const names = arrays.map(({ name }) => name).join(', ');
  return invalidTable(
    file,
    `holds no arrays for ${part}, only ${names}`,
    `name them as Keras does: x_${part}, y_${part}`,
  );
}

/** How many rows all arrays have; refuses what can only be damage. */
function rowsOf(file: string, columns: Columns): number {
  const [first] = columns;
  for (const { array } of columns) {
    const { shape } = array.header;
    if (shape.length === 0)
      throw invalidTable(
        `${file}: ${array.name}`,
        'is a single number, without rows',
        'save only arrays with an axis of rows',
      );
    if (shape.slice(1).includes(0) || !Number.isSafeInteger(bytesOf(array.header)))
      throw damagedTable(`${file}: ${array.name}`, `has the shape (${shape.join(', ')})`);
    if (shape[0] === first.array.header.shape[0]) continue;
    const problem = `has ${shape[0]} rows, and ${first.array.name} has ${first.array.header.shape[0]}`;
    throw invalidTable(`${file}: ${array.name}`, problem, 'the arrays of a table have a row for each example');
  }
  return first.array.header.shape[0];
}

function bytesOf({ shape, width }: NpyHeader): number {
  return width * elementCount(shape);
}

async function* readArrays(
  file: string,
  { names, rows }: { names: readonly string[]; rows: number },
  task: TaskOptions,
): AsyncGenerator<RowBatch> {
  if (/\.npy$/i.test(file)) {
    const sources: Sources = new Map([[names[0], () => ofFile(file)]]);
    yield* readRows(file, { names, rows }, sources, task);
    return;
  }
  const zip = await openZip(file);
  try {
    yield* readRows(file, { names, rows }, await sourcesOf(file, zip), task);
  } finally {
    zip.close();
  }
}

async function* readRows(
  file: string,
  { names, rows }: { names: readonly string[]; rows: number },
  sources: Sources,
  { onProgress, signal }: TaskOptions,
): AsyncGenerator<RowBatch> {
  const readers: RowReader[] = [];
  try {
    for (const name of names) readers.push(await inArray(file, name, () => RowReader.open(name, sources)));
    const widest = Math.max(...readers.map(({ rowBytes }) => rowBytes));
    const step = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / widest)));
    for (let first = 0; first < rows; first += step) {
      signal?.throwIfAborted();
      const count = Math.min(step, rows - first);
      const cells: Cell[][] = [];
      for (const reader of readers) cells.push(await inArray(file, reader.name, () => reader.read(count)));
      yield {
        first,
        count,
        column: (index) => cells[index],
        place: (row, column) => `${file}: ${names[column]}[${first + row}]`,
      };
      onProgress?.({ step: 'read', subject: basename(file), done: first + count, total: rows, unit: 'rows' });
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
}

/** An array while it is read, row by row. */
class RowReader {
  #turned: Uint8Array<ArrayBuffer> | undefined;
  #at = 0;

  private constructor(
    readonly name: string,
    readonly header: NpyHeader,
    readonly source: ByteSource,
    /** Bytes of a row. */
    readonly rowBytes: number,
  ) {}

  static async open(name: string, sources: Sources): Promise<RowReader> {
    const start = sources.get(name);
    if (!start) throw new Error('is no longer in the file');
    const { source, size } = await start();
    const header = requireSize(await readNpyHeader(source), size);
    const rowBytes = header.width * elementCount(header.shape.slice(1));
    if (rowBytes > FORTRAN_BYTES) throw new Error(`has rows of ${rowBytes} bytes`);
    return new RowReader(name, header, source, rowBytes);
  }

  async read(rows: number): Promise<Cell[]> {
    const isTurned = this.header.isFortran && this.header.shape.length > 1;
    return npyCells(this.header, isTurned ? await this.#takeTurned(rows) : await this.#take(rows), rows);
  }

  async #take(rows: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.source.take(rows * this.rowBytes);
  }

  async #takeTurned(rows: number): Promise<Uint8Array<ArrayBuffer>> {
    const total = bytesOf(this.header);
    if (total > FORTRAN_BYTES)
      throw new NotRead(`is in Fortran order and takes ${total} bytes`, 'save np.ascontiguousarray(array)');
    this.#turned ??= toRowMajor(this.header, await this.source.take(total));
    const start = this.#at;
    this.#at += rows * this.rowBytes;
    return this.#turned.slice(start, this.#at);
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}
