import sharp, { type Sharp } from 'sharp';
import { messageOf } from '../../text/errors.js';
import type { ImageShape } from './image-dataset.js';
import { type ImageType, formatOf } from './image-types.js';
import { MAX_PIXELS } from '../limits.js';
import { RESIZING, type Color, convertPixels } from './pixels.js';

export type { ImageType };

/** What images are to become. */
export interface ImageFormat extends Pick<ImageShape, 'height' | 'width' | 'channels'> {
  /** What transparent pixels are laid onto. */
  background: Color;
}

/** An image as it was decoded: pixels [height, width, channels], 0 to 255. */
export interface DecodedImage {
  height: number;
  width: number;
  pixels: Uint8Array;
}

/** An image that would take seconds and gigabytes to decode, however few bytes its file has. */
export class TooManyPixels extends Error {
  override name = 'TooManyPixels';

  constructor(options?: ErrorOptions) {
    super(`has more than ${MAX_PIXELS / 1e6} million pixels: make it smaller`, options);
  }
}

/** Changes with every change of the pixels that a file becomes, so that what was decoded before is decoded anew. */
export const DECODER_VERSION = 2;

/** Which of the formats that are decoded a file is in, by its first bytes, not by its name; undefined of anything else. */
export function imageTypeOf(file: Buffer): ImageType | undefined {
  return formatOf(file)?.type;
}

/**
 * Decodes a JPEG, PNG or WebP image, of an animated one the first picture: turned upright (EXIF), 8 bits a channel,
 * transparent pixels laid onto the background, and only then resized. Colours are converted to sRGB; gray is made of the
 * stored values, without their colour profile, by `luma`.
 * @param resize whether to resize it (bilinear, antialiased, aspect ratio not kept: Keras's default) to the format's
 *   height and width; else it keeps its own
 * @throws Error that says in one line why it can't be decoded: not one of these formats, truncated, damaged;
 *   TooManyPixels
 */
export async function decodeImage(file: Buffer, format: ImageFormat, resize: boolean): Promise<DecodedImage> {
  const { height, width, channels, background } = format;
  const flat = await flattened(file, format);
  let image = flat ? sharp(flat.pixels, { raw: { ...flat, channels: 3 } }) : open(file, channels);
  if (resize) image = image.resize({ height, width, ...RESIZING });
  const rgb = flat && !resize ? flat : await decode(image.removeAlpha());
  return { ...rgb, pixels: convertPixels(rgb.pixels, 3, channels, background) };
}

/** The height and width that an image will have when decoded without resizing; reads only its header. */
export async function decodedSize(file: Buffer): Promise<{ height: number; width: number }> {
  const { autoOrient } = await open(file, 3).metadata().catch(rethrowInOneLine);
  return { height: autoOrient.height, width: autoOrient.width };
}

/**
 * The image without its transparency, RGB, in its own size; undefined if it has none. Resizing first would let the colours
 * that transparent pixels have, and nobody sees, into those beside them.
 */
async function flattened(file: Buffer, { channels, background }: ImageFormat): Promise<DecodedImage | undefined> {
  // JPEG has no transparency, and reading a small image's header takes half as long as decoding it.
  if (imageTypeOf(file) === 'image/jpeg') return undefined;
  const { hasAlpha } = await open(file, channels).metadata().catch(rethrowInOneLine);
  if (!hasAlpha) return undefined;
  const rgba = await decode(open(file, channels));
  return isOpaque(rgba.pixels) ? undefined : { ...rgba, pixels: convertPixels(rgba.pixels, 4, 3, background) };
}

function isOpaque(rgba: Uint8Array): boolean {
  for (let index = 3; index < rgba.length; index += 4) if (rgba[index] < 255) return false;
  return true;
}

/** A file, upright. Gray is made of stored values: only colours are converted by the file's colour profile. */
function open(file: Buffer, channels: number): Sharp {
  if (file.length === 0) throw new Error('the file is empty');
  // Other formats that sharp reads (SVG above all, which can refer to other files) are not for untrusted input.
  if (imageTypeOf(file) === undefined) throw new Error('neither a JPEG, a PNG nor a WebP image');
  const options = { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: channels === 1 } as const;
  return sharp(file, options).autoOrient();
}

/** Its pixels, RGB or RGBA, as it has transparency or not. */
async function decode(image: Sharp): Promise<DecodedImage> {
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(rethrowInOneLine);
  return { height: info.height, width: info.width, pixels: data };
}

function rethrowInOneLine(error: unknown): never {
  const [line] = messageOf(error).split('\n');
  if (line.includes('exceeds pixel limit')) throw new TooManyPixels({ cause: error });
  const isOfDecoder = /^vips\w*: |^Input buffer |^Unknown error$/.test(line);
  throw new Error(isOfDecoder ? `damaged or cut off (${line})` : line, { cause: error });
}
