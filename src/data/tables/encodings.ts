import { isUtf8 } from 'node:buffer';
import type { Encoding } from './table.js';
import { invalidTable } from './table-error.js';

/** The bytes of a text → the same text as UTF-8, piece by piece, none cut within a character. */
export interface Decoder {
  /** @param isLast whether nothing follows */
  toUtf8: (bytes: Buffer, isLast: boolean) => Buffer;
}

const NAMES: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
  cp1252: 'Windows-1252',
};

const MARKS: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/** What a text's first bytes say. */
export interface RecognizedEncoding {
  encoding: Encoding;
  /** Bytes of the byte order mark. */
  skip: number;
  /** In words, where it isn't plain UTF-8. */
  recognized?: string;
}

/**
 * The encoding of a text: as stated, or UTF-16 where a byte order mark says so, or else UTF-8, which the decoder checks.
 * @param head the first bytes
 * @throws UserError if the mark contradicts what is stated
 */
export function recognizeEncoding(file: string, head: Buffer, stated: Encoding | undefined): RecognizedEncoding {
  const mark = MARKS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (!mark) return { encoding: stated ?? 'utf-8', skip: 0 };
  if (stated !== undefined && stated !== mark.encoding) {
    const problem = `begins with the byte order mark of ${NAMES[mark.encoding]}, and encoding is ${stated}`;
    throw invalidTable(file, problem, `leave encoding out, or set it to ${mark.encoding}`);
  }
  const recognized = mark.encoding === 'utf-8' ? undefined : `${NAMES[mark.encoding]}, by its byte order mark`;
  return { encoding: mark.encoding, skip: mark.bytes.length, recognized };
}

/** @throws UserError from `toUtf8`, with the byte that isn't of the encoding and its place */
export function decoderOf(file: string, { encoding, skip }: RecognizedEncoding): Decoder {
  if (encoding === 'utf-8') return new Utf8Decoder(file, skip);
  return encoding === 'cp1252' ? new Cp1252Decoder(file) : new Utf16Decoder(file, encoding, skip);
}

const NEWLINE = 10;

/** Counts bytes and lines that went before, for the place of a mistake. */
class Position {
  #line = 1;

  constructor(
    readonly file: string,
    public bytes: number,
  ) {}

  /** @param text UTF-8 */
  advance(bytes: number, text: Buffer): void {
    this.bytes += bytes;
    for (let at = 0; at < text.length; at++) if (text[at] === NEWLINE) this.#line++;
  }

  /** @param text what was read well since, and how many bytes it took */
  refuse(bytes: Buffer, at: number, text: Buffer, encoding: Encoding): never {
    const byte = bytes[at].toString(16).toUpperCase().padStart(2, '0');
    this.advance(at, text);
    const place = `${this.file}:${this.#line}`;
    const problem = `the byte 0x${byte} at position ${this.bytes} is not ${NAMES[encoding]}`;
    throw invalidTable(place, problem, hintFor(encoding, bytes[at]));
  }
}

function hintFor(encoding: Encoding, byte: number): string {
  if (byte === 0)
    return 'a file of text has no zero bytes: it may be UTF-16 (set encoding: utf-16le), or no text at all';
  return encoding === 'utf-8'
    ? 'save it as UTF-8, or say what it is: encoding: cp1252 for what Excel writes in Western Europe'
    : 'leave encoding out, or set it to that of the file';
}

class Utf8Decoder implements Decoder {
  readonly #position: Position;
  #rest = Buffer.of();

  constructor(file: string, skip: number) {
    this.#position = new Position(file, skip);
  }

  toUtf8(chunk: Buffer, isLast: boolean): Buffer {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = isLast ? bytes.length : wholeCharacters(bytes);
    const whole = bytes.subarray(0, end);
    this.#rest = Buffer.from(bytes.subarray(end));
    const zero = whole.indexOf(0);
    if (!isUtf8(whole) || zero >= 0) this.#refuse(whole, zero);
    this.#position.advance(whole.length, whole);
    return whole;
  }

  #refuse(bytes: Buffer, zero: number): never {
    const invalid = firstInvalid(bytes);
    const at = zero >= 0 && (invalid < 0 || zero < invalid) ? zero : invalid;
    return this.#position.refuse(bytes, at, bytes.subarray(0, at), 'utf-8');
  }
}

/** How many bytes there are without a character at the end that is cut off. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The first byte that isn't UTF-8; -1 if all are. */
function firstInvalid(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let offset = 0;
  for (let from = 0, at = text.indexOf('\uFFFD'); at >= 0; from = at + 1, at = text.indexOf('\uFFFD', from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    // The character itself may stand there.
    if (bytes.subarray(offset, offset + 3).toString('hex') !== 'efbfbd') return offset;
    offset += 3;
  }
  return -1;
}

/** Bytes to which Windows-1252 gives no character. */
const UNUSED = [0x81, 0x8d, 0x8f, 0x90, 0x9d, 0x00];

class Cp1252Decoder implements Decoder {
  readonly #position: Position;
  readonly #decoder = new TextDecoder('windows-1252');

  constructor(file: string) {
    this.#position = new Position(file, 0);
  }

  toUtf8(bytes: Buffer): Buffer {
    const unused = UNUSED.map((byte) => bytes.indexOf(byte)).filter((at) => at >= 0);
    const at = Math.min(...unused);
    if (unused.length > 0) this.#position.refuse(bytes, at, bytes.subarray(0, at), 'cp1252');
    const text = Buffer.from(this.#decoder.decode(bytes));
    this.#position.advance(bytes.length, text);
    return text;
  }
}

/** No text: a zero, or half of a pair of surrogates. */
const NO_CHARACTER = /[\0\p{Surrogate}]/u;

class Utf16Decoder implements Decoder {
  readonly #position: Position;
  #rest = Buffer.of();

  constructor(
    file: string,
    readonly encoding: 'utf-16le' | 'utf-16be',
    skip: number,
  ) {
    this.#position = new Position(file, skip);
  }

  toUtf8(chunk: Buffer, isLast: boolean): Buffer {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const end = isLast ? bytes.length : this.#wholeCharacters(bytes);
    const whole = bytes.subarray(0, end - (end % 2));
    this.#rest = Buffer.from(bytes.subarray(end));
    const read = (this.encoding === 'utf-16le' ? whole : Buffer.from(whole).swap16()).toString('utf16le');
    const at = read.search(NO_CHARACTER);
    if (at >= 0) this.#position.refuse(bytes, at * 2, Buffer.from(read.slice(0, at)), this.encoding);
    const text = Buffer.from(read);
    if (end % 2 > 0) this.#position.refuse(bytes, end - 1, text, this.encoding);
    this.#position.advance(whole.length, text);
    return text;
  }

  #wholeCharacters(bytes: Buffer): number {
    const end = bytes.length - (bytes.length % 2);
    if (end === 0) return 0;
    const last = this.encoding === 'utf-16le' ? bytes.readUInt16LE(end - 2) : bytes.readUInt16BE(end - 2);
    return last >= 0xd800 && last < 0xdc00 ? end - 2 : end;
  }
}
