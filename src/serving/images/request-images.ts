import type { ImageFormat, ImageType } from '../../data/images/image-decoding.js';
import { decodeGiven } from '../../data/images/given-image.js';
import { imageTypeOf } from '../../data/images/image-decoding.js';
import { UserError } from '../../text/errors.js';
import { filesOf } from './form-files.js';
import { FORM_TYPE, IMAGE_TYPES, MULTIPART_TYPE, PIXEL_TYPE } from '../schemas.js';

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
 * @param type of the bytes, as the request says
 * @throws UserError `no-image`, `wrong-type`, `image-undecodable`, `image-too-large`, `wrong-size`
 */
export async function imageOf(
  body: PredictBody | Buffer | undefined,
  type: string,
  format: ImageFormat,
): Promise<Uint8Array> {
  if (body === undefined) {
    throw new UserError('the request has no image', { code: 'no-image', hint: 'send one as its body: see /docs' });
  }
  if (Buffer.isBuffer(body)) return ofBytes(body, type, format);
  if (body.pixels) return Uint8Array.from(body.pixels);
  return decodeGiven(Buffer.from(body.image ?? '', 'base64'), format);
}

async function ofBytes(bytes: Buffer, type: string, format: ImageFormat): Promise<Uint8Array> {
  const said = mediaTypeOf(type);
  if (said === MULTIPART_TYPE) return ofForm(bytes, type, format);
  if (said === PIXEL_TYPE) return rawPixels(bytes, format);
  const found = imageTypeOf(bytes);
  if (said === FORM_TYPE) {
    // What curl calls whatever it sends with --data-binary.
    if (found === undefined) throw noImageFile(bytes);
  } else if (found !== undefined && found !== said) throw wrongType(said, found);
  return decodeGiven(bytes, format);
}

/** The one file of a form (`curl -F file=@seven.png`). */
async function ofForm(bytes: Buffer, type: string, format: ImageFormat): Promise<Uint8Array> {
  const files = await filesOf(bytes, type);
  if (files.length !== 1) {
    throw new UserError(`the form has ${files.length === 0 ? 'no file' : 'more than one file'}, expected one`, {
      code: files.length === 0 ? 'no-image' : 'invalid-request',
      hint: 'send one image file: curl -F file=@IMAGE',
    });
  }
  const [file] = files;
  // Of a name that it doesn't know a client says "bytes", which may be an image all the same.
  const isSaid = IMAGE_TYPES.some((each) => each === mediaTypeOf(file.type));
  return ofBytes(file.bytes, isSaid ? file.type : FORM_TYPE, format);
}

/** `image/png` of `Image/PNG; charset=binary`. */
function mediaTypeOf(type: string): string {
  return type.split(';', 1)[0].trim().toLowerCase();
}

function rawPixels(bytes: Buffer, { height, width, channels }: ImageFormat): Uint8Array {
  const expected = height * width * channels;
  if (bytes.length === expected) return bytes;
  const found = imageTypeOf(bytes);
  if (found) throw wrongType(PIXEL_TYPE, found);
  throw new UserError(`${bytes.length} bytes, expected ${expected}: ${height}×${width} pixels of ${channels}`, {
    code: 'wrong-size',
    hint: 'send an image file as image/png, image/jpeg or image/webp',
  });
}

function wrongType(said: string, found: ImageType): UserError {
  return new UserError(`the content-type says ${said}, the bytes are ${found}`, {
    code: 'wrong-type',
    hint: `send it with the header content-type: ${found}`,
  });
}

function noImageFile({ length }: Buffer): UserError {
  return new UserError(`${length} bytes that are neither a JPEG, a PNG nor a WebP image`, {
    code: length === 0 ? 'no-image' : 'wrong-type',
    hint: `pixels are sent with the header content-type: ${PIXEL_TYPE}, JSON with application/json`,
  });
}
