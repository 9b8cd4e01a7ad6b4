import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What is read at once; bounds what a file that lies about its size can take. */
const CHUNK = 2 ** 20;
/** The system's files in /proc tell no size. */
const SMALLEST_CHUNK = 2 ** 12;
/** A device may never end, and a pipe waits for a writer: opening itself must not wait. (0 on Windows, which has neither.) */
const READ_FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);
/** Far above any text that Ablate keeps or is given; bounds the memory that a file from elsewhere can take. */
const TEXT_LIMIT = 2 ** 28;
/** The most that Node has in one buffer on every machine; bounds weights and checkpoints, which are read as a whole. */
export const BINARY_LIMIT = 2 ** 31 - 1;

/**
 * Opens a file to read it, if it is a regular one. What was opened is what is asked, so that nothing can be put in its
 * place between.
 * @throws Error with the code `NOT_A_FILE`, or the system's
 */
export async function openRegularFile(file: string | URL): Promise<FileHandle> {
  const handle = await open(file, READ_FLAGS);
  try {
    if (!(await handle.stat()).isFile()) throw notRegular();
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Likewise; to be closed by the caller. @returns its descriptor */
export function openRegularFileSync(file: string | URL): number {
  const descriptor = openSync(file, READ_FLAGS);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw notRegular();
}

/**
 * Reads a regular file of at most `limit` bytes, as counted while reading.
 * @throws Error with the code `NOT_A_FILE`, `TOO_LARGE`, or the system's
 */
export async function readRegularFile(file: string | URL, limit: number): Promise<Buffer> {
  const handle = await openRegularFile(file);
  try {
    const chunks = new Chunks((await handle.stat()).size, limit);
    for (let chunk = chunks.next(); chunk; chunk = chunks.next()) {
      chunks.add((await handle.read(chunk, 0, chunk.length, null)).bytesRead);
    }
    return chunks.bytes();
  } finally {
    await handle.close();
  }
}

/** Likewise, at once. */
export function readRegularFileSync(file: string | URL, limit: number): Buffer {
  const descriptor = openRegularFileSync(file);
  try {
    const chunks = new Chunks(fstatSync(descriptor).size, limit);
    for (let chunk = chunks.next(); chunk; chunk = chunks.next()) {
      chunks.add(readSync(descriptor, chunk, 0, chunk.length, null));
    }
    return chunks.bytes();
  } finally {
    closeSync(descriptor);
  }
}

/** The UTF-8 text of a regular file. */
export async function readText(file: string | URL): Promise<string> {
  return (await readRegularFile(file, TEXT_LIMIT)).toString('utf8');
}

/** Likewise, at once. */
export function readTextSync(file: string | URL): string {
  return readRegularFileSync(file, TEXT_LIMIT).toString('utf8');
}

/** A file's bytes while they are read, piece by piece: its size only says how large the pieces are. */
class Chunks {
  readonly #size: number;
  readonly #limit: number;
  readonly #read: Buffer[] = [];
  #total = 0;
  #chunk: Buffer | undefined;

  constructor(size: number, limit: number) {
    if (size > limit) throw tooLarge(`takes ${size} bytes, ${limit} at most are read`);
    this.#size = size;
    this.#limit = limit;
  }

  /** Where to read the next piece to; undefined after the last. */
  next(): Buffer | undefined {
    if (this.#read.length > 0 && this.#chunk === undefined) return undefined;
    const left = Math.max(this.#size - this.#total, 0) + 1;
    return (this.#chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(left, SMALLEST_CHUNK))));
  }

  /** @param count bytes that the last piece has; 0 at the end */
  add(count: number): void {
    const chunk = this.#chunk ?? Buffer.of();
    this.#read.push(chunk.subarray(0, count));
    this.#total += count;
    if (this.#total > this.#limit) throw tooLarge(`takes more than ${this.#limit} bytes`);
    if (count === 0) this.#chunk = undefined;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#read, this.#total);
  }
}

function notRegular(): Error {
  return Object.assign(new Error('not a regular file'), { code: 'NOT_A_FILE' });
}

function tooLarge(message: string): Error {
  return Object.assign(new Error(message), { code: 'TOO_LARGE' });
}
