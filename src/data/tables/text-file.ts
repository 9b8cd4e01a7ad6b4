import { basename } from 'node:path';
import { type Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { codeOf, messageOf } from '../../text/errors.js';
import { openRegularFile } from '../../system/regular-file.js';
import type { TaskOptions } from '../dataset.js';
import { decoderOf, recognizeEncoding } from './encodings.js';
import type { Encoding } from './table.js';
import { damagedTable, unopenableTable } from './table-error.js';

/** What is read at once. */
const CHUNK = 2 ** 20;
/** Compressed data may unpack to so much in any case, and beyond that to so many times their size: deflate reaches 1,032. */
const UNPACKED_BYTES = 2 ** 30;
const UNPACKED_TIMES = 200;

/** The bytes of a regular file, unpacked if it is a gzip; with progress, in bytes of the file. */
export async function* fileBytes(file: string, { onProgress, signal }: TaskOptions = {}): AsyncGenerator<Buffer> {
  const handle = await openRegularFile(file).catch((error: unknown) => {
    throw unopenableTable(file, error);
  });
  try {
    const { size } = await handle.stat();
    const head = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = head.bytesRead === 2 && head.buffer.readUInt16BE(0) === 0x1f8b;
    const source = handle.createReadStream({ highWaterMark: CHUNK, start: 0, autoClose: false });
    let done = 0;
    source.on('data', (chunk) => {
      done += chunk.length;
      onProgress?.({ step: 'read', subject: basename(file), done, total: size, unit: 'bytes' });
    });
    yield* isGzip ? unpacked(file, source, size, signal) : plain(source, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw withFile(file, error);
  } finally {
    await handle.close();
  }
}

async function* plain(source: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk as Buffer;
  }
}

async function* unpacked(
  file: string,
  source: Readable,
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  // Its errors come out of the loop below.
  const stream = pipeline(source, createGunzip({ chunkSize: CHUNK }), () => undefined);
  const limit = Math.max(UNPACKED_BYTES, size * UNPACKED_TIMES);
  let total = 0;
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    total += (chunk as Buffer).length;
    if (total > limit) throw damagedTable(file, `${size} compressed bytes unpack to more than ${limit}`);
    yield chunk as Buffer;
  }
}

/** The unpacker's and the system's errors don't name the file. */
function withFile(file: string, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (code.startsWith('Z_')) return damagedTable(file, `can't be unpacked: ${messageOf(error)}`, error);
  return /^E[A-Z]+$/.test(code) ? unopenableTable(file, error) : error;
}

/** Longer records are a quotation mark without its end, or no table. */
export const LONGEST_RECORD = 2 ** 24;

/** How a text is read. */
type TextOptions = TaskOptions & {
  /** As stated. */
  encoding?: Encoding;
  /** Is told the encoding, in words, if the file rather than the caller says it. */
  onRecognized?: (words: string) => void;
};

/** The text of a file, piece by piece; none is cut within a character. @throws UserError as `fileUtf8` */
export async function* fileText(file: string, options: TextOptions): AsyncGenerator<string> {
  for await (const bytes of fileUtf8(file, options)) yield bytes.toString('utf8');
}

/**
 * The text of a file as UTF-8, piece by piece; none is cut within a character.
 * @throws UserError with the place of the first byte that isn't of the encoding
 */
export async function* fileUtf8(
  file: string,
  { encoding, onRecognized, ...options }: TextOptions,
): AsyncGenerator<Buffer> {
  let decoder: ReturnType<typeof decoderOf> | undefined;
  for await (const bytes of fileBytes(file, options)) {
    if (decoder) {
      yield decoder.toUtf8(bytes, false);
      continue;
    }
    const found = recognizeEncoding(file, bytes, encoding);
    if (found.recognized !== undefined) onRecognized?.(found.recognized);
    decoder = decoderOf(file, found);
    yield decoder.toUtf8(bytes.subarray(found.skip), false);
  }
  if (decoder) yield decoder.toUtf8(Buffer.of(), true);
}

/** The beginning of a text, and whether it is all of it. */
export interface Head {
  text: string;
  isWhole: boolean;
}

/** The first part of a file's text: so many characters at least, and a line, if there are as many. */
export async function textHead(
  file: string,
  { least, most, ...options }: TextOptions & { least: number; most: number },
): Promise<Head> {
  let text = '';
  for await (const part of fileText(file, options)) {
    text += part;
    if (text.length >= most || (text.length >= least && /[^\r\n][\r\n]/.test(text))) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}
