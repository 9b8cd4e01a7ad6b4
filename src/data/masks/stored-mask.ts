import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { codeOf, messageOf } from '../../text/errors.js';
import { formatOf } from '../images/image-types.js';
import { MAX_PIXELS } from '../limits.js';
import type { NumberArray } from '../tables/table.js';

/** A mask as its file has it. */
export interface StoredMask {
  height: number;
  width: number;
  /** 1 of gray values and of places in a palette, 3 of colours; 2 and 4 with transparency. */
  channels: number;
  /** [height, width, channels], as they are stored. */
  values: Uint8Array | Uint16Array;
  /** Colours of which a value is the place: red, green and blue. */
  palette?: readonly (readonly number[])[];
}

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Length, type and checksum of a chunk. */
const CHUNK_SPARE = 12;
/** The channels of the colour types. */
const CHANNELS: Partial<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The chunks that pixels hang on; what else a file holds isn't looked at. */
const NEEDED = ['IHDR', 'PLTE', 'IDAT', 'IEND'];

/** What its header says of a PNG. */
interface Header {
  height: number;
  width: number;
  /** Bits a channel. */
  depth: number;
  channels: number;
  isInterlaced: boolean;
}

/**
 * Reads a mask's PNG file. Values stay as they are stored: neither colour profile nor transparency changes them, and a
 * palette's places aren't made colours.
 * @throws Error that says in one line why it can't be read
 */
export function readMaskPng(file: Buffer): StoredMask {
  const format = formatOf(file)?.name;
  if (format === undefined) throw new Error('is no PNG image');
  if (format !== 'PNG') throw new Error(`is a ${format} image, and masks are PNG: it keeps each value as it is`);
  const chunks = chunksOf(file).filter((each) => NEEDED.includes(each.type));
  const header = headerOf(chunks);
  requireWhole(header, Buffer.concat(chunks.filter((each) => each.type === 'IDAT').map(({ data }) => data)));
  const { height, width, channels, depth } = header;
  const { data, palette } = decoded(Buffer.concat([file.subarray(0, 8), ...chunks.map(({ whole }) => whole)]));
  return { height, width, channels, values: depth < 8 ? unpacked(data, header) : data, palette };
}

/** A mask that lies in a table as numbers. @throws Error in one line */
export function arrayMask({ data, shape }: NumberArray): StoredMask {
  const [height, width, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3)
    throw new Error(`expected [height, width] or [height, width, 3], found [${shape.join(', ')}]`);
  const wrong = data.find((value) => !Number.isInteger(value) || value < 0 || value > 65535);
  if (wrong !== undefined) throw new Error(`expected whole numbers from 0 to 65535, found ${wrong}`);
  return { height, width, channels, values: data instanceof Uint8Array ? data : Uint16Array.from(data) };
}

interface Chunk {
  type: string;
  data: Buffer;
  /** With length, type and checksum. */
  whole: Buffer;
}

function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < file.length;) {
    if (at + CHUNK_SPARE > file.length) throw cutOff();
    const end = at + CHUNK_SPARE + file.readUInt32BE(at);
    if (end > file.length) throw cutOff();
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  throw cutOff();
}

function headerOf([first]: readonly Chunk[]): Header {
  if (first.type !== 'IHDR' || first.data.length !== 13) throw new Error('is damaged: it has no header');
  const { data } = first;
  const [width, height, depth] = [data.readUInt32BE(0), data.readUInt32BE(4), data[8]];
  const channels = CHANNELS[data[9]];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth) || height * width === 0)
    throw new Error('is damaged: its header makes no sense');
  if (height * width > MAX_PIXELS) throw new Error(`has more than ${MAX_PIXELS / 1e6} million pixels: make it smaller`);
  const isInterlaced = data[12] !== 0;
  if (isInterlaced && depth < 8)
    throw new Error(`is interlaced, of ${depth} bits a pixel: save it without interlacing`);
  return { height, width, depth, channels, isInterlaced };
}

/** Unpacks it once under a bound, so that no small file becomes more than its pixels. */
function requireWhole(header: Header, packed: Buffer): void {
  const { height, width, channels, depth, isInterlaced } = header;
  const expected = height * (1 + Math.ceil((width * channels * depth) / 8));
  // Seven smaller pictures, each with the first byte of its rows.
  const most = isInterlaced ? expected + 2 * height + 16 : expected;
  const { length } = inflated(packed, most);
  if (length < expected) throw cutOff();
}

function inflated(packed: Buffer, maxOutputLength: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength });
  } catch (error) {
    const isLonger = codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
    throw isLonger ? new Error('is damaged: it holds more than its pixels', { cause: error }) : cutOff(error);
  }
}

function decoded(file: Buffer): Pick<ReturnType<typeof decode>, 'palette'> & { data: Uint8Array | Uint16Array } {
  try {
    const { data, palette } = decode(file, { checkCrc: true });
    return { data: data instanceof Uint16Array ? data : Uint8Array.from(data), palette };
  } catch (error) {
    throw new Error(`is damaged (${messageOf(error).split('\n')[0]})`, { cause: error });
  }
}

/** Values of fewer than 8 bits, the first in the highest bits; each row begins with a byte of its own. */
function unpacked(packed: Uint8Array | Uint16Array, { height, width, depth }: Header): Uint8Array {
  const values = new Uint8Array(height * width);
  const [rowBytes, inByte, greatest] = [Math.ceil((width * depth) / 8), 8 / depth, 2 ** depth - 1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * ((x % inByte) + 1);
      values[y * width + x] = (packed[y * rowBytes + Math.floor(x / inByte)] >> shift) & greatest;
    }
  }
  return values;
}

function cutOff(cause?: unknown): Error {
  return new Error('is damaged or cut off', { cause });
}
