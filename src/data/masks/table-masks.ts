import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadTargetValues } from '../columns/cells.js';
import type { LoadOptions, TaskOptions } from '../dataset.js';
import { readImageFile, requireSpace, undecodableError } from '../images/folder-decoding.js';
import { decodedSize } from '../images/image-decoding.js';
import { RowWriter } from '../images/row-writer.js';
import { isImageCell } from '../images/table-images.js';
import { requireArrayHolds } from '../limits.js';
import { type FileColumn, decodeCells, openDecoded } from '../tables/file-cells.js';
import { type Cell, isNumberArray } from '../tables/table.js';
import { type MaskCoding, classPixels } from './class-pixels.js';
import { resizedNearest } from './mask.js';
import { arrayMask, readMaskPng } from './stored-mask.js';

/** What masks are to become. */
export interface MaskFormat {
  height: number;
  width: number;
  coding: MaskCoding;
  /** The column of their images. */
  image: string;
}

/** Changes with every change of the pixels that a file becomes. */
const MASK_VERSION = 2;

/**
 * The masks of a table's column: read once, into the cache, and memory-mapped; anew when a file, its time or the way of
 * reading changes.
 * @throws UserError `dataset-file-missing`, `dataset-invalid`, `mask-invalid`, `cache-not-writable`
 */
export async function openMasks(
  masks: FileColumn,
  format: MaskFormat,
  options: LoadOptions,
): Promise<ReadTargetValues> {
  const { height, width, coding, image } = format;
  const decoding = {
    what: 'mask',
    format: [height, width, coding, image],
    version: ['mask', MASK_VERSION],
    write: async (target: string, report: string) => {
      await decodeColumn(masks, format, { target, report }, options);
      return { height, width, channels: 1, classes: [] };
    },
  };
  const { train, test } = await openDecoded(masks, decoding, options);
  for (const { images } of [train, test]) requireArrayHolds(images.byteLength, masks.name);
  const prefetch = train.prefetch && test.prefetch && { train: train.prefetch, test: test.prefetch };
  const [ofTrain, ofTest] = [train, test].map(({ images }) => images.subarray(0, images.byteLength));
  return { train: ofTrain, test: ofTest, prefetch };
}

async function decodeColumn(
  masks: FileColumn,
  format: MaskFormat,
  { target, report }: { target: string; report: string },
  options: TaskOptions,
): Promise<void> {
  const { rows, name } = masks;
  const shape = { height: format.height, width: format.width, channels: 1 };
  const total = rows.train.length + rows.test.length;
  await requireSpace(shape, total, target);
  const writer = await RowWriter.open(rows, shape, target);
  const handling = {
    beside: format.image,
    decode: (cell: Cell, folder: string, image: Cell) => pixelsOf(cell, folder, { ...format, cell: image }),
    take: (row: number, pixels: Uint8Array) => writer.write(row, pixels),
  };
  const wrong = await decodeCells(masks, handling, 'masks', options).finally(() => writer.close());
  await rm(report, { force: true });
  if (wrong.length === 0) return;
  const hint = `repair or remove them; or say what their values are in dataset.target.${name}: values, colors, ignore_class`;
  throw await undecodableError({ root: '', report }, wrong, total, {
    ...{ what: 'masks', code: 'mask-invalid', problem: "can't be used", hint },
  });
}

/** @throws Error that says in one line why it can't be used */
async function pixelsOf(
  cell: Cell,
  folder: string,
  { height, width, coding, image, cell: imageCell }: MaskFormat & { cell: Cell },
): Promise<Uint8Array> {
  if (!isImageCell(cell)) throw new Error('is no mask');
  const stored = isNumberArray(cell) ? arrayMask(cell) : readMaskPng(await fileOf(cell, folder));
  const size = await sizeOf(imageCell, folder);
  if (size.height !== stored.height || size.width !== stored.width) {
    const [ours, theirs] = [stored, size].map((each) => `${each.height}×${each.width}`);
    throw new Error(`has ${ours} pixels (height × width), and its image in ${image} ${theirs}`);
  }
  return resizedNearest(classPixels(stored, coding), { height, width });
}

async function sizeOf(image: Cell, folder: string): Promise<{ height: number; width: number }> {
  if (!isImageCell(image)) throw new Error('has no image beside it');
  if (isNumberArray(image)) return { height: image.shape[0], width: image.shape[1] };
  return decodedSize(await fileOf(image, folder));
}

async function fileOf(cell: string | { bytes: Uint8Array }, folder: string): Promise<Buffer> {
  return typeof cell === 'string' ? readImageFile(join(folder, cell)) : Buffer.from(cell.bytes);
}
