import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRegularFile } from '../system/regular-file.js';
import { UserError } from '../text/errors.js';
import { imagesFile, labelsFile } from './prepared.js';

/** What images are for. */
export type SetName = 'train' | 'validation' | 'test';

interface WrittenSet {
  file: string;
  handle: FileHandle;
  labels: number[];
}

/** Writes a dataset into a prepared folder as its images are read: in their order within a set, the sets in any order. */
export class SetWriter {
  private constructor(
    readonly folder: string,
    readonly sets: Readonly<Record<SetName, WrittenSet>>,
    readonly most: Readonly<Record<SetName, number>>,
  ) {}

  /**
   * @param most how many images each set may have: a hostile file may have any number
   * @param fill adds all images
   * @returns how many there are of each set; those that validate follow those to train on
   */
  static async write(
    folder: string,
    most: Readonly<Record<SetName, number>>,
    fill: (sets: SetWriter) => Promise<void>,
  ): Promise<Record<SetName, number>> {
    const validation = join(folder, 'validation-images.bin');
    const sets = {
      train: await openSet(imagesFile(folder, 'train')),
      validation: await openSet(validation),
      test: await openSet(imagesFile(folder, 'test')),
    };
    try {
      await fill(new SetWriter(folder, sets, most));
      const validating = (await openRegularFile(validation)).createReadStream();
      for await (const bytes of validating) await sets.train.handle.appendFile(bytes as Buffer);
      await writeLabels(labelsFile(folder, 'train'), [...sets.train.labels, ...sets.validation.labels]);
      await writeLabels(labelsFile(folder, 'test'), sets.test.labels);
      for (const { handle } of Object.values(sets)) await handle.sync();
    } finally {
      for (const { handle } of Object.values(sets)) await handle.close();
    }
    await rm(validation);
    return {
      train: sets.train.labels.length,
      validation: sets.validation.labels.length,
      test: sets.test.labels.length,
    };
  }

  /** @param pixels of whole images, [count, height, width, channels] @param labels [count] */
  async add(set: SetName, pixels: Uint8Array, labels: Iterable<number>): Promise<void> {
    if (this.sets[set].labels.length >= this.most[set]) throw tooMany(set, this.most[set]);
    await this.sets[set].handle.appendFile(pixels);
    for (const label of labels) this.sets[set].labels.push(label);
  }
}

function tooMany(set: SetName, most: number): UserError {
  return new UserError(`there are more than the ${most} images (${set}) that were published`, {
    code: 'dataset-file-corrupt',
    hint: 'copy or download the files again',
  });
}

async function openSet(file: string): Promise<WrittenSet> {
  return { file, handle: await open(file, 'w'), labels: [] };
}

async function writeLabels(file: string, labels: readonly number[]): Promise<void> {
  await writeFile(file, Int32Array.from(labels), { flush: true });
}
