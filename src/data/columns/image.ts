import { join } from 'node:path';
import type { ImageInput } from '../../config/schema/experiment.generated.js';
import type { Bytes } from '../../tensorflow/bytes.js';
import type { ImageColumn } from '../images/image-column.js';
import { WHITE, colorOf, isColor } from '../images/pixels.js';
import { isImageCell, openImages } from '../images/table-images.js';
import { SMALLER_SIZE, requirePixels } from '../limits.js';
import { type NormalizationStatistics, normalizationStatistics, normalize } from '../normalization.js';
import { invalidTable } from '../tables/table-error.js';
import type { InputKind } from './input-kind.js';

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
        const named = names.flatMap((each, row) => (each === undefined ? [] : [join(table.folderOf(row), each)]));
        const files = names.includes(undefined) ? [...table.files, ...named] : named;
        const images = { name, rows, files, table };
        return { column, files, load: (options) => openImages(images, format, options) };
      },
    };
  },
  configOf: ({ shape: [height, width, channels], normalization, background = WHITE }) => ({
    ...{ type: 'image', image_size: [height, width], color_mode: channels === 3 ? 'rgb' : 'grayscale' },
    ...{ background: [...background], normalization },
  }),
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

function noImage(place: string): Error {
  return invalidTable(place, 'expected an image, or the name of its file', 'remove rows without an image');
}
