import sharp from 'sharp';

/** Twice as many pixels a side as an SVG says: sharp on paper and on dense screens. */
const DENSITY = 144;

/** A picture in pixels. @param hasPhotographs whether it takes more colours than a palette has */
export function toPng(svg: string, { hasPhotographs = false } = {}): Promise<Buffer> {
  return sharp(Buffer.from(svg), { density: DENSITY }).png({ palette: !hasPhotographs }).toBuffer();
}
