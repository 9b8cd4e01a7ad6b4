import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { UserError, messageOf } from '../text/errors.js';
import { allocateAligned } from '../tensorflow/aligned.js';
import type { TaskOptions } from './dataset.js';
import { requireArrayHolds } from './limits.js';
import { openRegularFile } from '../system/regular-file.js';
import { elementCount } from '../tensorflow/element-count.js';

/** Element types of the IDX format and their sizes in bytes, by the number in the file's third byte. */
const ELEMENT_TYPES = {
  0x08: { name: 'uint8', bytes: 1 },
  0x09: { name: 'int8', bytes: 1 },
  0x0b: { name: 'int16', bytes: 2 },
  0x0c: { name: 'int32', bytes: 4 },
  0x0d: { name: 'float32', bytes: 4 },
  0x0e: { name: 'float64', bytes: 8 },
} as const;
type ElementCode = keyof typeof ELEMENT_TYPES;

/** The array that an IDX file's header announces. */
export interface IdxHeader {
  elementType: (typeof ELEMENT_TYPES)[ElementCode]['name'];
  /** Sizes, the slowest-running first. */
  dimensions: number[];
}

/** The contents of an IDX file. */
export interface IdxArray extends IdxHeader {
  /** The elements' bytes as they are in the file: row-major, big-endian. */
  data: Uint8Array;
}

interface IdxFile {
  path: string;
  /** Bytes on disk. */
  size: number;
  gzipped: boolean;
  header: IdxHeader;
  /** Bytes of header and elements, as the header announces them, before compression. */
  bytes: number;
}

const MAX_DIMENSIONS = 4;
/** More than a gzip header with the longest file name takes, and few enough to inflate without thought. */
const GZIP_START_BYTES = 4096;
/** Deflate's best compression ratio: a header that announces more data than this allows lies. */
const MAX_GZIP_RATIO = 1032;
const READ_CHUNK_BYTES = 16 * 2 ** 20;
const INFLATE_CHUNK_BYTES = 2 ** 18;

/**
 * Reads what kind of array an IDX file holds.
 * @param path the file; `path.gz` serves as well
 */
export async function readIdxHeader(path: string): Promise<IdxHeader> {
  return withFile(path, async (handle, existing) => (await inspect(handle, existing)).header);
}

/**
 * Reads an IDX file (http://yann.lecun.com/exdb/mnist, "the IDX file format"), plain or compressed by gzip.
 * @param path the file; `path.gz` serves as well
 * @throws UserError if it is missing, or if its length isn't exactly what its header announces
 */
export async function readIdx(path: string, options: TaskOptions = {}): Promise<IdxArray> {
  return withFile(path, async (handle, existing) => {
    const file = await inspect(handle, existing);
    const contents = allocateAligned(file.bytes, headerBytes(file.header));
    if (file.gzipped) await inflateInto(contents, file, options);
    else await readInto(contents, file, handle, options);
    return { ...file.header, data: contents.subarray(headerBytes(file.header)) };
  });
}

async function withFile<T>(path: string, read: (handle: FileHandle, path: string) => Promise<T>): Promise<T> {
  const { handle, existing } = await openEither(path);
  try {
    return await read(handle, existing);
  } finally {
    await handle.close();
  }
}

async function openEither(path: string): Promise<{ handle: FileHandle; existing: string }> {
  const reasons: string[] = [];
  for (const existing of [path, `${path}.gz`]) {
    try {
      return { handle: await openRegularFile(existing), existing };
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new UserError(`can't open ${path}: ${reasons[0]}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: `check the path in the experiment file (${basename(path)} and ${basename(path)}.gz were tried)`,
  });
}

async function inspect(handle: FileHandle, path: string): Promise<IdxFile> {
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(GZIP_START_BYTES), 0, GZIP_START_BYTES, 0)
    .catch((error: unknown) => {
      throw corrupt(path, messageOf(error));
    });
  const start = buffer.subarray(0, bytesRead);
  const gzipped = start.length >= 2 && start[0] === 0x1f && start[1] === 0x8b;
  const header = parseIdxHeader(path, gzipped ? inflateStart(path, start) : start);
  const file = { path, size, gzipped, header, bytes: headerBytes(header) + dataBytes(header) };
  checkSize(file);
  return file;
}

/** The first bytes of a gzip file's contents; a stream that is cut off gives what it has. */
function inflateStart(path: string, start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw corrupt(path, `not a gzip file: ${messageOf(error)}`);
  }
}

/** The header at the start of an IDX file. @param path names the file in errors */
export function parseIdxHeader(path: string, start: Buffer): IdxHeader {
  if (start.length < 4) throw corrupt(path, `an IDX header takes at least 8 bytes, found ${start.length}`);
  const type = (ELEMENT_TYPES as Partial<Record<number, (typeof ELEMENT_TYPES)[ElementCode]>>)[start[2]];
  const rank = start[3];
  if (start.readUInt16BE(0) !== 0 || type === undefined || rank < 1 || rank > MAX_DIMENSIONS) {
    const magic = start.toString('hex', 0, 4);
    throw corrupt(path, `not an IDX file: it starts with the bytes ${magic}, expected 0000, an element type, 01 to 04`);
  }
  const needed = 4 + 4 * rank;
  if (start.length < needed) {
    throw corrupt(path, `the IDX header of ${rank} dimensions takes ${needed} bytes, found ${start.length}`);
  }
  const dimensions = Array.from({ length: rank }, (_, index) => start.readUInt32BE(4 + 4 * index));
  return { elementType: type.name, dimensions };
}

function headerBytes({ dimensions }: IdxHeader): number {
  return 4 + 4 * dimensions.length;
}

function dataBytes({ dimensions, elementType }: IdxHeader): number {
  const elementBytes = Object.values(ELEMENT_TYPES).find(({ name }) => name === elementType)?.bytes ?? NaN;
  return elementBytes * elementCount(dimensions);
}

function checkSize(file: IdxFile): void {
  const { path, size, gzipped, bytes } = file;
  if (!gzipped && size !== bytes) throw wrongLength(file, size);
  if (gzipped && bytes > size * MAX_GZIP_RATIO) {
    throw corrupt(path, `the header announces ${bytes} bytes, more than ${size} compressed bytes can hold`);
  }
  requireArrayHolds(bytes, path);
}

async function readInto(contents: Uint8Array, file: IdxFile, handle: FileHandle, options: TaskOptions): Promise<void> {
  for (let done = 0; done < contents.length;) {
    options.signal?.throwIfAborted();
    const length = Math.min(READ_CHUNK_BYTES, contents.length - done);
    const { bytesRead } = await handle.read(contents, done, length, done);
    if (bytesRead === 0) throw wrongLength(file, done);
    done += bytesRead;
    report(file, done, options);
  }
}

async function inflateInto(contents: Uint8Array, file: IdxFile, options: TaskOptions): Promise<void> {
  let done = 0;
  try {
    for await (const chunk of inflatedChunks(file.path)) {
      options.signal?.throwIfAborted();
      if (done + chunk.length > file.bytes) throw wrongLength(file, done + chunk.length);
      contents.set(chunk, done);
      done += chunk.length;
      report(file, done, options);
    }
  } catch (error) {
    if (error instanceof UserError || options.signal?.aborted) throw error;
    throw corrupt(file.path, `expected ${file.bytes} decompressed bytes, found ${done}, then: ${messageOf(error)}`);
  }
  if (done !== file.bytes) throw wrongLength(file, done);
}

async function* inflatedChunks(path: string): AsyncGenerator<Buffer> {
  const compressed = (await openRegularFile(path)).createReadStream();
  const inflated = createGunzip({ chunkSize: INFLATE_CHUNK_BYTES });
  compressed.on('error', (error) => inflated.destroy(error)).pipe(inflated);
  try {
    yield* inflated as AsyncIterable<Buffer>;
  } finally {
    compressed.destroy();
  }
}

function report({ path, bytes }: IdxFile, done: number, { onProgress }: TaskOptions): void {
  onProgress?.({ step: 'read', subject: basename(path), done, total: bytes, unit: 'bytes' });
}

function wrongLength({ path, header, gzipped, bytes }: IdxFile, found: number): UserError {
  const array = `${header.dimensions.join(' × ')} ${header.elementType}`;
  const unit = gzipped ? 'decompressed bytes' : 'bytes';
  return corrupt(path, `the header announces ${array}: expected ${bytes} ${unit}, found ${found}`);
}

function corrupt(path: string, problem: string): UserError {
  return new UserError(`${path}: ${problem}`, {
    code: 'dataset-file-corrupt',
    hint: 'the file is incomplete or damaged: copy or download it again',
  });
}
