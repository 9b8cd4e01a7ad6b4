import type { FileHandle } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { createInflate } from 'node:zlib';
import { openRegularFile } from '../system/regular-file.js';
import { elementCount } from '../tensorflow/element-count.js';
import { UserError, messageOf } from '../text/errors.js';
import { ByteSource } from './tables/formats/byte-source.js';

/** A variable of numbers, as it is stored. */
export interface MatArray {
  /** Sizes; the first runs fastest ("column-major"). */
  dimensions: readonly number[];
  /** How many numbers there are. */
  length: number;
  /** The next numbers, of which no more may be taken than there are. */
  take: (count: number) => Promise<MatNumbers>;
  /** Where it is, for messages. */
  place: string;
}

export type MatNumbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const HEADER_BYTES = 128;
/** Read at once. */
const CHUNK = 2 ** 18;
const TAG_BYTES = 8;
/** More are no dataset's, and neither are longer names. */
const MOST_VARIABLES = 1000;
const MOST_DIMENSIONS = 8;
const LONGEST_NAME = 256;

const INT8 = 1;
const INT32 = 5;
const UINT32 = 6;
const MATRIX = 14;
const COMPRESSED = 15;

/** How numbers are stored, by the type of their element. */
const STORED: Partial<Record<number, { bytes: number; read: (bytes: ArrayBuffer) => MatNumbers }>> = {
  1: { bytes: 1, read: (bytes) => new Int8Array(bytes) },
  2: { bytes: 1, read: (bytes) => new Uint8Array(bytes) },
  3: { bytes: 2, read: (bytes) => new Int16Array(bytes) },
  4: { bytes: 2, read: (bytes) => new Uint16Array(bytes) },
  5: { bytes: 4, read: (bytes) => new Int32Array(bytes) },
  6: { bytes: 4, read: (bytes) => new Uint32Array(bytes) },
  7: { bytes: 4, read: (bytes) => new Float32Array(bytes) },
  9: { bytes: 8, read: (bytes) => new Float64Array(bytes) },
};

/** Classes of arrays that are plain numbers: double, single, and whole numbers of up to 32 bits. */
const isNumeric = (arrayClass: number): boolean => arrayClass >= 6 && arrayClass <= 13;
const COMPLEX = 0x800;

/**
 * Reads a variable of a file of MATLAB 5 to 7 ("MAT-File Format", The MathWorks): numbers alone, little-endian. What is
 * compressed is unpacked only as far as it is taken.
 * @param read takes what it needs of it
 * @throws UserError `dataset-file-corrupt`, with the byte that is wrong
 */
export async function readMatArray<T>(file: string, name: string, read: (array: MatArray) => Promise<T>): Promise<T> {
  const handle = await openRegularFile(file);
  try {
    const { size } = await handle.stat();
    await requireHeader(file, handle);
    let start = HEADER_BYTES;
    for (let count = 0; start < size; count++) {
      const { type, bytes } = await topLevelTag(file, handle, start);
      if (count === MOST_VARIABLES) throw damaged(file, start, `more than ${MOST_VARIABLES} variables`);
      if (start + TAG_BYTES + bytes > size)
        throw damaged(file, start, `a variable of ${bytes} bytes, of which ${size - start - TAG_BYTES} are there`);
      const elements = openElements(file, handle, { type, start, bytes });
      try {
        const array = await elements.readHeader(name);
        if (array) return await read(array);
      } finally {
        await elements.close();
      }
      start += TAG_BYTES + bytes;
    }
    throw damaged(file, size, `no variable ${name} before the end`);
  } finally {
    await handle.close();
  }
}

async function requireHeader(file: string, handle: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  if (buffer.toString('latin1', 0, 10) === 'MATLAB 7.3')
    throw damaged(file, 0, 'a file of MATLAB 7.3, which is HDF5; expected one of MATLAB 5 to 7 (save -v7)');
  if (bytesRead < HEADER_BYTES || buffer.readUInt16LE(124) !== 0x0100 || buffer.toString('latin1', 126) !== 'IM')
    throw damaged(file, 124, 'not a little-endian file of MATLAB 5 to 7');
}

async function topLevelTag(file: string, handle: FileHandle, at: number): Promise<{ type: number; bytes: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAG_BYTES), 0, TAG_BYTES, at);
  if (bytesRead < TAG_BYTES) throw damaged(file, at, 'it ends too early');
  const type = buffer.readUInt32LE(0);
  if (type !== MATRIX && type !== COMPRESSED)
    throw damaged(file, at, `expected a variable, found an element of type ${type}`);
  return { type, bytes: buffer.readUInt32LE(4) };
}

function openElements(
  file: string,
  handle: FileHandle,
  { type, start, bytes }: { type: number; start: number; bytes: number },
): Elements {
  const from = start + TAG_BYTES;
  const stored = piece(handle, from, bytes);
  if (type === MATRIX) return new Elements(new ByteSource(stored), (at) => damagedAt(file, `${from + at}`), bytes);
  // Errors of either come out of what is taken.
  const unpacked = pipeline(Readable.from(stored), createInflate({ chunkSize: 2 ** 18 }), () => undefined);
  const failureAt = (at: number): Failure => damagedAt(file, `${at} of what is compressed from byte ${from} on`);
  return new Elements(new ByteSource(unpacked), failureAt);
}

/** A part of a file; a stream of Node would close the file at its end. */
async function* piece(handle: FileHandle, from: number, bytes: number): AsyncGenerator<Buffer> {
  for (let at = from; at < from + bytes;) {
    const wanted = Math.min(CHUNK, from + bytes - at);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

type Failure = (problem: string, cause?: unknown) => UserError;

/** The elements of a variable, one after the other. */
class Elements {
  #at = 0;

  constructor(
    readonly source: ByteSource,
    readonly failureAt: (at: number) => Failure,
    /** Of a variable that isn't compressed; else its own tag says it. */
    readonly bytes?: number,
  ) {}

  /** Reads up to the numbers. @returns undefined for another variable */
  async readHeader(wanted: string): Promise<MatArray | undefined> {
    if (this.bytes === undefined) await this.#tag([MATRIX]);
    const { bytes: flagBytes } = await this.#tag([UINT32]);
    if (flagBytes !== 8) throw this.#failure(`expected 8 bytes of flags, found ${flagBytes}`);
    const flags = new DataView((await this.#take(8)).buffer).getUint32(0, true);
    const dimensions = await this.#dimensions();
    if ((await this.#name()) !== wanted) return undefined;
    if (!isNumeric(flags & 0xff) || (flags & COMPLEX) !== 0) throw this.#failure(`${wanted} is not plain numbers`);
    return this.#numbers(wanted, dimensions);
  }

  async #dimensions(): Promise<number[]> {
    const tag = await this.#tag([INT32]);
    const rank = tag.bytes / 4;
    if (!Number.isInteger(rank) || rank < 2 || rank > MOST_DIMENSIONS)
      throw this.#failure(`expected 2 to ${MOST_DIMENSIONS} dimensions, found ${tag.bytes} bytes of them`);
    const sizes = [...new Int32Array((await this.#value(tag)).buffer, 0, rank)];
    if (sizes.some((size) => size < 0)) throw this.#failure(`dimensions of [${sizes.join(', ')}]`);
    return sizes;
  }

  async #name(): Promise<string> {
    const tag = await this.#tag([INT8]);
    if (tag.bytes > LONGEST_NAME) throw this.#failure(`a name of ${tag.bytes} bytes`);
    return Buffer.from(await this.#value(tag)).toString('latin1', 0, tag.bytes);
  }

  async #numbers(name: string, dimensions: number[]): Promise<MatArray> {
    const tag = await this.#tag(Object.keys(STORED).map(Number));
    const stored = STORED[tag.type];
    const length = elementCount(dimensions);
    if (!stored || tag.bytes !== length * stored.bytes)
      throw this.#failure(`${name} of [${dimensions.join(', ')}] in ${tag.bytes} bytes of type ${tag.type}`);
    const start = this.#at;
    const small = tag.value?.subarray(0, tag.bytes);
    let left = length;
    const take = async (count: number): Promise<MatNumbers> => {
      if (count > left) throw new Error(`internal: ${count} numbers of ${left} are taken`);
      left -= count;
      const at = (length - left - count) * stored.bytes;
      return stored.read(
        (small ? small.slice(at, at + count * stored.bytes) : await this.#take(count * stored.bytes)).buffer,
      );
    };
    return { dimensions, length, take, place: this.failureAt(start)('').message.replace(/: $/, '') };
  }

  /** The type and the size of the next element; of a small one, the tag has its value, too. */
  async #tag(types: readonly number[]): Promise<{ type: number; bytes: number; value?: Uint8Array<ArrayBuffer> }> {
    const tag = await this.#take(TAG_BYTES);
    const view = new DataView(tag.buffer);
    const first = view.getUint32(0, true);
    const isSmall = first >>> 16 !== 0;
    const type = isSmall ? first & 0xffff : first;
    const bytes = isSmall ? first >>> 16 : view.getUint32(4, true);
    if (!types.includes(type) || (isSmall && bytes > 4))
      throw this.failureAt(this.#at - TAG_BYTES)(
        `expected an element of type ${types.join(', ')}, found type ${type} of ${bytes} bytes`,
      );
    return { type, bytes, ...(isSmall ? { value: tag.slice(4) } : {}) };
  }

  /** Of an element that isn't small, with what fills it up to 8 bytes. */
  async #value({ bytes, value }: { bytes: number; value?: Uint8Array<ArrayBuffer> }): Promise<Uint8Array<ArrayBuffer>> {
    return value ?? (await this.#take(Math.ceil(bytes / 8) * 8));
  }

  async #take(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const taken = await this.source.take(bytes);
      this.#at += bytes;
      return taken;
    } catch (error) {
      throw this.#failure(messageOf(error), error);
    }
  }

  #failure(problem: string, cause?: unknown): UserError {
    return this.failureAt(this.#at)(problem, cause);
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}

function damaged(file: string, at: number, problem: string): UserError {
  return damagedAt(file, String(at))(problem);
}

function damagedAt(file: string, at: string): Failure {
  return (problem, cause) =>
    new UserError(`${file}: byte ${at}: ${problem}`, {
      code: 'dataset-file-corrupt',
      hint: 'the file is incomplete or damaged, or not the published one: copy or download it again',
      cause,
    });
}
