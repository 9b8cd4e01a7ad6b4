import sharp, { type Sharp } from 'sharp';
import { messageOf } from '../errors.js';
import type { DatasetShape } from './dataset.js';

/** Sizes in pixels and number of channels (1 grayscale, 3 RGB). */
export type ImageFormat = Pick<DatasetShape, 'height' | 'width' | 'channels'>;

/** The first bytes of the formats read; a file is known by them, not by its name. */
const signatures: [string, (bytes: Buffer) => boolean][] = [
  ['jpeg', (bytes) => bytes.readUIntBE(0, 3) === 0xffd8ff],
  ['png', (bytes) => bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['webp', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
];

/**
 * Decodes a JPEG, PNG or WebP image as a viewer would show it: turned upright (EXIF), converted to sRGB or to
 * grayscale, 8 bits a channel, transparency dropped.
 * @param resize whether to resize it (bilinear, antialiased, aspect ratio not kept: Keras's default) to the format's
 *   height and width; else it keeps its own
 * @returns pixels [height, width, channels]
 * @throws Error that says in one line why it can't be decoded: not one of these formats, truncated, damaged, too large
 */
export async function decodeImage(
  file: Buffer,
  { height, width, channels }: ImageFormat,
  resize: boolean,
): Promise<ImageFormat & { pixels: Uint8Array }> {
  let image = openImage(file).autoOrient();
  if (resize) image = image.resize({ height, width, fit: 'fill', kernel: 'linear' });
  const { data, info } = await image
    .removeAlpha()
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(rethrowInOneLine);
  if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels, expected ${channels}`);
  return { height: info.height, width: info.width, channels, pixels: data };
}

/** The height and width that an image will have when decoded without resizing; reads only its header. */
export async function decodedSize(file: Buffer): Promise<{ height: number; width: number }> {
  const { autoOrient } = await openImage(file).metadata().catch(rethrowInOneLine);
  return { height: autoOrient.height, width: autoOrient.width };
}

function openImage(file: Buffer): Sharp {
  if (file.length === 0) throw new Error('the file is empty');
  // Other formats that sharp reads (SVG above all, which can refer to other files) are not for untrusted input.
  if (file.length < 12 || !signatures.some(([, matches]) => matches(file))) {
    throw new Error('neither a JPEG, a PNG nor a WebP image');
  }
  return sharp(file, { failOn: 'error' });
}

function rethrowInOneLine(error: unknown): never {
  const [line] = messageOf(error).split('\n');
  const isOfDecoder = /^vips\w*: |^Input buffer |^Unknown error$/.test(line);
  throw new Error(isOfDecoder ? `damaged or cut off (${line})` : line, { cause: error });
}
