import { createHash, type Hash } from 'node:crypto';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openRegularFile } from '../system/regular-file.js';
import type { Bytes } from '../tensorflow/bytes.js';
import type { ColumnValues, Dataset, DatasetColumns, TargetValues, TaskOptions } from './dataset.js';
import { type ImageDataset, type ImageShape, asImages, isImages } from './images/image-dataset.js';

/** `Hash.update` takes less than 2^31 bytes at once. */
const CHUNK_BYTES = 2 ** 26;

/**
 * Identifies a dataset of images by what a model sees of it: SHA-256 (hexadecimal) over image size, number of classes, pixels
 * and labels, and which validate, if that is given. The same images in other containers (IDX plain or compressed, a folder) have the same digest, so that a
 * finished run of theirs is found again.
 */
export function contentDigest(
  shape: ImageShape,
  sets: Pick<ImageDataset, 'train' | 'test' | 'givenValidation'>,
): string {
  const { height, width, channels, classes } = shape;
  const hash = createHash('sha256').update(`ablate dataset 1: ${height} ${width} ${channels} ${classes.length}`);
  for (const { images, labels } of [sets.train, sets.test]) {
    hash.update(`: ${labels.length} `);
    updateInChunks(hash, images);
    updateInChunks(hash, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  if (sets.givenValidation) hash.update(`: ${sets.givenValidation} for validation`);
  return hash.digest('hex');
}

/** The same of a dataset in its columns. */
export function datasetDigest(
  columns: DatasetColumns,
  sets: Pick<Dataset, 'train' | 'test' | 'givenValidation'>,
): string {
  if (isImages(columns)) {
    const images = asImages({ ...columns, ...sets }, 'the digest');
    return contentDigest(images, images);
  }
  const { inputs, target } = columns;
  const described = inputs.map(({ name, type, shape }) => [name, type, shape]);
  const hash = createHash('sha256').update(`ablate dataset 2: ${JSON.stringify([described, target])}`);
  for (const rows of [sets.train, sets.test]) {
    hash.update(`: ${rows.count} `);
    for (const values of [...rows.inputs, rows.target]) updateInChunks(hash, asBytes(values));
  }
  if (sets.givenValidation) hash.update(`: ${sets.givenValidation} for validation`);
  return hash.digest('hex');
}

function asBytes(values: ColumnValues | TargetValues): Bytes {
  return ArrayBuffer.isView(values) ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength) : values;
}

function updateInChunks(hash: Hash, bytes: Bytes): void {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    hash.update(bytes.subarray(start, Math.min(bytes.byteLength, start + CHUNK_BYTES)));
  }
}

/** The digest of a file's bytes, in hexadecimal. @param bytes how many there are, for the progress */
export async function fileDigest(
  file: string,
  algorithm: 'sha256' | 'md5',
  bytes: number,
  { onProgress, signal }: TaskOptions,
): Promise<string> {
  const hash = createHash(algorithm);
  let done = 0;
  const handle = await openRegularFile(file);
  await pipeline(
    handle.createReadStream({ highWaterMark: 2 ** 20 }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        done += chunk.length;
        onProgress?.({ step: 'read', subject: basename(file), done, total: bytes, unit: 'bytes' });
      }
    },
    { signal },
  );
  return hash.digest('hex');
}

/** A short name for what was made of such and such, in a cache. */
export function cacheKey(parts: unknown): string {
  return textDigest(JSON.stringify(parts)).slice(0, 16);
}

/** Tells values apart: as many bits of a SHA-256 as no two of a dataset share. */
export function shortDigest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}

/** SHA-256 of a text, in hexadecimal. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
