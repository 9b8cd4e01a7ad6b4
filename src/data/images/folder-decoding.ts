import { open, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCsv } from '../../text/csv.js';
import { type FileProblem, UserError, messageOf } from '../../text/errors.js';
import { CONCURRENT_DECODES, forEachConcurrently } from '../../system/concurrently.js';
import type { TaskOptions } from '../dataset.js';
import { fileList } from './file-list.js';
import { type ImageFormat, decodeImage } from './image-decoding.js';
import type { ImageFile, ImageFiles } from './image-files.js';
import { imagesFile, labelsFile } from '../prepared.js';
import { readRegularFile } from '../../system/regular-file.js';

/** How many undecodable images an error names. */
const MAX_NAMED = 10;
/** No photograph takes more bytes on disk; a file that does must not be read into memory. */
export const MAX_FILE_BYTES = 2 ** 28;

/** A folder's images and what they are to become. */
export interface FolderDecoding {
  /** The folder that the files' paths start from. */
  root: string;
  files: Pick<ImageFiles, 'train' | 'validation' | 'test'>;
  format: ImageFormat;
  /** Whether images of another size are resized; else they are an error. */
  resize: boolean;
  /** The file that is to name all images that can't be decoded. */
  report: string;
}

/** What has been done of a decoding, and what went wrong. */
interface Tally {
  done: number;
  total: number;
  undecodable: FileProblem[];
  oddSized: { path: string; index: number; height: number; width: number }[];
}

/**
 * Decodes images, several at a time, into the files of a prepared folder.
 * @throws UserError that counts the images that can't be decoded and names some, or names the first of an odd size
 */
export async function decodeFolder(decoding: FolderDecoding, target: string, options: TaskOptions): Promise<void> {
  const { train, validation, test } = decoding.files;
  const files = { train: [...train, ...validation], test };
  const tally: Tally = { done: 0, total: files.train.length + test.length, undecodable: [], oddSized: [] };
  await requireSpace(decoding.format, tally.total, target);
  for (const set of ['train', 'test'] as const) {
    await decodeSet(decoding, files[set], { images: imagesFile(target, set), tally }, options);
    const labels = Int32Array.from(files[set], ({ label }) => label);
    await writeFile(labelsFile(target, set), labels, { flush: true });
  }
  await rm(decoding.report, { force: true });
  if (tally.undecodable.length > 0) throw await undecodableError(decoding, tally.undecodable, tally.total);
}

/** @throws UserError where there isn't room for so many decoded images */
export async function requireSpace(
  format: Pick<ImageFormat, 'height' | 'width' | 'channels'>,
  images: number,
  target: string,
): Promise<void> {
  const needed = images * format.height * format.width * format.channels;
  await requireFreeSpace(needed, target, { what: 'images', smaller: 'dataset.image_size' });
}

/**
 * @param smaller the key that asks for so much
 * @throws UserError where there isn't room for so many bytes
 */
export async function requireFreeSpace(
  needed: number,
  target: string,
  { what, smaller }: { what: string; smaller: string },
): Promise<void> {
  const { bavail, bsize } = await statfs(target);
  if (bavail * bsize > needed) return;
  throw new UserError(`decoding the ${what} takes ${needed} bytes in ${target}, where ${bavail * bsize} are free`, {
    code: 'cache-not-writable',
    hint: `free some space there, set ABLATE_CACHE to a folder with room, or a smaller ${smaller}`,
  });
}

async function decodeSet(
  decoding: FolderDecoding,
  files: ImageFile[],
  { images, tally }: { images: string; tally: Tally },
  { onProgress, signal }: TaskOptions,
): Promise<void> {
  const handle = await open(images, 'w');
  try {
    await forEachConcurrently(files, CONCURRENT_DECODES, async ({ path }, index) => {
      signal?.throwIfAborted();
      if (tally.oddSized.length > 0) return;
      const pixels = await decodeFile(decoding, path, index, tally);
      if (pixels) await handle.write(pixels, 0, pixels.length, index * pixels.length);
      tally.done++;
      onProgress?.({ step: 'decode', subject: path, done: tally.done, total: tally.total, unit: 'images' });
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (tally.oddSized.length > 0) throw oddSizeError(decoding, tally);
}

/** @returns the pixels, or nothing if the image is no good, which is then noted */
async function decodeFile(
  { root, format, resize }: FolderDecoding,
  path: string,
  index: number,
  tally: Tally,
): Promise<Uint8Array | undefined> {
  try {
    const { pixels, height, width } = await decodeImage(await readImageFile(join(root, path)), format, resize);
    if (height === format.height && width === format.width) return pixels;
    tally.oddSized.push({ path, index, height, width });
  } catch (error) {
    tally.undecodable.push({ path, reason: messageOf(error) });
  }
  return undefined;
}

/** Reads an image's file, unless it is too large to be one, or a device or a pipe. */
export async function readImageFile(file: string): Promise<Buffer> {
  return readRegularFile(file, MAX_FILE_BYTES);
}

/** What is said of files that are no good. */
interface ProblemWords {
  /** What they are. */
  what: string;
  code: string;
  problem?: string;
  hint?: string;
}

/**
 * Names the first of the images that can't be decoded, and writes a file that names all.
 * @param total how many images there are
 * @param words what is said of them, where they aren't images
 */
export async function undecodableError(
  { root, report }: Pick<FolderDecoding, 'root' | 'report'>,
  undecodable: readonly FileProblem[],
  total: number,
  { what, code, problem = "can't be decoded", hint = 'repair or remove them' }: ProblemWords = {
    what: 'images',
    code: 'image-undecodable',
  },
): Promise<UserError> {
  const files = undecodable.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  await writeFile(report, encodeCsv([['path', 'reason'], ...files.map(({ path, reason }) => [path, reason])]));
  const heading = `${files.length} of ${total} ${what}${root === '' ? '' : ` in ${root}`} ${problem}`;
  const named = fileList(files, MAX_NAMED).map((line) => `  ${line}`);
  return new UserError([heading, ...named, `All of them are listed in ${report}`].join('\n'), {
    code,
    hint,
    files,
  });
}

function oddSizeError({ root, format }: FolderDecoding, { oddSized }: Tally): UserError {
  // Images are taken in order, so that by now all before this one have been looked at.
  const [{ path, height, width }] = oddSized.sort((a, b) => a.index - b.index);
  const expected = `${format.height}×${format.width}`;
  return new UserError(
    `${join(root, path)} has ${height}×${width} pixels (height × width), the first image has ${expected}`,
    {
      code: 'image-size-differs',
      hint: `resize all images: dataset.image_size: [${format.height}, ${format.width}]`,
    },
  );
}
