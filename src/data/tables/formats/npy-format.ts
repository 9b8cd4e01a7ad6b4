import type { ByteSource } from './byte-source.js';
import { type Cell, type NumericArray, numberCell } from '../table.js';
import { NotRead } from '../table-error.js';

/** What an array in NumPy's format is, by its header. */
export interface NpyHeader {
  /** `f4`, `u1` … without the byte order. */
  type: string;
  isBigEndian: boolean;
  /** Column-major: the first axis varies fastest. */
  isFortran: boolean;
  shape: readonly number[];
  /** Bytes of an element. */
  width: number;
  /** Bytes before the elements. */
  headerBytes: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST_HEADER = 2 ** 20;

/**
 * Reads the header of an array (NumPy Enhancement Proposal 1).
 * @throws Error that says what is wrong
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const start = await source.take(8);
  if (MAGIC.some((byte, index) => start[index] !== byte)) throw new Error('is no array in the format of NumPy');
  const version = start[6];
  if (version < 1 || version > 3) throw new Error(`is of version ${version} of NumPy's format, which is not read`);
  const lengthBytes = version === 1 ? 2 : 4;
  const view = new DataView((await source.take(lengthBytes)).buffer);
  const length = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > LONGEST_HEADER) throw new Error(`has a header of ${length} bytes`);
  const text = Buffer.from(await source.take(length)).toString('utf8');
  return { ...parseHeader(text), headerBytes: 8 + lengthBytes + length };
}

/** Of a header such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(text: string): Omit<NpyHeader, 'headerBytes'> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) throw new NotRead('has records of several fields', 'save each field as an array');
  if (descr === undefined || fortran === undefined || shape === undefined) throw new Error('has a damaged header');
  const sizes = shape.split(',').filter((part) => part.trim() !== '');
  return { ...parseType(descr), isFortran: fortran === 'True', shape: sizes.map((size) => Number.parseInt(size, 10)) };
}

function parseType(descr: string): Pick<NpyHeader, 'type' | 'isBigEndian' | 'width'> {
  const [, order, kind, digits] = /^([<>|=]?)([A-Za-z?])(\d*)$/.exec(descr) ?? [];
  const size = Number(digits);
  if (kind === 'O') {
    const problem = 'holds Python objects: they are pickles, which can run any program when they are read';
    throw new NotRead(problem, 'save it as numbers or text: array.astype(float), array.astype(str)');
  }
  const isText = (kind === 'U' || kind === 'S') && size > 0 && size <= 2 ** 20;
  const type = `${kind}${digits}`;
  if (!isText && !(type in readers))
    throw new NotRead(`has elements of the type ${descr}`, 'save it as numbers: array.astype("float32")');
  return { type, isBigEndian: order === '>', width: kind === 'U' ? size * 4 : size };
}

type Read = (buffer: ArrayBuffer) => NumericArray | BigInt64Array | BigUint64Array;

/** Bytes in this machine's order → numbers. */
const readers: Readonly<Record<string, Read>> = {
  b1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  u1: (buffer) => new Uint8Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  i8: (buffer) => new BigInt64Array(buffer),
  u8: (buffer) => new BigUint64Array(buffer),
  f2: (buffer) => Float32Array.from(new Uint16Array(buffer), fromFloat16),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
};

/** IEEE 754 binary16. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Rows of an array as cells: numbers, truth values or text where a row is one element, else arrays of numbers.
 * @param bytes of whole rows, row-major, which are changed
 * @param rows how many
 */
export function npyCells(header: NpyHeader, bytes: Uint8Array<ArrayBuffer>, rows: number): Cell[] {
  const { type, shape } = header;
  if (/^[US]/.test(type)) return textCells(header, bytes, rows);
  const read = readers[type](swapped(header, bytes));
  const elements = read.length / Math.max(1, rows);
  if (shape.length > 1) return arrayCells(read, shape.slice(1), elements, rows);
  const values: ArrayLike<number | bigint> = read;
  return Array.from(values, type === 'b1' ? Boolean : numberCell);
}

function arrayCells(read: ReturnType<Read>, shape: readonly number[], elements: number, rows: number): Cell[] {
  const data = read instanceof BigInt64Array || read instanceof BigUint64Array ? Float64Array.from(read, exact) : read;
  return Array.from({ length: rows }, (_, row) => ({
    data: data.subarray(row * elements, (row + 1) * elements),
    shape,
  }));
}

function exact(value: bigint): number {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw new NotRead(`holds ${value}, which no float64 can hold exactly`, 'save it as array.astype("float64")');
}

function swapped({ type, isBigEndian, width }: NpyHeader, bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isBigEndian && !type.startsWith('b')) {
    if (width === 2) buffer.swap16();
    if (width === 4) buffer.swap32();
    if (width === 8) buffer.swap64();
  }
  return bytes.buffer;
}

/** `S`: bytes, taken as UTF-8; `U`: UTF-32. Both are filled up with zeros. */
function textCells(header: NpyHeader, bytes: Uint8Array<ArrayBuffer>, rows: number): Cell[] {
  const { type, width, shape } = header;
  if (shape.length > 1) throw new NotRead('holds text in more than one axis', 'save an array for each column of text');
  return Array.from({ length: rows }, (_, row) => {
    const cell = Buffer.from(bytes.buffer, row * width, width);
    const text = type.startsWith('S') ? cell.toString('utf8') : fromUtf32(cell, header.isBigEndian);
    return text.replace(/\0+$/, '');
  });
}

function fromUtf32(cell: Buffer, isBigEndian: boolean): string {
  const codes = Array.from({ length: cell.length / 4 }, (_, index) =>
    isBigEndian ? cell.readUInt32BE(4 * index) : cell.readUInt32LE(4 * index),
  );
  if (codes.some((code) => code > 0x10ffff)) throw new Error('holds text that is not Unicode');
  return String.fromCodePoint(...codes);
}

/** Elements of an array in Fortran order, in C order. @param bytes of all elements */
export function toRowMajor({ shape, width }: NpyHeader, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const ordered = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, width));
  let from = 0;
  for (let to = 0; to < bytes.length; to += width) {
    for (let byte = 0; byte < width; byte++) ordered[to + byte] = bytes[from + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return ordered;
}
