import { availableParallelism } from 'node:os';
import { forEachConcurrently } from '../../system/concurrently.js';
import { MAX_FILE_BYTES, readImageFile } from '../../data/images/folder-decoding.js';
import { type ImageFormat, decodeImage } from '../../data/images/image-decoding.js';
import { codeOf, messageOf } from '../../text/errors.js';

/** An image of the command line, as the model takes it, or why it can't be. */
export type ReadImage = { image: string; pixels: Uint8Array } | { image: string; error: string };

/** The name of standard input. */
const STANDARD_INPUT = '-';

/**
 * Reads and decodes images, each resized to what the model takes, in grayscale or RGB as it was trained.
 * @param images files' names; `-` for standard input
 * @param options.invert whether white becomes black
 * @param options.onRead called after each image, also after one that can't be read
 * @returns in the order given: pixels [height, width, channels], or an error in one line
 */
export async function readImages(
  images: readonly string[],
  format: ImageFormat,
  { invert, onRead }: { invert: boolean; onRead?: () => void },
): Promise<ReadImage[]> {
  const read: ReadImage[] = [];
  await forEachConcurrently(images, availableParallelism(), async (image, index) => {
    try {
      const file = image === STANDARD_INPUT ? await readStandardInput() : await readImageFile(image);
      const { pixels } = await decodeImage(file, format, true);
      read[index] = { image, pixels: invert ? pixels.map((value) => 255 - value) : pixels };
    } catch (error) {
      read[index] = { image, error: problemOf(error) };
    }
    onRead?.();
  });
  return read;
}

function problemOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'a folder, not an image' : messageOf(error);
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES) throw new Error(`takes more than ${MAX_FILE_BYTES} bytes, the most for an image`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
