import sharp from 'sharp';
import type { NumberArray } from '../tables/table.js';
import type { ImageFormat } from './image-decoding.js';
import { RESIZING, convertPixels } from './pixels.js';

/**
 * An image that lies in a table as its pixels, in the size and colours wanted; resized as image files are.
 * @param array whole numbers from 0 to 255: [height, width], or with 1 (gray), 2, 3 (RGB) or 4 channels as its last axis
 * @throws Error that says in one line why it is no image
 */
export async function resizedPixels({ data, shape }: NumberArray, format: ImageFormat): Promise<Uint8Array> {
  const [height, width, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || channels > 4)
    throw new Error(`expected [height, width] or [height, width, channels], found [${shape.join(', ')}]`);
  const pixels = bytesOf(data);
  if (height === format.height && width === format.width)
    return convertPixels(pixels, channels, format.channels, format.background);
  const rgb = convertPixels(pixels, channels, 3, format.background);
  const resized = await sharp(rgb, { raw: { height, width, channels: 3 } })
    .resize({ height: format.height, width: format.width, ...RESIZING })
    .raw()
    .toBuffer();
  return convertPixels(resized, 3, format.channels, format.background);
}

function bytesOf(data: NumberArray['data']): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const wrong = data.find((value) => !Number.isInteger(value) || value < 0 || value > 255);
  if (wrong === undefined) return Uint8Array.from(data);
  throw new Error(`expected whole numbers from 0 to 255, found ${wrong}`);
}
