import type { MaskTarget } from '../../config/schema/experiment.generated.js';
import { IGNORED, type Mask } from './mask.js';
import type { StoredMask } from './stored-mask.js';

/** What the values of masks stand for. */
export type MaskCoding = Pick<MaskTarget, 'classes' | 'values' | 'ignore_class' | 'colors' | 'ignore_color'>;

/** No class: no class has this number, since there are at most 255, and the last number is `IGNORED`. */
const NONE = 256;

/**
 * The class of each pixel.
 * @throws Error that names the first pixel with a value that stands for none
 */
export function classPixels(stored: StoredMask, coding: MaskCoding): Mask {
  if (coding.colors) return colorPixels(stored, { ...coding, colors: coding.colors });
  const { height, width } = stored;
  const classOf = classesOfValues(coding);
  const values = singleValues(stored);
  const pixels = new Uint8Array(height * width);
  values.forEach((value, index) => {
    const known = classOf[value];
    if (known === NONE) throw new Error(`${pixelAt(index, width)} is ${value}, and ${meant(coding)}`);
    pixels[index] = known;
  });
  return { height, width, pixels };
}

/** Of each value its class: [65536]. */
function classesOfValues({ classes, values, ignore_class: ignored }: MaskCoding): Uint16Array {
  const classOf = new Uint16Array(2 ** 16).fill(NONE);
  classes.forEach((_, index) => (classOf[values?.[index] ?? index] = index));
  if (ignored !== null) classOf[ignored] = IGNORED;
  return classOf;
}

/** One value a pixel: of gray that is stored as a colour, its red. */
function singleValues({ channels, values, width }: StoredMask): Uint8Array | Uint16Array {
  if (channels === 1) return values;
  const isOpaque = channels % 2 === 1;
  const one = values.filter((_, index) => index % channels === 0);
  const greatest = values instanceof Uint8Array ? 2 ** 8 - 1 : 2 ** 16 - 1;
  one.forEach((value, pixel) => {
    const [, ...others] = values.subarray(pixel * channels, (pixel + 1) * channels);
    const alpha = isOpaque ? greatest : others.pop();
    if (alpha !== greatest) throw new Error(`${pixelAt(pixel, width)} is transparent, which is no class`);
    if (others.some((other) => other !== value))
      throw new Error(`${pixelAt(pixel, width)} is a colour, rgb(${[value, ...others].join(', ')}), where a class's number was expected`); // prettier-ignore
  });
  return one;
}

/** Likewise of colours: a palette's, or gray as a colour. */
function colorPixels(
  stored: StoredMask,
  { classes, colors, ignore_color: ignored }: MaskCoding & { colors: NonNullable<MaskCoding['colors']> },
): Mask {
  const { height, width } = stored;
  const classOf = new Map(classes.map((name, index) => [colors[name].join(), index]));
  if (ignored) classOf.set(ignored.join(), IGNORED);
  const colorAt = colorsOf(stored);
  const pixels = new Uint8Array(height * width);
  for (let index = 0; index < pixels.length; index++) {
    const color = colorAt(index).join();
    const known = classOf.get(color);
    if (known === undefined)
      throw new Error(`${pixelAt(index, width)} is rgb(${color.replaceAll(',', ', ')}), which is no class's colour`);
    pixels[index] = known;
  }
  return { height, width, pixels };
}

function colorsOf({
  channels,
  values,
  palette,
  width,
}: StoredMask): (pixel: number) => ArrayLike<number> & { join: () => string } {
  if (values instanceof Uint16Array) throw new Error('has 16 bits a channel, and colours of classes have 8');
  if (palette) return (pixel) => (palette.at(values[pixel]) ?? []).slice(0, 3);
  return (pixel) => {
    const own = values.subarray(pixel * channels, (pixel + 1) * channels);
    if (channels % 2 === 0 && own[channels - 1] !== 255)
      throw new Error(`${pixelAt(pixel, width)} is transparent, which is no class`);
    return channels > 2 ? own.subarray(0, 3) : new Uint8Array(3).fill(own[0]);
  };
}

/** Rows and columns are counted from 0, as in NumPy. */
function pixelAt(index: number, width: number): string {
  return `the pixel [${Math.floor(index / width)}, ${index % width}]`;
}

function meant({ classes, values, ignore_class: ignored }: MaskCoding): string {
  const stated = values ? values.join(', ') : `0 to ${classes.length - 1}`;
  return `classes are ${stated}${ignored === null ? '' : `, and ${ignored} is ignored`}`;
}
