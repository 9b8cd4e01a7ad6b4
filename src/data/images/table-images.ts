import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ReadValues } from '../columns/cells.js';
import type { LoadOptions, TaskOptions } from '../dataset.js';
import { type FileColumn, decodeCells, openDecoded } from '../tables/file-cells.js';
import { type Cell, type EmbeddedFile, type NumberArray, isEmbeddedFile, isNumberArray } from '../tables/table.js';
import { resizedPixels } from './array-pixels.js';
import { readImageFile, requireSpace, undecodableError } from './folder-decoding.js';
import { DECODER_VERSION, type ImageFormat, decodeImage } from './image-decoding.js';
import { RowWriter } from './row-writer.js';

/** A file by its name, a file in the table itself, or pixels. */
export type ImageCell = string | EmbeddedFile | NumberArray;

/** Whether a cell may be an image. */
export function isImageCell(cell: Cell): cell is ImageCell {
  return typeof cell === 'string' || isEmbeddedFile(cell) || isNumberArray(cell);
}

/**
 * The images of a table's column: decoded once, into the cache, and memory-mapped; anew when a file, its time or the way of
 * decoding changes.
 * @throws UserError `dataset-file-missing`, `dataset-invalid`, `image-undecodable`, `cache-not-writable`
 */
export async function openImages(images: FileColumn, format: ImageFormat, options: LoadOptions): Promise<ReadValues> {
  const { background, ...size } = format;
  const decoding = {
    what: 'image',
    format: [size, background],
    version: [sharp.versions, DECODER_VERSION],
    write: async (target: string, report: string) => {
      await decodeColumn(images, { format, target, report }, options);
      return { ...size, classes: [] };
    },
  };
  const { train, test } = await openDecoded(images, decoding, options);
  const prefetch = train.prefetch && test.prefetch && { train: train.prefetch, test: test.prefetch };
  return { train: train.images, test: test.images, prefetch };
}

interface Decoding {
  format: ImageFormat;
  /** The prepared folder. */
  target: string;
  /** The file that is to name all images that can't be decoded. */
  report: string;
}

/** Decodes all images of a column, each to the place of its row. */
async function decodeColumn(
  images: FileColumn,
  { format, target, report }: Decoding,
  options: TaskOptions,
): Promise<void> {
  const { rows } = images;
  const total = rows.train.length + rows.test.length;
  await requireSpace(format, total, target);
  const writer = await RowWriter.open(rows, format, target);
  const handling = {
    decode: (cell: Cell, folder: string) => pixelsOf(cell, folder, format),
    take: (row: number, pixels: Uint8Array) => writer.write(row, pixels),
  };
  const undecodable = await decodeCells(images, handling, 'images', options).finally(() => writer.close());
  await rm(report, { force: true });
  if (undecodable.length > 0) throw await undecodableError({ root: '', report }, undecodable, total);
}

/** @throws Error that says why it can't be decoded */
async function pixelsOf(cell: Cell, folder: string, format: ImageFormat): Promise<Uint8Array> {
  if (!isImageCell(cell)) throw new Error('is no image');
  if (isNumberArray(cell)) return resizedPixels(cell, format);
  const file = typeof cell === 'string' ? await readImageFile(join(folder, cell)) : Buffer.from(cell.bytes);
  return (await decodeImage(file, format, true)).pixels;
}
