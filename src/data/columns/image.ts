import type { ImageInput } from '../../config/schema/experiment.generated.js';
import type { Bytes } from '../../tensorflow/bytes.js';
import { UserError } from '../../text/errors.js';
import type { ColumnValues } from '../dataset.js';
import type { ImageColumn } from '../images/image-column.js';
import { WHITE, colorOf, isColor } from '../images/pixels.js';
import { isImageCell, openImages } from '../images/table-images.js';
import { decodeGiven } from '../images/given-image.js';
import { imagePng } from '../images/image-png.js';
import { type ImageStatistics, imageStatistics } from '../images/image-statistics.js';
import { ringOf } from '../images/ring.js';
import { SMALLER_SIZE, requirePixels } from '../limits.js';
import { type NormalizationStatistics, normalizationStatistics, normalize } from '../normalization.js';
import { bytesOfText } from '../tables/base64-file.js';
import { filesOfCells } from '../tables/file-cells.js';
import { isEmbeddedFile } from '../tables/table.js';
import { invalidTable } from '../tables/table-error.js';
import type { InputKind } from './input-kind.js';
import type { SingleValues } from './single-values.js';

export const image: InputKind<ImageColumn, NormalizationStatistics> = {
  read(name, config) {
    const { image_size: size, color_mode, background, normalization } = config as ImageInput;
    const [height, width] = typeof size === 'number' ? [size, size] : size;
    requirePixels({ height, width }, `dataset.inputs.${name}.image_size:`, SMALLER_SIZE);
    // Of images that lie in the table itself nothing is kept: they are read once more.
    const names: (string | undefined)[] = [];
    return {
      add: (cell, place) => {
        if (!isImageCell(cell)) throw noImage(place());
        names.push(typeof cell === 'string' ? cell : undefined);
      },
      finish: (rows, table) => {
        const color = colorOf(background);
        const format = { height, width, channels: color_mode === 'rgb' ? 3 : 1, background: color };
        const shape = [height, width, format.channels] as const;
        const column: ImageColumn = { name, type: 'image', shape, normalization, background: color };
        const files = filesOfCells(names, table);
        const images = { name, rows, files, table };
        return { column, files, load: (options) => openImages(images, format, options) };
      },
    };
  },
  configOf: ({ shape: [height, width, channels], normalization, background = WHITE }) => ({
    ...{ type: 'image', image_size: [height, width], color_mode: channels === 3 ? 'rgb' : 'grayscale' },
    ...{ background: [...background], normalization },
  }),
  single: singleImages,
  fit: ({ shape, normalization }, values, count, indices) =>
    normalizationStatistics({ images: values as Bytes, count, channels: shape[2] }, indices, normalization),
  isFitted(column, preparation) {
    const { shape = [], normalization, background = WHITE } = column as Partial<ImageColumn>;
    const { mean, standardDeviation } = (preparation ?? {}) as Record<string, unknown>;
    const areOfChannels = [mean, standardDeviation].every(
      (values) => Array.isArray(values) && values.length === shape[2] && values.every(Number.isFinite),
    );
    return shape.length === 3 && typeof normalization === 'string' && isColor(background) && areOfChannels;
  },
  makeResident: ({ shape }, values, count, runtime) => runtime.imageBytes(values as Bytes, [count, ...shape]),
  gather: (resident, indices, runtime) => runtime.gatherImages(resident, indices),
  prepare: normalize,
};

function singleImages({ name, shape, background = WHITE }: ImageColumn): SingleValues {
  const [height, width, channels] = shape;
  const format = { height, width, channels, background };
  const statistics = (value: ColumnValues): ImageStatistics => imageStatistics(value as Uint8Array);
  const write = async (value: ColumnValues): Promise<string> => {
    const png = await imagePng({ images: value as Bytes }, 0, format);
    return `data:image/png;base64,${png.toString('base64')}`;
  };
  return {
    async read(cell, place) {
      const file = typeof cell === 'string' ? bytesOfText(cell) : isEmbeddedFile(cell) ? cell.bytes : undefined;
      if (file === undefined) throw noFile(place());
      return decodeGiven(Buffer.from(file), format).catch((error: unknown) => {
        throw error instanceof UserError ? placed(error, place()) : error;
      });
    },
    write,
    bytes: height * width * channels,
    watched: [
      { name: `${name}: brightness`, of: (value) => statistics(value).brightness },
      { name: `${name}: contrast`, of: (value) => statistics(value).contrast },
    ],
    schema: { type: 'string', description: 'a PNG, JPEG or WebP file of any size: base64, or a data URL' },
    example: () => write(ringOf(format)),
  };
}

function placed({ message, code }: UserError, place: string): UserError {
  return new UserError(`${place}: ${message}`, { code });
}

function noFile(place: string): Error {
  return invalidTable(place, 'expected an image file in base64', 'send a PNG, JPEG or WebP file, or a data URL of it');
}

function noImage(place: string): Error {
  return invalidTable(place, 'expected an image, or the name of its file', 'remove rows without an image');
}
