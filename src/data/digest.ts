import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Bytes } from '../tensorflow/bytes.js';
import type { DatasetShape, ImageSet, TaskOptions } from './dataset.js';

/** `Hash.update` takes less than 2^31 bytes at once. */
const CHUNK_BYTES = 2 ** 26;

/**
 * Identifies a data set by what a model sees of it: SHA-256 (hexadecimal) over image size, number of classes, pixels
 * and labels. The same images in other containers (IDX plain or compressed, a folder) have the same digest, so that a
 * finished run of theirs is found again.
 */
export function contentDigest(shape: DatasetShape, sets: { train: ImageSet; test: ImageSet }): string {
  const { height, width, channels, classes } = shape;
  const hash = createHash('sha256').update(`ablate dataset 1: ${height} ${width} ${channels} ${classes.length}`);
  for (const { images, labels } of [sets.train, sets.test]) {
    hash.update(`: ${labels.length} `);
    updateInChunks(hash, images);
    updateInChunks(hash, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}

function updateInChunks(hash: Hash, bytes: Bytes): void {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
    hash.update(bytes.subarray(start, Math.min(bytes.byteLength, start + CHUNK_BYTES)));
  }
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function fileDigest(file: string, bytes: number, { onProgress, signal }: TaskOptions): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  await pipeline(
    createReadStream(file, { highWaterMark: 2 ** 20 }),
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

/** SHA-256 of a text, in hexadecimal. */
export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
