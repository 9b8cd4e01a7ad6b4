import { basename, join, resolve } from 'node:path';
import sharp from 'sharp';
import { type Scalar, parseDocument } from 'yaml';
import { readImageFile } from '../data/images/folder-decoding.js';
import { imageTypeOf } from '../data/images/image-decoding.js';
import { type ImageFiles, listImages } from '../data/images/image-files.js';
import { ablate } from '../system/shell.js';
import { nameOf, pathFrom } from './names.js';
import { type NewFile, templateFiles } from './templates.js';
import { counted } from '../text/words.js';

/** Images whose headers are read, spread over all of them. */
const LOOKED_AT = 200;
/** Classes that the file's first lines count. */
const NAMED_CLASSES = 10;
/** Images of one size up to this stay as they are. */
const LARGEST_AS_IS = 128;
const USUAL_SIDES = [128, 96, 64, 48, 32];
/** Height and width before the dense layers: what the blocks make of the images. */
const LAST_SIDE = 8;

interface Look {
  sizes: { height: number; width: number }[];
  isGray: boolean;
}

/**
 * The experiment file for a folder of images: their size and colours, and a network of as many blocks as they can take.
 * @param data the folder of images
 * @param folder that the file is to be written to
 * @throws UserError if it isn't a folder of images
 */
export async function imageExperiment(data: string, folder: string): Promise<NewFile> {
  const files = await listImages(data);
  const look = await lookAt(data, files);
  const [height, width] = chooseSize(look.sizes);
  const [template] = templateFiles('images');
  const document = parseDocument(template.text);
  const set = (path: string[], value: unknown, comment: string | null): void => {
    document.setIn(path, document.createNode(value, { flow: true }));
    (document.getIn(path, true) as Scalar).comment = comment;
  };
  const name = nameOf(basename(resolve(data)), 'images');
  set(['name'], name, null);
  set(['dataset', 'path'], pathFrom(folder, data), ' from this file');
  set(['dataset', 'image_size'], height === width ? height : [height, width], ` they have ${extent(look.sizes)}`);
  set(['dataset', 'color_mode'], look.isGray ? 'grayscale' : 'rgb', null);
  if (files.validation.length > 0) document.deleteIn(['dataset', 'validation_split']);
  set(['model', 'blocks', 'count'], blocksFor(Math.min(height, width)), null);
  const [schemaLine] = template.text.split('\n');
  const head = [schemaLine, ...description(`${name}.yaml`, files).map((line) => `# ${line}`), ''].join('\n');
  const text = document.toString({ lineWidth: 0 }).replace(/\[ (.*) \]/, '[$1]');
  return { name: `${name}.yaml`, text: text.replace(/^(#.*\n)+/, () => head) };
}

async function lookAt(root: string, { train }: ImageFiles): Promise<Look> {
  const step = Math.max(1, Math.floor(train.length / LOOKED_AT));
  const looks: { height: number; width: number; isGray: boolean }[] = [];
  for (const { path } of train.filter((_, index) => index % step === 0).slice(0, LOOKED_AT)) {
    const look = await header(join(root, path));
    if (look) looks.push(look);
  }
  return { sizes: looks, isGray: looks.length > 0 && looks.every(({ isGray }) => isGray) };
}

/** Of an image that can't be read nothing is known here; the run will name it. */
async function header(file: string): Promise<{ height: number; width: number; isGray: boolean } | undefined> {
  try {
    const bytes = await readImageFile(file);
    if (imageTypeOf(bytes) === undefined) return undefined;
    const { autoOrient, space } = await sharp(bytes).metadata();
    return { height: autoOrient.height, width: autoOrient.width, isGray: /^(b-w|grey16)$/.test(space) };
  } catch {
    return undefined;
  }
}

/** Images of one size stay as they are if they are small; others become squares no larger than most of them. */
function chooseSize(sizes: Look['sizes']): [height: number, width: number] {
  if (sizes.length === 0) return [64, 64];
  const [{ height, width }] = sizes;
  const isOne = sizes.every((size) => size.height === height && size.width === width);
  if (isOne && Math.max(height, width) <= LARGEST_AS_IS) return [height, width];
  const sides = sizes.map((size) => Math.min(size.height, size.width)).sort((a, b) => a - b);
  const median = sides[Math.floor(sides.length / 2)];
  const side = USUAL_SIDES.find((usual) => usual <= median) ?? median;
  return [side, side];
}

function blocksFor(side: number): number {
  return Math.min(4, Math.max(1, Math.round(Math.log2(side / LAST_SIDE))));
}

function extent(sizes: Look['sizes']): string {
  if (sizes.length === 0) return 'sizes that could not be read';
  const sorted = sizes.toSorted((a, b) => a.height * a.width - b.height * b.width);
  const [smallest, largest] = [sorted[0], sorted[sorted.length - 1]].map(({ height, width }) => `${height}×${width}`);
  return smallest === largest ? smallest : `${smallest} to ${largest}`;
}

function description(file: string, images: ImageFiles): string[] {
  const { classes, train, validation, test, isTestDrawn, passedOver } = images;
  const counts = classes.map(() => 0);
  for (const { label } of [train, validation, test].flat()) counts[label]++;
  const named = classes.slice(0, NAMED_CLASSES).map((name, label) => `${name} ${counts[label]}`);
  const more = classes.length > NAMED_CLASSES ? `, and ${classes.length - NAMED_CLASSES} more` : '';
  const sets = [
    `${counted(train.length, 'image')} to train on`,
    ...(validation.length > 0 ? [`${validation.length} to validate`] : []),
    `${test.length} to test${isTestDrawn ? ', drawn from them' : ''}`,
  ];
  return [
    `${sets.join(', ')}; ${counted(classes.length, 'class')}: ${named.join(', ')}${more}.`,
    ...(passedOver.length > 0
      ? [`Passed over: ${passedOver.length}; \`${ablate('check', file, '--json')}\` names them.`]
      : []),
  ];
}
