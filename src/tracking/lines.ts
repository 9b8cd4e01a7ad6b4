import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '../system/directories.js';
import { messageOf, UserError } from '../text/errors.js';
import { APPEND_NO_FOLLOW, notWritten } from './atomic-file.js';
import { ablate } from '../system/shell.js';

export const NEWLINE = 0x0a;
/** Bytes that are read at once. */
export const CHUNK_BYTES = 256 * 1024;

/**
 * Appends lines to a file, one `write` each, so that a line that was appended survives the end of the process at any
 * instant. One writer at a time.
 */
export class LineWriter {
  readonly #file: string;
  readonly #descriptor: number;

  /**
   * Opens a file at its end, or creates it; a last line that a crash left incomplete is cut off first.
   * @throws UserError `file-not-written`
   */
  constructor(file: string) {
    const isNew = !existsSync(file);
    this.#file = file;
    this.#descriptor = openAtEnd(file);
    if (isNew) syncDirectory(dirname(file));
    else ftruncateSync(this.#descriptor, endOfLastLine(this.#descriptor));
  }

  /**
   * @param text without a newline
   * @param options.sync whether it is to survive a power cut as well
   * @throws UserError `journal-not-written` when the disk is full or gone; the file then ends with the line before;
   * `journal-gone` when the file isn't at its place any more
   */
  append(text: string, { sync }: { sync: boolean }): void {
    const line = Buffer.from(`${text}\n`);
    const { size } = this.#requireInPlace();
    try {
      if (writeSync(this.#descriptor, line) < line.length) throw new Error('no space left on the disk');
      if (sync) fsyncSync(this.#descriptor);
    } catch (error) {
      ftruncateSync(this.#descriptor, size);
      throw new UserError(`${this.#file} can't be written: ${messageOf(error)}`, {
        code: 'journal-not-written',
        hint: `make room on the disk, then run \`${ablate('resume')}\``,
        cause: error,
      });
    }
  }

  /** Makes everything that was appended survive a power cut, off this thread. */
  async sync(): Promise<void> {
    await promisify(fsync)(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** What is written to a file without a name, or under another name, is lost to whoever looks for it here. */
  #requireInPlace(): Stats {
    const opened = fstatSync(this.#descriptor);
    const there = statSync(this.#file, { throwIfNoEntry: false });
    if (there?.ino === opened.ino && there.dev === opened.dev) return opened;
    throw new UserError(`${this.#file} was removed or moved while it was written`, {
      code: 'journal-gone',
      hint: 'leave the runs folder as it is while it is trained in; what was removed must be trained again',
    });
  }
}

function openAtEnd(file: string): number {
  try {
    const descriptor = openSync(file, APPEND_NO_FOLLOW);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    throw new Error('not a regular file');
  } catch (error) {
    throw notWritten(file, error);
  }
}

/** The byte offset just after the last newline of a file. */
function endOfLastLine(descriptor: number): number {
  for (let end = fstatSync(descriptor).size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const newline = readAt(descriptor, start, end - start).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

/** The bytes of a file from a position on, fewer at its end. */
export function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}
