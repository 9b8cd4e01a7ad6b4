import { UserError, messageOf } from '../../text/errors.js';
import type { SingleValues } from '../columns/single-values.js';
import type { ColumnValues } from '../dataset.js';
import { bytesOfText } from '../tables/base64-file.js';
import { invalidTable } from '../tables/table-error.js';
import { isEmbeddedFile } from '../tables/table.js';
import { type AudioColumn, FULL_SCALE, HEADER, windowSamples } from './audio-column.js';
import { decodeAudio } from './audio-decoding.js';
import { wavFile } from './wav-writing.js';
import { asWholeNumbers } from './whole-numbers.js';

/** Silence has no loudness: so far below full scale 16 bits end. */
const QUIETEST = -96;

/** Recordings one by one: the part of each that a model is given, the middle. */
export function singleRecordings(column: AudioColumn): SingleValues {
  const { name, sampling_rate: rate } = column;
  const samples = windowSamples(column);
  const write = (value: ColumnValues): string => {
    const wav = wavFile(windowOf(value as Uint8Array, samples), rate);
    return `data:audio/wav;base64,${wav.toString('base64')}`;
  };
  return {
    async read(cell, place) {
      const file = typeof cell === 'string' ? bytesOfText(cell) : isEmbeddedFile(cell) ? cell.bytes : undefined;
      if (file === undefined) throw noFile(place());
      return decodedWindow(file, column).catch((error: unknown) => {
        const message = `${place()}: the recording can't be decoded: ${messageOf(error)}`;
        throw new UserError(message, { code: 'audio-undecodable', cause: error });
      });
    },
    write,
    bytes: samples * Int16Array.BYTES_PER_ELEMENT,
    watched: [
      { name: `${name}: loudness (dB)`, of: (value) => loudness(windowOf(value as Uint8Array, samples)) },
      { name: `${name}: peak`, of: (value) => peak(windowOf(value as Uint8Array, samples)) },
    ],
    schema: {
      type: 'string',
      description: `a WAV, FLAC, MP3 or Ogg Vorbis file of any sampling rate: base64, or a data URL; ${samples / rate} s are taken of it, the middle`,
    },
    example: () => write(tone(samples, rate)),
  };
}

async function decodedWindow(file: Uint8Array, column: AudioColumn): Promise<Uint8Array> {
  const decoded = asWholeNumbers(await decodeAudio(file), column);
  return new Uint8Array(middleOf(decoded, windowSamples(column)).buffer);
}

/** The middle of a longer recording; a shorter one in the middle of silence. */
function middleOf(recording: Int16Array, samples: number): Int16Array {
  const first = Math.floor((recording.length - samples) / 2);
  const result = new Int16Array(samples);
  result.set(recording.subarray(Math.max(0, first), Math.max(0, first) + samples), Math.max(0, -first));
  return result;
}

/** Of a row as it is resident: see `AudioColumn`. */
function windowOf(row: Uint8Array, samples: number): Int16Array {
  const values = new Int16Array(row.slice().buffer);
  if (values.length === samples) return values;
  const [length] = new Int32Array(values.slice(0, HEADER).buffer);
  return middleOf(values.subarray(HEADER, HEADER + length), samples);
}

/** Decibels of the root mean square, by that of full scale. */
function loudness(samples: Int16Array): number {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length / FULL_SCALE ** 2;
  return Math.max(QUIETEST, 10 * Math.log10(power));
}

function peak(samples: Int16Array): number {
  return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / FULL_SCALE;
}

/** A recording to try a model with. */
function tone(samples: number, rate: number): Uint8Array {
  const values = Int16Array.from(
    { length: samples },
    (_, at) => 0.3 * FULL_SCALE * Math.sin((880 * Math.PI * at) / rate),
  );
  return new Uint8Array(values.buffer);
}

function noFile(place: string): Error {
  const hint = 'send a WAV, FLAC, MP3 or Ogg Vorbis file, or a data URL of it';
  return invalidTable(place, 'expected a sound file in base64', hint);
}
