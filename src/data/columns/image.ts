import { resolve } from 'node:path';
import type { Bytes } from '../../tensorflow/bytes.js';
import { colorOf } from '../images/pixels.js';
import { type NormalizationStatistics, normalizationStatistics, normalize } from '../normalization.js';
import type { ImageColumn } from '../images/image-column.js';
import { openImages } from '../images/table-images.js';
import { invalidTable } from '../tables/table-error.js';
import type { ImageInput } from '../../config/schema/experiment.generated.js';
import type { TableFiles } from './cells.js';
import type { InputKind } from './input-kind.js';

export const image: InputKind<ImageColumn, NormalizationStatistics> = {
  read(name, config) {
    const { image_size: size, color_mode, background, normalization } = config as ImageInput;
    const names: string[] = [];
    return {
      add: (cell, place) => {
        if (typeof cell !== 'string') throw noFile(place());
        names.push(cell);
      },
      finish: (rows, files) => {
        const [height, width] = typeof size === 'number' ? [size, size] : size;
        const color = colorOf(background);
        const shape = [height, width, color_mode === 'rgb' ? 3 : 1] as const;
        const column: ImageColumn = { name, type: 'image', shape, normalization, background: color };
        const paths = { train: pathsOf(rows.train, names, files), test: pathsOf(rows.test, names, files) };
        return { column, load: (options) => openImages(paths, { shape, background: color }, options) };
      },
    };
  },
  fit: ({ shape, normalization }, values, count, indices) =>
    normalizationStatistics({ images: values as Bytes, count, channels: shape[2] }, indices, normalization),
  makeResident: ({ shape }, values, count, runtime) => runtime.imageBytes(values as Bytes, [count, ...shape]),
  gather: (resident, indices, runtime) => runtime.gatherImages(resident, indices),
  prepare: normalize,
};

function pathsOf(rows: Int32Array, names: readonly string[], { folderOf }: TableFiles): string[] {
  return Array.from(rows, (row) => resolve(folderOf(row), names[row]));
}

function noFile(place: string): Error {
  return invalidTable(place, 'expected the name of an image file', 'remove rows without an image');
}
