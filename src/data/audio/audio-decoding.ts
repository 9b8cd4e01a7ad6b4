import { type Recording, requireFew, requirePlausible } from './recording.js';
import { decodeWav, isWav } from './wav-format.js';

/** Changes with every change of the samples that a file becomes, so that what was decoded before is decoded anew. */
export const AUDIO_DECODER_VERSION = 1;

/** No recording of minutes takes more bytes on disk; a file that does must not be read into memory. */
export const MAX_AUDIO_FILE_BYTES = 2 ** 29;

/** Compressed bytes that are decoded at once: what a few of them can unpack to is bounded. */
const CHUNK_BYTES = 2 ** 12;

/** Part of a file, decoded. */
interface DecodedPart {
  channelData: Float32Array[];
  sampleRate: number;
  /** Of whole numbers: they are divided by their greatest, one less than a half of their range. */
  bitDepth?: number;
  errors: { message: string }[];
}

/** A decoder that is fed a part of a file at a time. */
interface StreamDecoder {
  ready: Promise<void>;
  decode: (bytes: Uint8Array) => DecodedPart | Promise<DecodedPart>;
  /** What was held back for want of the next part. */
  flush?: () => Promise<DecodedPart>;
  free: () => void;
}

/** A compressed format, by its first bytes; its decoder is loaded when a file of it is first met. */
interface Format {
  name: string;
  matches: (start: string) => boolean;
  open: () => Promise<StreamDecoder>;
}

const FORMATS: readonly Format[] = [
  { name: 'FLAC', matches: (start) => start.startsWith('fLaC') || isOgg(start, '\x7fFLAC'), open: flac },
  { name: 'Ogg Vorbis', matches: (start) => isOgg(start, '\x01vorbis'), open: vorbis },
  { name: 'MP3', matches: (start) => start.startsWith('ID3') || isFrameSync(start), open: mp3 },
];

/** Names of formats that aren't decoded. */
const OTHER_FORMATS: readonly [string, RegExp][] = [
  ['Ogg Opus', /^OggS.{24,30}OpusHead/s],
  ['another sound in Ogg', /^OggS/],
  ['big-endian WAV (RIFX)', /^RIFX/],
  ['64-bit WAV', /^(RF64|BW64|riff)/],
  ['AIFF', /^FORM....AIF[FC]/s],
  ['AAC or ALAC', /^....ftyp/s],
  ['Sun audio (AU)', /^\.snd/],
  ['Matroska or WebM', /^.E\xdf\xa3/s],
  ['NIST SPHERE', /^NIST_1A/],
];

const START_BYTES = 64;

/** Whether its first bytes are those of a file of sound that is decoded. */
export function isAudio(file: Uint8Array): boolean {
  return isWav(file) || FORMATS.some(({ matches }) => matches(startOf(file)));
}

/**
 * Decodes a WAV, FLAC, MP3 or Ogg Vorbis file, which is told by its first bytes, not by its name.
 * @throws Error that says in one line why it can't be decoded
 */
export async function decodeAudio(file: Uint8Array): Promise<Recording> {
  if (file.length === 0) throw new Error('the file is empty');
  if (isWav(file)) return decodeWav(file);
  const start = startOf(file);
  const format = FORMATS.find(({ matches }) => matches(start));
  if (format) return decodeParts(file, format);
  const [other] = OTHER_FORMATS.find(([, matches]) => matches.test(start)) ?? [];
  throw new Error(`${other === undefined ? '' : `${other}: `}neither WAV, FLAC, MP3 nor Ogg Vorbis`);
}

function startOf(file: Uint8Array): string {
  return Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, START_BYTES)).toString('latin1');
}

/** What the first page of an Ogg file holds. */
function isOgg(start: string, codec: string): boolean {
  return start.startsWith('OggS') && start.includes(codec);
}

/** Eleven bits that begin a frame of MPEG audio, and no value in its head that none has. */
function isFrameSync(start: string): boolean {
  const [first, second, third] = [0, 1, 2].map((at) => start.charCodeAt(at));
  const hasLayer = (second & 0x06) !== 0;
  return first === 0xff && (second & 0xe0) === 0xe0 && hasLayer && third >> 4 !== 15 && (third & 0x0c) !== 0x0c;
}

async function decodeParts(file: Uint8Array, { name, open }: Format): Promise<Recording> {
  const decoder = await open();
  const parts: Float32Array[] = [];
  let [count, samplingRate] = [0, 0];
  const take = ({ channelData, sampleRate, bitDepth = Infinity, errors }: DecodedPart, at: number): void => {
    if (errors.length > 0) throw new Error(`damaged near byte ${at}: ${errors[0].message}`);
    const samples = meanOf(channelData, 1 - 2 ** (1 - bitDepth));
    if (samples.length === 0) return;
    requirePlausible(sampleRate, channelData.length);
    if (samplingRate !== 0 && sampleRate !== samplingRate)
      throw new Error(`changes its sampling rate near byte ${at}, from ${samplingRate} to ${sampleRate}`);
    samplingRate = sampleRate;
    count += samples.length;
    requireFew(count);
    parts.push(samples);
  };
  try {
    await decoder.ready;
    for (let at = 0; at < file.length; at += CHUNK_BYTES)
      take(await decoder.decode(file.subarray(at, at + CHUNK_BYTES)), at);
    if (decoder.flush) take(await decoder.flush(), file.length);
  } finally {
    decoder.free();
  }
  if (count === 0) throw new Error(`holds no sound that can be decoded, though it begins as ${name} does`);
  return { samplingRate, samples: joined(parts, count) };
}

function meanOf(channels: readonly Float32Array[], scale: number): Float32Array {
  const [first = new Float32Array()] = channels;
  return first.map(
    (_, index) => (channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length) * scale,
  );
}

function joined(parts: readonly Float32Array[], count: number): Float32Array {
  const samples = new Float32Array(count);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

async function flac(): Promise<StreamDecoder> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  return new FLACDecoder();
}

async function vorbis(): Promise<StreamDecoder> {
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
  return new OggVorbisDecoder();
}

async function mp3(): Promise<StreamDecoder> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  return new MPEGDecoder();
}
