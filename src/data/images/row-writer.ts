import { type FileHandle, open, writeFile } from 'node:fs/promises';
import type { RowSets } from '../columns/cells.js';
import { imagesFile, labelsFile } from '../prepared.js';
import type { ImageShape } from './image-dataset.js';

const SETS = ['train', 'test'] as const;

/** Writes images to the places of their rows in the files of a prepared folder. */
export class RowWriter {
  readonly #placeOf = new Map<number, { file: FileHandle; at: number }>();

  private constructor(
    readonly files: Record<'train' | 'test', FileHandle>,
    rows: RowSets,
    imageBytes: number,
  ) {
    for (const set of SETS) {
      rows[set].forEach((row, at) => this.#placeOf.set(row, { file: files[set], at: at * imageBytes }));
    }
  }

  static async open(
    rows: RowSets,
    { height, width, channels }: Pick<ImageShape, 'height' | 'width' | 'channels'>,
    target: string,
  ): Promise<RowWriter> {
    for (const set of SETS) {
      await writeFile(labelsFile(target, set), new Int32Array(rows[set].length), { flush: true });
    }
    const [train, test] = [await open(imagesFile(target, 'train'), 'w'), await open(imagesFile(target, 'test'), 'w')];
    return new RowWriter({ train, test }, rows, height * width * channels);
  }

  async write(row: number, pixels: Uint8Array): Promise<void> {
    const place = this.#placeOf.get(row);
    await place?.file.write(pixels, 0, pixels.length, place.at);
  }

  async close(): Promise<void> {
    for (const set of SETS) {
      await this.files[set].sync();
      await this.files[set].close();
    }
  }
}
