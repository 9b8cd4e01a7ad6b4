import { UserError, messageOf } from '../../text/errors.js';
import { type ImageFormat, TooManyPixels, decodeImage } from './image-decoding.js';
import { decodePlainPng } from './png-decoding.js';

/**
 * The pixels of an image file that lies in memory, as a model takes them: [height, width, channels], 0 to 255.
 * @throws UserError `image-too-large`, `image-undecodable`
 */
export async function decodeGiven(file: Buffer, format: ImageFormat): Promise<Uint8Array> {
  const plain = decodePlainPng(file, format);
  if (plain) return plain;
  try {
    return (await decodeImage(file, format, true)).pixels;
  } catch (error) {
    if (error instanceof TooManyPixels) throw new UserError(`the image ${error.message}`, { code: 'image-too-large' });
    throw new UserError(`the image can't be decoded: ${messageOf(error)}`, { code: 'image-undecodable' });
  }
}
