import type { Compressors, PageHeader, SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetHeader } from 'hyparquet/src/column.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { NotRead } from '../table-error.js';

/** A part of a file as large as this, unpacked, is more than a reader of rows should hold at once. */
const UNPACKED_BYTES = 2 ** 30;

/** What a column's pages are held to, as its file's metadata say. */
export interface ColumnChunk {
  codec: string;
  type: string;
  /** How many values, with those that are missing. */
  values: number;
  /** From the root of the schema to the column. */
  path: SchemaTree[];
}

/**
 * Checks every count and size of a column's pages: hyparquet takes them as they are, and so a damaged one could take all
 * memory.
 * @param chunk the column's bytes in a row group
 * @returns decompressors for hyparquet that hold each page to what its header says
 * @throws Error that says what is wrong
 */
export function checkedPages(chunk: ArrayBuffer, column: ColumnChunk): Compressors {
  const packed = new Map<number, (page: Uint8Array) => void>();
  const reader = { view: new DataView(chunk), offset: 0 };
  let unpacked = 0;
  while (reader.offset < chunk.byteLength - 1) {
    const header = parquetHeader(reader);
    const { offset } = reader;
    unpacked += checkSizes(header, chunk.byteLength - offset, column);
    if (unpacked > UNPACKED_BYTES)
      throw new NotRead(`unpacks to more than ${UNPACKED_BYTES} bytes`, 'write it with smaller row groups');
    const bytes = new Uint8Array(chunk, offset, header.compressed_page_size);
    checkPage(bytes, header, column, packed);
    reader.offset = offset + header.compressed_page_size;
  }
  return { [column.codec]: (bytes: Uint8Array, length: number) => unpack(bytes, length, column.codec, packed) };
}

function unpack(
  bytes: Uint8Array,
  length: number,
  codec: string,
  packed: Map<number, (page: Uint8Array) => void>,
): Uint8Array {
  const decompress = (compressors as Partial<Record<string, (input: Uint8Array, length: number) => Uint8Array>>)[codec];
  if (!decompress)
    throw new NotRead(`is compressed by ${codec}`, 'write it with another compression: snappy, gzip, zstd …');
  const page = decompress(bytes, length);
  if (page.length !== length) throw new Error(`a page of ${length} bytes unpacks to ${page.length}`);
  packed.get(bytes.byteOffset)?.(page);
  return page;
}

/** @returns the page's size when it is unpacked */
function checkSizes(header: PageHeader, left: number, { values }: ColumnChunk): number {
  const { compressed_page_size: size, uncompressed_page_size: unpacked } = header;
  if (!isCount(size, left) || !isCount(unpacked, UNPACKED_BYTES)) throw new Error(`a page of ${size} bytes`);
  const count = headerOf(header)?.num_values;
  // A dictionary has no more values than its column.
  if (!isCount(count, values)) throw new Error(`a page of ${count} values, and the column has ${values}`);
  return unpacked;
}

function headerOf(header: PageHeader): { num_values: number; encoding: string } | undefined {
  return header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

/** Checks a page's runs: now, or when it has been unpacked. */
function checkPage(
  bytes: Uint8Array,
  header: PageHeader,
  column: ColumnChunk,
  packed: Map<number, (page: Uint8Array) => void>,
): void {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  if (v1) {
    const check = (page: Uint8Array): void => {
      checkPageV1(page, v1.num_values, v1.encoding, column);
    };
    if (column.codec === 'UNCOMPRESSED') check(bytes);
    else packed.set(bytes.byteOffset, check);
  }
  if (!v2) return;
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = v2;
  const levels = repetition + definition;
  if (!isCount(repetition, bytes.length) || !isCount(definition, bytes.length) || levels > bytes.length)
    throw new Error(`a page of ${bytes.length} bytes with levels of ${levels}`);
  if (!isCount(v2.num_nulls, v2.num_values)) throw new Error('a page with more missing values than values');
  const [maxRepetition, maxDefinition] = maxLevels(column);
  if (maxRepetition > 0) checkRuns(bytes.subarray(0, repetition), widthOf(maxRepetition), v2.num_values);
  if (maxDefinition > 0) checkRuns(bytes.subarray(repetition, levels), widthOf(maxDefinition), v2.num_values);
  const check = (page: Uint8Array): void => {
    checkValues(page, v2.num_values - v2.num_nulls, v2.encoding, column.type);
  };
  if (column.codec === 'UNCOMPRESSED' || v2.is_compressed === false) check(bytes.subarray(levels));
  else packed.set(bytes.byteOffset + levels, check);
}

function checkPageV1(page: Uint8Array, values: number, encoding: string, column: ColumnChunk): void {
  let rest = page;
  for (const most of maxLevels(column)) {
    if (most > 0) rest = checkMeasuredRuns(rest, widthOf(most), values);
  }
  // How many are missing is known only when levels have been read.
  checkValues(rest, values, encoding, column.type, true);
}

function maxLevels({ path }: ColumnChunk): [repetition: number, definition: number] {
  return [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)];
}

function checkValues(page: Uint8Array, values: number, encoding: string, type: string, isMost = false): void {
  if (encoding === 'RLE') checkMeasuredRuns(page, 1, values, isMost);
  else if (encoding.endsWith('_DICTIONARY') && values > 0 && page.length > 0) {
    if (type === 'BOOLEAN') checkMeasuredRuns(page, 1, values, isMost);
    else checkRuns(page.subarray(1), page[0], values, isMost);
  }
}

function widthOf(most: number): number {
  return 32 - Math.clz32(most);
}

/** Runs after their length in 4 bytes. @returns what follows them */
function checkMeasuredRuns(page: Uint8Array, width: number, values: number, isMost = false): Uint8Array {
  if (page.length < 4) throw new Error('a page ends within its levels');
  const length = new DataView(page.buffer, page.byteOffset).getUint32(0, true);
  if (length > page.length - 4) throw new Error(`runs of ${length} bytes in a page of ${page.length}`);
  checkRuns(page.subarray(4, 4 + length), width, values, isMost);
  return page.subarray(4 + length);
}

/**
 * Holds runs (of one value, or of packed bits) to the number of values that there are.
 * @param isMost whether there may be fewer values
 */
function checkRuns(bytes: Uint8Array, width: number, values: number, isMost = false): void {
  if (width === 0) return;
  if (width > 32) throw new Error(`values of ${width} bits`);
  let at = 0;
  let seen = 0;
  while (seen < values) {
    if (at >= bytes.length) {
      if (isMost) return;
      throw new Error(`${seen} values where ${values} are to be`);
    }
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 28 || at >= bytes.length) throw new Error('a run without its length');
      header += (bytes[at] & 0x7f) * 2 ** shift;
      if (bytes[at++] < 0x80) break;
    }
    const isPacked = header % 2 === 1;
    const count = Math.floor(header / 2) * (isPacked ? 8 : 1);
    // Packed bits come in groups of eight, and writers fill their last groups up.
    if (count > values - seen + (isPacked ? 512 : 0))
      throw new Error(`a run of ${count} values where ${values - seen} are to be`);
    at += isPacked ? Math.ceil((count * width) / 8) : Math.ceil(width / 8);
    seen += count;
  }
}
