import { type ImageFormat, decodeImage, decodedSize } from '../data/image-decoding.js';
import { decodePlainPng } from '../data/png-decoding.js';
import { UserError, messageOf } from '../errors.js';

/** A larger picture takes seconds and gigabytes to decode, however few bytes it has. */
const MAX_PIXELS = 50_000_000;

/** The body of a JSON request: one of the two. */
export interface PredictBody {
  /** 0 to 255, row by row, the channels of a pixel together: height × width × channels numbers. */
  pixels?: number[];
  /** A PNG, JPEG or WebP file in base64. */
  image?: string;
}

/**
 * The pixels of a request, as the model takes them.
 * @param body JSON that has been validated; or bytes; undefined of a request without a body
 * @param isFile whether the bytes are an image's file; else they are pixels
 * @throws UserError `no-image`, `image-undecodable`, `image-too-large`, `wrong-size`
 */
export async function imageOf(
  body: PredictBody | Buffer | undefined,
  isFile: boolean,
  format: ImageFormat,
): Promise<Uint8Array> {
  if (body === undefined) {
    throw new UserError('the request has no image', { code: 'no-image', hint: 'send one as its body: see /docs' });
  }
  if (Buffer.isBuffer(body)) return isFile ? decode(body, format) : rawPixels(body, format);
  if (body.pixels) return Uint8Array.from(body.pixels);
  return decode(Buffer.from(body.image ?? '', 'base64'), format);
}

function rawPixels(bytes: Buffer, { height, width, channels }: ImageFormat): Uint8Array {
  const expected = height * width * channels;
  if (bytes.length === expected) return bytes;
  throw new UserError(`${bytes.length} bytes, expected ${expected}: ${height}×${width} pixels of ${channels}`, {
    code: 'wrong-size',
    hint: 'send an image file as image/png, image/jpeg or image/webp',
  });
}

async function decode(file: Buffer, format: ImageFormat): Promise<Uint8Array> {
  const plain = decodePlainPng(file, format);
  if (plain) return plain;
  try {
    const { height, width } = await decodedSize(file);
    if (height * width <= MAX_PIXELS) return (await decodeImage(file, format, true)).pixels;
  } catch (error) {
    throw new UserError(`the image can't be decoded: ${messageOf(error)}`, { code: 'image-undecodable' });
  }
  throw new UserError(`the image has more than ${MAX_PIXELS} pixels`, { code: 'image-too-large' });
}
