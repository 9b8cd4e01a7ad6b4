import { type FileHandle, open, realpath, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { cacheDirectory } from '../../system/cache.js';
import { forEachConcurrently } from '../../system/concurrently.js';
import { type FileProblem, messageOf } from '../../text/errors.js';
import type { ReadRows, ReadValues, RowSets } from '../columns/cells.js';
import type { LoadOptions, TaskOptions } from '../dataset.js';
import { cacheKey, textDigest } from '../digest.js';
import { imagesFile, labelsFile, prepared } from '../prepared.js';
import { fileInFolder } from '../tables/folder-table.js';
import { type Cell, type EmbeddedFile, type NumberArray, isEmbeddedFile, isNumberArray } from '../tables/table.js';
import { resizedPixels } from './array-pixels.js';
import { readImageFile, requireSpace, undecodableError } from './folder-decoding.js';
import { DECODER_VERSION, type ImageFormat, decodeImage } from './image-decoding.js';
import type { ImageShape } from './image-dataset.js';
import { imageStates } from './image-states.js';

/** Enough to keep a disk busy. */
const CONCURRENT_LOOKS = 16;
const SETS = ['train', 'test'] as const;

/** A column of a table whose cells are images. */
interface TableImages {
  /** The column's. */
  name: string;
  rows: RowSets;
  /** Those that its cells name, absolute, and the table's own where it holds some in itself. */
  files: readonly string[];
  table: ReadRows;
}

/** A file by its name, a file in the table itself, or pixels. */
type ImageCell = string | EmbeddedFile | NumberArray;

/** Whether a cell may be an image. */
export function isImageCell(cell: Cell): cell is ImageCell {
  return typeof cell === 'string' || isEmbeddedFile(cell) || isNumberArray(cell);
}

/**
 * The images of a table's column: decoded once, into the cache, and memory-mapped; anew when a file, its time or the way of
 * decoding changes.
 * @throws UserError `dataset-file-missing`, `dataset-invalid`, `image-undecodable`, `cache-not-writable`
 */
export async function openImages(images: TableImages, format: ImageFormat, options: LoadOptions): Promise<ReadValues> {
  const { name, rows, files, table } = images;
  const { background, ...size } = format;
  const order = [textDigest(rows.train.join()), textDigest(rows.test.join())];
  // Whether a name leads out of its folder, which is asked but once, hangs on the folder.
  const folders = foldersOf(rows, table);
  const key = cacheKey([name, folders, files, order, size, background]);
  const directory = join(cacheDirectory(options.environment), 'datasets', 'table', key);
  const report = `${directory}-undecodable.csv`;
  const states = await imageStates(files, "names of files in a table start from the table's folder").catch(
    async (error: unknown) => {
      // This tells it at its place.
      await requireFiles(images, options);
      throw error;
    },
  );
  const write = async (target: string): Promise<Omit<ImageShape, 'classes'> & { classes: [] }> => {
    await requireFiles(images, options);
    await decodeColumn(images, { format, target, report }, options);
    return { ...size, classes: [] };
  };
  const fingerprint = textDigest(JSON.stringify([sharp.versions, DECODER_VERSION, states]));
  const { train, test } = await prepared({ directory, fingerprint, write }, options);
  const prefetch = train.prefetch && test.prefetch && { train: train.prefetch, test: test.prefetch };
  return { train: train.images, test: test.images, prefetch };
}

/** Each folder that names in the cells start from. */
function foldersOf({ train, test }: RowSets, table: ReadRows): string[] {
  const folders = new Set<string>();
  for (const set of [train, test]) for (const row of set) folders.add(table.folderOf(row));
  return [...folders].sort();
}

/** Holds all names to files in the table's folder. */
async function requireFiles({ name, table }: TableImages, options: TaskOptions): Promise<void> {
  const known = new Map<string, Promise<string>>();
  const realOf = (folder: string): Promise<string> => {
    const real = known.get(folder) ?? realpath(folder);
    known.set(folder, real);
    return real;
  };
  for await (const { first, cells, place } of table.cellsOf(name, options)) {
    await forEachConcurrently(cells, CONCURRENT_LOOKS, async (cell, index) => {
      if (typeof cell === 'string') await fileInFolder(table.folderOf(first + index), cell, place(index), realOf);
    });
  }
}

interface Decoding {
  format: ImageFormat;
  /** The prepared folder. */
  target: string;
  /** The file that is to name all images that can't be decoded. */
  report: string;
}

/** Decodes all images of a column, several at a time, each to the place of its row. */
async function decodeColumn(images: TableImages, decoding: Decoding, options: TaskOptions): Promise<void> {
  const { name, rows, table } = images;
  const { format, target } = decoding;
  const total = rows.train.length + rows.test.length;
  await requireSpace(format, total, target);
  const writer = await RowWriter.open(rows, format, target);
  const undecodable: FileProblem[] = [];
  try {
    for await (const { first, cells, place } of table.cellsOf(name, options)) {
      await forEachConcurrently(cells, availableParallelism(), async (cell, index) => {
        options.signal?.throwIfAborted();
        const pixels = await pixelsOf(cell, table.folderOf(first + index), format).catch((error: unknown) => {
          undecodable.push({ path: place(index), reason: messageOf(error) });
        });
        // Outside of what is caught: a full disk is no undecodable image.
        if (pixels) await writer.write(first + index, pixels);
      });
      const done = first + cells.length;
      options.onProgress?.({ step: 'decode', subject: name, done, total, unit: 'images' });
    }
  } finally {
    await writer.close();
  }
  await rm(decoding.report, { force: true });
  if (undecodable.length > 0) throw await undecodableError({ root: '', report: decoding.report }, undecodable, total);
}

/** @throws Error that says why it can't be decoded */
async function pixelsOf(cell: Cell, folder: string, format: ImageFormat): Promise<Uint8Array> {
  if (!isImageCell(cell)) throw new Error('is no image');
  if (isNumberArray(cell)) return resizedPixels(cell, format);
  const file = typeof cell === 'string' ? await readImageFile(join(folder, cell)) : Buffer.from(cell.bytes);
  return (await decodeImage(file, format, true)).pixels;
}

/** Writes images to the places of their rows in the files of a prepared folder. */
class RowWriter {
  readonly #placeOf = new Map<number, { file: FileHandle; at: number }>();

  private constructor(
    readonly files: Record<'train' | 'test', FileHandle>,
    rows: RowSets,
    imageBytes: number,
  ) {
    for (const set of SETS) {
      rows[set].forEach((row, at) => this.#placeOf.set(row, { file: files[set], at: at * imageBytes }));
    }
  }

  static async open(rows: RowSets, { height, width, channels }: ImageFormat, target: string): Promise<RowWriter> {
    for (const set of SETS) {
      await writeFile(labelsFile(target, set), new Int32Array(rows[set].length), { flush: true });
    }
    const [train, test] = [await open(imagesFile(target, 'train'), 'w'), await open(imagesFile(target, 'test'), 'w')];
    return new RowWriter({ train, test }, rows, height * width * channels);
  }

  async write(row: number, pixels: Uint8Array): Promise<void> {
    const place = this.#placeOf.get(row);
    await place?.file.write(pixels, 0, pixels.length, place.at);
  }

  async close(): Promise<void> {
    for (const set of SETS) {
      await this.files[set].sync();
      await this.files[set].close();
    }
  }
}
