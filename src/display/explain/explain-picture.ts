import { escapeUTF8 } from 'entities';
import sharp, { type OverlayOptions } from 'sharp';
import type { ValueName } from '../../inference/class-values.js';
import type { ExplainAnswer, Explained, LayerMaps, NumberMap } from '../../explanation/task.js';
import { visible } from '../../text/visible.js';
import { valueText } from '../format.js';
import { type Picture, divergingOf, grayOf, heated, pictureOf } from './explain-colors.js';

/** Pixels. */
const CELL = 128;
const SMALL_CELL = 64;
const GAP = 8;
const LINE = 18;
/** How wide a scale of colours is. */
const SCALE = 100;
/** Small pictures of a layer in a row. */
const SMALL_IN_ROW = 8;

/** What is drawn: the images that were explained, their names and the explanations. */
export interface ExplainedPicture {
  names: string[];
  /** 0 to 255, [height, width, channels] of each. */
  images: Uint8Array[];
  height: number;
  width: number;
  classes: string[];
  /** What the model says of the classes. */
  valueName: ValueName;
  answer: ExplainAnswer;
}

/** A picture of an image. */
interface Column {
  title: string;
  /** In a sentence, of a model whose values are called this. */
  meaning: (values: ValueName) => string;
  draw: (image: Picture, explained: Explained) => Picture | undefined;
}

/** The pictures of an image, from left to right. */
const COLUMNS: Column[] = [
  { title: 'image', meaning: () => 'What the model is given.', draw: (image) => image },
  {
    title: 'Grad-CAM',
    meaning: () => 'Red where the layer saw what speaks for the class; no red where nothing it saw does.',
    draw: (image, { gradCam }) => gradCam && heated(image, gradCam),
  },
  {
    title: 'saliency',
    meaning: (values) =>
      `White where a change of the pixel would change the class’s ${values === 'output' ? values : 'logit'} most.`,
    draw: (_, { saliency }) => grayOf(saliency),
  },
  {
    title: 'integrated gradients',
    meaning: () => 'What each pixel contributes, compared with a black image: red for the class, blue against it.',
    draw: (_, { integratedGradients }) => divergingOf(integratedGradients),
  },
  {
    title: 'occlusion',
    meaning: (values) => `Red where a black patch lowers the class’s ${values}, blue where it raises it.`,
    draw: (_, { occlusion }) => divergingOf(occlusion),
  },
];

/** Of what has no room above a picture. */
const SHORT_TITLES: Partial<Record<string, string>> = { 'integrated gradients': 'integr. gradients' };

/** Those that a model has: one without a convolution has no Grad-CAM. */
export function columnsOf({ images: [first] }: ExplainAnswer): Column[] {
  return COLUMNS.filter(({ title }) => title !== 'Grad-CAM' || first.gradCam);
}

const WIDTH = GAP + COLUMNS.length * (CELL + GAP);

/** Draws everything as one PNG: a row an image, below each what the layer makes of it, in the end the first filters. */
export async function drawExplanations(explained: ExplainedPicture): Promise<Buffer> {
  const sheet = new Sheet();
  explained.answer.images.forEach((_, index) => {
    drawImage(sheet, explained, index);
  });
  const { filters } = explained.answer;
  if (filters) drawLayer(sheet, 'Filters', filters, divergingOf);
  sheet.drawScales();
  return sheet.toPng();
}

function drawImage(
  sheet: Sheet,
  { names, images, height, width, classes, valueName, answer }: ExplainedPicture,
  index: number,
): void {
  const explained = answer.images[index];
  const { classIndex, featureMaps } = explained;
  sheet.write(`${names[index]}: ${classes[classIndex]} (${saidText(valueName, explained.values[classIndex])})`, GAP);
  sheet.nextLine();
  const columns = columnsOf(answer);
  columns.forEach(({ title }, column) => {
    sheet.write(SHORT_TITLES[title] ?? title, GAP + column * (CELL + GAP));
  });
  sheet.nextLine();
  const image = pictureOf(images[index], height, width);
  columns.forEach(({ draw }, column) => {
    const picture = draw(image, explained);
    if (picture) sheet.place(picture, GAP + column * (CELL + GAP), CELL);
  });
  sheet.nextRow(CELL);
  if (featureMaps) drawLayer(sheet, 'Feature maps', featureMaps, grayOf);
}

/** `99.98 %`, `output 0.8731`. */
export function saidText(name: ValueName, value: number): string {
  return name === 'probability' ? valueText(name, value) : `${name} ${valueText(name, value)}`;
}

function drawLayer(sheet: Sheet, name: string, layer: LayerMaps, color: (map: NumberMap) => Picture): void {
  const { maps } = layer;
  sheet.write(layerTitle(name, layer), GAP);
  sheet.nextLine();
  for (let start = 0; start < maps.length; start += SMALL_IN_ROW) {
    maps.slice(start, start + SMALL_IN_ROW).forEach((map, column) => {
      sheet.place(color(map), GAP + column * (SMALL_CELL + GAP), SMALL_CELL);
    });
    sheet.nextRow(SMALL_CELL);
  }
}

/** What is written above a layer's pictures. @param name of what they are */
export function layerTitle(name: string, { layer, maps, total }: LayerMaps): string {
  return `${name} of ${layer}${maps.length < total ? `, the first ${maps.length} of ${total}` : ''}`;
}

/** Pictures and lines of text, from top to bottom. */
class Sheet {
  #y = GAP;
  readonly #pictures: { picture: Picture; left: number; top: number; side: number }[] = [];
  readonly #texts: string[] = [];

  /** Writes at the present line. */
  write(text: string, left: number): void {
    this.#texts.push(`<text x="${left}" y="${this.#y + LINE - 6}">${escapeUTF8(visible(text))}</text>`);
  }

  nextLine(): void {
    this.#y += LINE;
  }

  /** Places a picture at the present row, in a square of this side. */
  place(picture: Picture, left: number, side: number): void {
    this.#pictures.push({ picture, left, top: this.#y, side });
    // So that a picture that is pale at its edge has one.
    this.#texts.push(
      `<rect x="${left - 0.5}" y="${this.#y - 0.5}" width="${side + 1}" height="${side + 1}" fill="none" stroke="#888"/>`,
    );
  }

  /** What the colours of maps stand for, at the present line. */
  drawScales(): void {
    const middle = this.#y + LINE - 6;
    const bar = (x: number, colours: readonly string[], id: string): string => {
      const stops = colours.map((colour, i) => `<stop offset="${i / (colours.length - 1)}" stop-color="${colour}"/>`);
      return (
        `<linearGradient id="${id}">${stops.join('')}</linearGradient>` +
        `<rect x="${x}" y="${middle - 9}" width="${SCALE}" height="10" fill="url(#${id})" stroke="#888"/>`
      );
    };
    this.write('against the class', GAP);
    this.#texts.push(bar(114, ['#0000ff', '#ffffff', '#ff0000'], 'signed'));
    this.write('for the class', 124 + SCALE);
    this.write('no effect', 340);
    this.#texts.push(bar(402, ['#000000', '#ffffff'], 'strength'));
    this.write('the greatest, of each picture', 412 + SCALE);
    this.nextLine();
  }

  /** @param side of the pictures in this one */
  nextRow(side: number): void {
    this.#y += side + GAP;
  }

  async toPng(): Promise<Buffer> {
    const height = this.#y;
    const text =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" ` +
      `font-size="12" fill="#222">${this.#texts.join('')}</svg>`;
    const pictures = await Promise.all(this.#pictures.map(toOverlay));
    return sharp({ create: { width: WIDTH, height, channels: 3, background: 'white' } })
      .composite([...pictures, { input: Buffer.from(text), left: 0, top: 0 }])
      .png()
      .toBuffer();
  }
}

/** Each pixel a square; pictures larger than their place are made smaller. */
async function toOverlay({
  picture,
  left,
  top,
  side,
}: {
  picture: Picture;
  left: number;
  top: number;
  side: number;
}): Promise<OverlayOptions> {
  const { width, height, pixels } = picture;
  const kernel = Math.max(width, height) <= side ? 'nearest' : 'lanczos3';
  const input = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'contain', background: 'white', kernel })
    .png()
    .toBuffer();
  return { input, left, top };
}
