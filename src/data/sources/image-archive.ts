import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Size } from '../../config/schema/experiment.generated.js';
import { forEachConcurrently } from '../../system/concurrently.js';
import { type FileProblem, messageOf } from '../../text/errors.js';
import type { TaskOptions } from '../dataset.js';
import { undecodableError } from '../images/folder-decoding.js';
import { DECODER_VERSION, decodeImage } from '../images/image-decoding.js';
import type { ImageShape } from '../images/image-dataset.js';
import { WHITE } from '../images/pixels.js';
import { imagesAtOnce } from '../limits.js';
import type { SetName } from '../set-writer.js';
import { type TarMember, tarMembers } from '../tables/formats/tar-members.js';
import type { Reading } from './published-files.js';

/** What an image of an archive is for, and its class. */
export interface Placement {
  set: SetName;
  label: number;
}

/** So many images are decoded together for each core, and files of no more than so many bytes. */
const BATCH = 16;
const BATCH_BYTES = 2 ** 26;

/** Changes with every change of the pixels that a file becomes. A function: not every run needs sharp loaded. */
export const imagesVersion = (): string => JSON.stringify(['images', DECODER_VERSION, sharp.versions]);

/** Images in colour, of the size asked for. */
export function colorShape(size: Size, classes: readonly string[]): ImageShape {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return { height, width, channels: 3, classes };
}

/**
 * Decodes and resizes the images of a tar archive, in its order.
 * @param placeOf what the image of a path is for; those that are for nothing are passed over
 */
export async function readImageArchive(
  file: string,
  placeOf: (path: string) => Placement | undefined,
  reading: Reading,
  { onProgress, signal }: TaskOptions,
): Promise<void> {
  const undecodable: FileProblem[] = [];
  const total = Object.values(reading.sets.most).reduce((sum, count) => sum + count, 0);
  let done = 0;
  for await (const members of inBatches(file, (path) => placeOf(path) !== undefined, reading.shape, signal)) {
    const decoded: (Uint8Array | undefined)[] = [];
    await forEachConcurrently(members, availableParallelism(), async ({ path, bytes }, index) => {
      signal?.throwIfAborted();
      decoded[index] = await decode(bytes, reading.shape).catch((error: unknown) => {
        undecodable.push({ path, reason: messageOf(error) });
        return undefined;
      });
      done++;
      onProgress?.({ step: 'decode', subject: path, done, total: Math.max(done, total), unit: 'images' });
    });
    for (const [index, { path }] of members.entries()) {
      const place = placeOf(path);
      const pixels = decoded[index];
      if (place && pixels) await reading.sets.add(place.set, pixels, [place.label]);
    }
  }
  await rm(reading.report, { force: true });
  if (undecodable.length > 0) throw await undecodableError({ root: file, report: reading.report }, undecodable, done);
}

async function* inBatches(
  file: string,
  isWanted: (path: string) => boolean,
  { height, width, channels }: ImageShape,
  signal: AbortSignal | undefined,
): AsyncGenerator<TarMember[]> {
  const size = imagesAtOnce(BATCH * availableParallelism(), height * width * channels);
  let batch: TarMember[] = [];
  let bytes = 0;
  for await (const member of tarMembers(file, { signal }, isWanted)) {
    batch.push(member);
    bytes += member.bytes.length;
    if (batch.length < size && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

async function decode(bytes: Buffer, { height, width, channels }: ImageShape): Promise<Uint8Array> {
  return (await decodeImage(bytes, { height, width, channels, background: WHITE }, true)).pixels;
}
