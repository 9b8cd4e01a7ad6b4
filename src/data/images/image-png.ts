import sharp from 'sharp';
import type { ImageSet, ImageShape } from './image-dataset.js';

/** An image of a set as a PNG. */
export async function imagePng(
  { images }: Pick<ImageSet, 'images'>,
  index: number,
  { height, width, channels }: Pick<ImageShape, 'height' | 'width' | 'channels'>,
): Promise<Buffer> {
  const size = height * width * channels;
  // A copy: the bytes may be mapped from a file, and sharp reads them later.
  const pixels = Uint8Array.from(images.subarray(index * size, (index + 1) * size));
  return sharp(pixels, { raw: { width, height, channels: channels as 1 | 3 } })
    .png()
    .toBuffer();
}
