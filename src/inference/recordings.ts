import { drawnSound } from '../data/audio/drawn-sound.js';
import type { Rows } from '../data/dataset.js';
import { readInputRows, tableOfRows } from '../data/tables/input-rows.js';
import { UserError } from '../text/errors.js';
import type { TableModel } from './table-model.js';

/** A spectrogram as it is drawn: [height, width], 0 to 255. */
export interface DrawnSpectrogram {
  height: number;
  width: number;
  pixels: Uint8Array;
}

/** A recording as the one row of a model that takes sound. @throws UserError `dataset-invalid` for what is no recording */
export function recordingRow(
  { inputs: [{ column }] }: TableModel,
  { file, bytes }: { file: string; bytes: Uint8Array },
): Promise<Omit<Rows, 'target'>> {
  const table = tableOfRows(file, [{ [column.name]: { bytes, path: file } }]);
  return readInputRows(table, [column], { baseDirectory: '' });
}

/** @param values what the model is given, [mel bins, frames] */
export function drawnSpectrogram({ inputs: [{ column }] }: TableModel, values: Float32Array): DrawnSpectrogram {
  const { height, width, pixels } = drawnSound([values], column.shape, 1);
  return { height, width, pixels: pixels[0] };
}

/** @throws UserError `no-spectrogram` for a model that is given other things */
export function requireSpectrograms({ name, inputs }: TableModel): void {
  if (inputs[0].column.shape.length === 3) return;
  throw new UserError(`${name} isn't given spectrograms as images, which are what is drawn on`, {
    code: 'no-spectrogram',
    hint: 'its input needs a mel_spectrogram with output_mode: image',
    exitCode: 2,
  });
}
