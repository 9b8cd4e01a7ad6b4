import { type Recording, requireFew, requirePlausible } from './recording.js';

// The format: Multimedia Programming Interface and Data Specifications 1.0 (IBM and Microsoft, 1991), and Multiple Channel
// Audio Data and WAVE Files (Microsoft, 2001) for WAVE_FORMAT_EXTENSIBLE.

/** How samples are stored: `wFormatTag`. */
const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
/** The true tag is the beginning of an identifier further on. */
const EXTENSIBLE = 0xfffe;

/** What else is found in WAV files. */
const OTHER_TAGS: Readonly<Record<number, string>> = {
  0x2: 'ADPCM',
  0x11: 'IMA ADPCM',
  0x31: 'GSM 6.10',
  0x50: 'MPEG',
  0x55: 'MP3',
  0x161: 'Windows Media Audio',
};

/** Length of a file that was written into a pipe: nobody came back to fill it in. */
const UNKNOWN_LENGTH = 0xffffffff;
/** Of a chunk's name and length. */
const CHUNK_HEADER = 8;
const FIRST_CHUNK = 12;
/** Of the `fmt ` chunk: without, and with what an extensible one adds. */
const FORMAT_BYTES = 16;
const EXTENSIBLE_BYTES = 40;

/** Reads one sample, in full scale −1 to 1. */
type ReadSample = (view: DataView, at: number) => number;

interface Format {
  channels: number;
  samplingRate: number;
  /** Of one sample of one channel. */
  bytes: number;
  read: ReadSample;
}

/** Whether a file begins as a WAV file does. */
export function isWav(file: Uint8Array): boolean {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, FIRST_CHUNK)).toString('latin1');
  return /^RIFF....WAVE$/s.test(start);
}

/**
 * Decodes a WAV file: whole numbers of 8 to 32 bits, floating point of 32 and 64, A-law and µ-law. What stands beside the
 * sound (names, loops, comments) is passed over.
 * @throws Error that says in one line, with the byte, what is wrong
 */
export function decodeWav(file: Uint8Array): Recording {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let format: Format | undefined;
  for (let at = FIRST_CHUNK; at + CHUNK_HEADER <= file.length;) {
    const name = Buffer.from(file.buffer, file.byteOffset + at, 4).toString('latin1');
    const length = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    if (name === 'fmt ') format = formatOf(view, start, length);
    if (name === 'data') {
      if (!format) throw new Error(`sound begins at byte ${at} before a "fmt " chunk says what it is`);
      return { samplingRate: format.samplingRate, samples: samplesOf(view, start, length, format) };
    }
    // Chunks begin at even places.
    at = start + length + (length % 2);
  }
  throw new Error(
    `ends at byte ${file.length} without ${format ? 'a "data"' : 'a "fmt "'} chunk: it is cut off or damaged`,
  );
}

/** @throws Error for a format that isn't read */
function formatOf(view: DataView, start: number, length: number): Format {
  if (length < FORMAT_BYTES || start + length > view.byteLength)
    throw new Error(`the "fmt " chunk at byte ${start - CHUNK_HEADER} has ${length} bytes, and is cut off or damaged`);
  const stated = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const samplingRate = view.getUint32(start + 4, true);
  const frame = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  if (stated === EXTENSIBLE && length < EXTENSIBLE_BYTES)
    throw new Error(`the "fmt " chunk at byte ${start - CHUNK_HEADER} is extensible and has ${length} bytes, not 40`);
  const tag = stated === EXTENSIBLE ? view.getUint16(start + 24, true) : stated;
  requirePlausible(samplingRate, channels);
  const bytes = Math.ceil(bits / 8);
  const read = readerOf(tag, bytes);
  if (!read) throw new Error(`holds ${wordsOf(tag, bits)} (byte ${start}), which is not read: save it as 16-bit PCM`);
  if (frame !== bytes * channels)
    throw new Error(`byte ${start + 12} says ${frame} bytes for ${channels} samples of ${bits} bits`);
  return { channels, samplingRate, bytes, read };
}

function wordsOf(tag: number, bits: number): string {
  if (tag === PCM || tag === FLOAT) return `${tag === PCM ? 'PCM' : 'floating point'} of ${bits} bits`;
  return OTHER_TAGS[tag] ?? `sound in format ${tag}`;
}

function readerOf(tag: number, bytes: number): ReadSample | undefined {
  if (tag === A_LAW || tag === MU_LAW) {
    const table = Float32Array.from({ length: 256 }, (_, code) => (tag === A_LAW ? aLaw(code) : muLaw(code)));
    return bytes === 1 ? (view, at) => table[view.getUint8(at)] : undefined;
  }
  return (tag === PCM ? wholeNumbers : tag === FLOAT ? floats : {})[bytes];
}

const wholeNumbers: Partial<Record<number, ReadSample>> = {
  1: (view, at) => (view.getUint8(at) - 0x80) / 0x80,
  2: (view, at) => view.getInt16(at, true) / 2 ** 15,
  3: (view, at) => (view.getInt16(at + 1, true) * 2 ** 8 + view.getUint8(at)) / 2 ** 23,
  4: (view, at) => view.getInt32(at, true) / 2 ** 31,
};

const floats: Partial<Record<number, ReadSample>> = {
  4: (view, at) => view.getFloat32(at, true),
  8: (view, at) => view.getFloat64(at, true),
};

/** ITU-T G.711: sign, 3 bits of exponent, 4 of mantissa, every second bit inverted. */
function aLaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 2 ** 15;
}

/** ITU-T G.711: likewise, all bits inverted, with an offset of 33 steps. */
function muLaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
  return (value & 0x80 ? -magnitude : magnitude) / 2 ** 15;
}

/** The mean of the channels. @throws Error for sound that is cut off, or isn't finite */
function samplesOf(view: DataView, start: number, length: number, { channels, bytes, read }: Format): Float32Array {
  const there = view.byteLength - start;
  const stated = length === UNKNOWN_LENGTH ? there : length;
  if (stated > there)
    throw new Error(`its sound is cut off: ${stated} bytes from byte ${start} on, of which ${there} are there`);
  const count = Math.floor(stated / (bytes * channels));
  requireFew(count);
  const samples = new Float32Array(count);
  for (let index = 0, at = start; index < count; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += bytes) sum += read(view, at);
    if (!Number.isFinite(sum)) throw new Error(`holds a sample near byte ${at - bytes * channels} that isn't finite`);
    samples[index] = sum / channels;
  }
  return samples;
}
