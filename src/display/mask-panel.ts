import { encode } from 'fast-png';
import { IGNORED } from '../data/masks/mask.js';
import { overlaid } from '../data/masks/overlay.js';
import type { TableModel } from '../inference/table-model.js';
import type { TestedRows } from '../inference/tasks.js';
import type { Panel } from '../report/plots/row-panels.js';
import { pixelImage, svgFile } from '../report/plots/svg.js';
import { counted } from '../text/words.js';
import { percent } from './format.js';

/** An image of a test, and what its masks say. */
interface ShownMasks {
  caption: string;
  /** PNG files: the image, what is true, what was predicted, where that is wrong. */
  pictures: Uint8Array[];
}

const TITLES = ['image', 'true', 'predicted', 'wrong'];
/** Classes that stand for mistakes: their colours are those of the second class and the third. */
const [FALSE_ALARM, MISSED] = [1, 2];

/** Pixels. */
const BETWEEN = 6;
const LINE = 16;

/** The images in which a model of masks is furthest off, each with what is true, what was predicted, and the difference. */
export function maskPanel(model: TableModel, { count, truth, outputs, worstImages = [] }: TestedRows): Panel {
  const [height, width] = model.target.column.shape ?? [0, 0];
  const shown = worstImages.map(({ row, dice, pixels }): ShownMasks => {
    const [actual, predicted] = [truth, outputs].map((masks) =>
      Uint8Array.from(masks.subarray(row * height * width, (row + 1) * height * width)),
    );
    const pictures = picturesOf(pixels, { truth: actual, predicted, height, width });
    return { caption: `test row ${row}: Dice ${percent(dice)}`, pictures };
  });
  return {
    title: `The worst of ${counted(count, 'test image')}`,
    note: 'wrong: false alarms in orange, what is missed in blue',
    draw: (room) => drawn(shown, { room, ratio: height / width }),
  };
}

function picturesOf(
  image: Uint8Array,
  { truth, predicted, height, width }: { truth: Uint8Array; predicted: Uint8Array; height: number; width: number },
): Uint8Array[] {
  const none = new Uint8Array(truth.length);
  const channels = image.length / truth.length;
  return [none, truth, predicted, mistakesIn(predicted, truth)].map((mask) => {
    const data = overlaid({ height, width, channels, image, mask });
    return encode({ width, height, channels: 3, depth: 8, data });
  });
}

/** Of each pixel, whether it was taken for another class than it is. */
function mistakesIn(predicted: Uint8Array, truth: Uint8Array): Uint8Array {
  return truth.map((value, pixel) => {
    if (value === IGNORED) return IGNORED;
    return value === predicted[pixel] ? 0 : value === 0 ? FALSE_ALARM : MISSED;
  });
}

function drawn(
  shown: readonly ShownMasks[],
  { room, ratio }: { room: number; ratio: number },
): ReturnType<Panel['draw']> {
  const width = (room - BETWEEN * (TITLES.length - 1)) / TITLES.length;
  const height = width * ratio;
  const left = (place: number): number => place * (width + BETWEEN);
  const titles = TITLES.map(
    (title, place) => `<text x="${left(place)}" y="${LINE - 4}" fill="#57606a">${title}</text>`,
  );
  const rows = shown.map(({ caption, pictures }, row) => {
    const top = LINE + row * (height + LINE + BETWEEN);
    const drawings = pictures.map((png, place) => pixelImage(png, { x: left(place), y: top, width, height }));
    return `${drawings.join('')}<text x="0" y="${top + height + LINE - 4}">${caption}</text>`;
  });
  const all = LINE + shown.length * (height + LINE + BETWEEN);
  const svg = svgFile({ width: room, height: all, fontSize: 12, color: '#1b1f24' }, [...titles, ...rows]);
  return { svg, width: room, height: all };
}
