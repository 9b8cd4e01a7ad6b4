import { extname } from 'node:path';

/** The endings of the formats that are read. */
const READ_ENDINGS = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.jif', '.pjpeg', '.pjp', '.png', '.apng', '.webp']);

/** The endings of other image formats: such a file would be missed if it were passed over like any other. */
const otherEndings = new Set(
  `.gif .bmp .dib .tif .tiff .heic .heif .avif .jxl .jp2 .j2k .jpf .jpx .svg .svgz .ico .psd .xcf .tga .pcx .qoi .exr
  .hdr .dds .pbm .pgm .ppm .pnm .pam .pfm .xbm .xpm .ras .sgi .dcm .dng .cr2 .cr3 .nef .arw .orf .rw2 .raf`.split(
    /\s+/,
  ),
);

/** Bytes at the start of a file that its type is told by. */
export const TYPE_BYTES = 64;

/** The formats that are decoded. */
export type ImageType = 'image/jpeg' | 'image/png' | 'image/webp';

/** An image format, by its first bytes. */
interface Format {
  name: string;
  /** Of a format that is decoded. */
  type?: ImageType;
}

const DECODED: Readonly<Record<string, ImageType>> = { JPEG: 'image/jpeg', PNG: 'image/png', WebP: 'image/webp' };

const FORMATS: readonly [string, (bytes: Buffer) => boolean][] = [
  ['JPEG', startsWith('\xff\xd8\xff')],
  ['PNG', startsWith('\x89PNG\r\n\x1a\n')],
  ['WebP', (bytes) => startsWith('RIFF')(bytes) && bytes.toString('latin1', 8, 12) === 'WEBP'],
  ['GIF', (bytes) => startsWith('GIF87a')(bytes) || startsWith('GIF89a')(bytes)],
  // The two bytes BM may begin a text; the size of the header that follows tells it apart.
  ['BMP', (bytes) => startsWith('BM')(bytes) && bytes.length > 18 && [12, 40, 52, 56, 108, 124].includes(bytes[14])],
  ['TIFF', (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => startsWith(start)(bytes))],
  ['HEIF or AVIF', (bytes) => /^ftyp(hei[cfmsx]|hev[cm]|avi[fs]|mif1|msf1)$/.test(bytes.toString('latin1', 4, 12))],
  ['JPEG 2000', (bytes) => startsWith('\0\0\0\fjP  ')(bytes) || startsWith('\xff\x4f\xff\x51')(bytes)],
  ['JPEG XL', (bytes) => startsWith('\0\0\0\fJXL ')(bytes) || startsWith('\xff\x0a')(bytes)],
  ['Netpbm', (bytes) => /^P[1-6]\s+(#|\d)|^P7\nWIDTH/.test(bytes.toString('latin1'))],
  ['SVG', (bytes) => /^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(bytes.toString('latin1'))],
  ['Photoshop', startsWith('8BPS\0')],
  ['QOI', startsWith('qoif')],
  ['OpenEXR', startsWith('\x76\x2f\x31\x01')],
];

/** Whether a file's name says that it is a JPEG, PNG or WebP image. */
export function hasReadEnding(name: string): boolean {
  return READ_ENDINGS.has(extname(name).toLowerCase());
}

/** Whether a file's name says that it is an image, of whatever format. */
export function hasImageEnding(name: string): boolean {
  return hasReadEnding(name) || otherEndings.has(extname(name).toLowerCase());
}

/**
 * The image format that a file's first bytes show, whatever its name is.
 * @param bytes at least its first `TYPE_BYTES`, or all of a smaller file
 * @returns undefined for a file that is no image
 */
export function formatOf(bytes: Buffer): Format | undefined {
  const start = bytes.subarray(0, TYPE_BYTES);
  const name = FORMATS.find(([, matches]) => matches(start))?.[0];
  return name === undefined ? undefined : { name, ...(Object.hasOwn(DECODED, name) ? { type: DECODED[name] } : {}) };
}

function startsWith(start: string): (bytes: Buffer) => boolean {
  return (bytes) => bytes.toString('latin1', 0, start.length) === start;
}
