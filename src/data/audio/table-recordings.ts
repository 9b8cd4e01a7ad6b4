import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../../system/regular-file.js';
import type { ReadValues } from '../columns/cells.js';
import type { LoadOptions, TaskOptions } from '../dataset.js';
import { requireFreeSpace, undecodableError } from '../images/folder-decoding.js';
import { imagesFile, labelsFile } from '../prepared.js';
import { type FileColumn, decodeCells, openDecoded } from '../tables/file-cells.js';
import { invalidTable } from '../tables/table-error.js';
import { type Cell, isEmbeddedFile } from '../tables/table.js';
import { type AudioColumn, HEADER, windowSamples } from './audio-column.js';
import { AUDIO_DECODER_VERSION, MAX_AUDIO_FILE_BYTES, decodeAudio } from './audio-decoding.js';
import { asWholeNumbers } from './whole-numbers.js';

const SETS = ['train', 'test'] as const;
const SAMPLE_BYTES = Int16Array.BYTES_PER_ELEMENT;

type Format = Pick<AudioColumn, 'sampling_rate' | 'duration' | 'max_duration'>;

/**
 * The recordings of a table's column: decoded and resampled once, into the cache, and memory-mapped; anew when a file, its
 * time or the way of decoding changes. What lies in memory alone stays there.
 * @throws UserError `dataset-file-missing`, `dataset-invalid`, `audio-undecodable`, `cache-not-writable`
 */
export async function openRecordings(column: FileColumn, format: Format, options: LoadOptions): Promise<ReadValues> {
  if (column.files.length === 0) return recordingsInMemory(column, format, options);
  const { sampling_rate, max_duration } = format;
  const decoding = {
    what: 'recording',
    format: [sampling_rate, windowSamples(format), max_duration],
    version: ['audio', AUDIO_DECODER_VERSION],
    write: async (target: string, report: string) => {
      const width = await decodeColumn(column, format, { target, report }, options);
      return { height: 1, width, channels: SAMPLE_BYTES, classes: [] };
    },
  };
  const { train, test } = await openDecoded(column, decoding, options);
  const prefetch = train.prefetch && test.prefetch && { train: train.prefetch, test: test.prefetch };
  return { train: train.images, test: test.images, prefetch };
}

/** @throws UserError at the place of the first that can't be decoded */
async function recordingsInMemory(column: FileColumn, format: Format, options: TaskOptions): Promise<ReadValues> {
  const { rows } = column;
  const recordings = new Map<number, Int16Array>();
  const handling = {
    decode: (cell: Cell, folder: string) => samplesOf(cell, folder, format),
    take: (row: number, samples: Int16Array) => {
      recordings.set(row, samples);
      return Promise.resolve();
    },
  };
  const [problem] = await decodeCells(column, handling, 'recordings', options);
  if ((problem as typeof problem | undefined) !== undefined)
    throw invalidTable(
      problem.path,
      `is no recording that can be read: ${problem.reason}`,
      'give WAV, FLAC, MP3 or Ogg Vorbis',
    );
  const longest = Math.max(0, ...[...recordings.values()].map(({ length }) => length));
  const layout = layoutOf(longest, windowSamples(format));
  const bytesOfSet = (set: 'train' | 'test'): Uint8Array => {
    const bytes = new Uint8Array(rows[set].length * layout.bytes);
    rows[set].forEach((row, at) => {
      bytes.set(layout.rowOf(recordings.get(row) ?? new Int16Array()), at * layout.bytes);
    });
    return bytes;
  };
  return { train: bytesOfSet('train'), test: bytesOfSet('test') };
}

/** How rows lie in memory: see `AudioColumn`. */
interface Layout {
  /** Of a row. */
  bytes: number;
  rowOf: (samples: Int16Array) => Uint8Array;
}

function layoutOf(longest: number, window: number): Layout {
  const width = longest <= window ? window : HEADER + longest;
  const rowOf = (samples: Int16Array): Uint8Array => {
    const row = new Int16Array(width);
    if (longest <= window) row.set(samples, Math.floor((window - samples.length) / 2));
    else {
      row.set(new Int16Array(Int32Array.of(samples.length).buffer));
      row.set(samples, HEADER);
    }
    return new Uint8Array(row.buffer);
  };
  return { bytes: width * SAMPLE_BYTES, rowOf };
}

/**
 * Decodes all recordings of a column, one after the other into a file, whose parts then become rows: how long these are is
 * known only once all are decoded.
 * @returns how many samples a row has
 */
async function decodeColumn(
  column: FileColumn,
  format: Format,
  { target, report }: { target: string; report: string },
  options: TaskOptions,
): Promise<number> {
  const { rows } = column;
  const total = rows.train.length + rows.test.length;
  const file = join(target, 'recordings.partial');
  const decoded = await open(file, 'w+');
  try {
    const places = new Map<number, { at: number; length: number }>();
    let end = 0;
    const handling = {
      decode: (cell: Cell, folder: string) => samplesOf(cell, folder, format),
      take: async (row: number, samples: Int16Array) => {
        places.set(row, { at: end, length: samples.length });
        const at = end;
        end += samples.byteLength;
        await decoded.write(new Uint8Array(samples.buffer), 0, samples.byteLength, at);
      },
    };
    const undecodable = await decodeCells(column, handling, 'recordings', options);
    await rm(report, { force: true });
    const nouns = { what: 'recordings', code: 'audio-undecodable' };
    if (undecodable.length > 0) throw await undecodableError({ root: '', report }, undecodable, total, nouns);
    const longest = Math.max(...[...places.values()].map(({ length }) => length));
    const layout = layoutOf(longest, windowSamples(format));
    await requireFreeSpace(layout.bytes * total, target, { what: 'recordings', smaller: 'max_duration of the input' });
    for (const set of SETS) {
      await writeRows(
        imagesFile(target, set),
        layout,
        Array.from(rows[set], (row) => places.get(row)),
        decoded,
      );
      await writeFile(labelsFile(target, set), new Int32Array(rows[set].length), { flush: true });
    }
    return layout.bytes / SAMPLE_BYTES;
  } finally {
    await decoded.close();
    await rm(file, { force: true });
  }
}

async function writeRows(
  file: string,
  { bytes, rowOf }: Layout,
  places: readonly ({ at: number; length: number } | undefined)[],
  decoded: FileHandle,
): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const [row, place] of places.entries()) {
      const samples = new Int16Array(place?.length ?? 0);
      await decoded.read(new Uint8Array(samples.buffer), 0, samples.byteLength, place?.at ?? 0);
      await handle.write(rowOf(samples), 0, bytes, row * bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws Error that says in one line why it can't be decoded */
async function samplesOf(cell: Cell, folder: string, format: Format): Promise<Int16Array> {
  if (typeof cell !== 'string' && !isEmbeddedFile(cell)) throw new Error('is no recording');
  const file = typeof cell === 'string' ? await readRegularFile(join(folder, cell), MAX_AUDIO_FILE_BYTES) : cell.bytes;
  return asWholeNumbers(await decodeAudio(file), format);
}
