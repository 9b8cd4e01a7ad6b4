import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import type { ImageInput, MaskTarget, Table } from '../../src/config/schema/experiment.generated.js';
import type { Dataset } from '../../src/data/dataset.js';
import { datasetShape, loadDataset } from '../../src/data/load.js';
import { type MaskCoding, classPixels } from '../../src/data/masks/class-pixels.js';
import { IGNORED, resizedNearest } from '../../src/data/masks/mask.js';
import { pixelCounts } from '../../src/data/masks/pixel-counts.js';
import { readMaskPng } from '../../src/data/masks/stored-mask.js';
import { fitTarget, gatherTarget } from '../../src/data/target.js';
import { targetKind } from '../../src/data/columns/kinds.js';
import { askPython, testPython } from '../support/python.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { it, splitDefaults, userError } from './fixtures.js';

const { validation_split, train_fraction, split, classes } = splitDefaults;
const files = { path: 'data', train: null, validation: null, test: null, separator: null, encoding: null };

const IMAGE: ImageInput = {
  ...{ type: 'image', image_size: [4, 6], color_mode: 'rgb' },
  ...{ background: 'white', normalization: 'none' },
};
const NO_COLORS = { colors: null, ignore_color: null };
const MASK: MaskTarget = {
  ...{ type: 'mask', classes: ['background', 'cell'], values: null, ignore_class: null },
  ...NO_COLORS,
};

function tableOf(mask: Partial<MaskTarget> = {}, size: ImageInput['image_size'] = [4, 6]): Table {
  return {
    ...files,
    ...{ name: 'table', test_split: 0.25, validation_split, train_fraction, split, classes },
    inputs: { photo: { ...IMAGE, image_size: size } },
    target: { mask: { ...MASK, ...mask } },
  };
}

/** Pixel [0, 0] of row i is i, so that a mask can be told to be of its image. */
async function folderOfMasks(folder: string, masks: readonly (readonly number[])[]): Promise<string> {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  for (const [id, values] of masks.entries()) {
    const background = { r: id, g: 0, b: 0 };
    await sharp({ create: { width: 6, height: 4, channels: 3, background } })
      .png()
      .toFile(join(data, `${id}.png`));
    writeFileSync(
      join(data, `${id}-mask.png`),
      encode({ width: 6, height: 4, channels: 1, depth: 8, data: Uint8Array.from(values) }),
    );
  }
  const lines = masks.map((_, id) => `${id}.png,${id}-mask.png`);
  writeFileSync(join(data, 'metadata.csv'), `photo,mask\n${lines.join('\n')}\n`);
  return data;
}

/** Which pixel of a mask is set says of which image it is. */
const oneSet = (id: number, value = 1): number[] =>
  Array.from({ length: 24 }, (_, index) => (index === id ? value : 0));

/** Image → mask, of all rows. */
function pairsOf({ train, test }: Dataset): [number, number[]][] {
  return [train, test].flatMap(({ count, inputs: [images], target }) =>
    Array.from({ length: count }, (_, row): [number, number[]] => {
      const size = target.length / count;
      return [images.subarray(72 * row, 72 * row + 1)[0], [...target.subarray(row * size, (row + 1) * size)]];
    }),
  );
}

describe('a mask file', () => {
  it('has the values that Pillow finds in it, and resized those of its nearest neighbours', async () => {
    const script = fileURLToPath(new URL('pillow_masks.py', import.meta.url));
    for (const seed of [1, 2, 3]) {
      const size: [number, number] = [3 * seed + 1, 29];
      const masks = await askPython<Record<string, { file: string; values: number[][]; resized: number[][] }>>(
        await testPython(),
        script,
        { seed, size },
      );
      for (const [name, { file, values, resized }] of Object.entries(masks)) {
        const { channels, values: read, ...shape } = readMaskPng(Buffer.from(file, 'base64'));
        const first = [...read.filter((_, index) => index % channels === 0)];
        expect([name, shape.height, shape.width, first]).toEqual([
          name,
          values.length,
          values[0].length,
          values.flat(),
        ]);
        if (Math.max(...first) > 254) continue;
        const pixels = Uint8Array.from(first);
        expect([...resizedNearest({ ...shape, pixels }, { height: size[0], width: size[1] })]).toEqual(resized.flat());
      }
    }
  });

  it('that would become more than its pixels is refused before it does', () => {
    const file = Buffer.from(encode({ width: 8, height: 8, channels: 1, depth: 8, data: new Uint8Array(64) }));
    const bomb = deflateSync(Buffer.alloc(10_000_000));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bomb.length);
    const chunk = Buffer.concat([length, Buffer.from('IDAT'), bomb, Buffer.alloc(4)]);
    const damaged = Buffer.concat([file.subarray(0, 33), chunk, file.subarray(file.length - 12)]);
    expect(() => readMaskPng(damaged)).toThrow('is damaged: it holds more than its pixels');
    expect(() => readMaskPng(file.subarray(0, file.length - 20))).toThrow('damaged or cut off');
    expect(() => readMaskPng(Buffer.from('\xff\xd8\xff', 'latin1'))).toThrow('is a JPEG image, and masks are PNG');
  });

  it('has classes by their values, and what is ignored', () => {
    const stored = { height: 1, width: 4, channels: 1, values: Uint8Array.of(0, 255, 7, 255) };
    const coding = { classes: ['no', 'yes'], values: [0, 255], ignore_class: 7, ...NO_COLORS };
    expect([...classPixels(stored, coding).pixels]).toEqual([0, 1, IGNORED, 1]);
    expect(() => classPixels(stored, { ...coding, ignore_class: null })).toThrow(
      'the pixel [0, 2] is 7, and classes are 0, 255',
    );
    const colour = { ...stored, width: 1, channels: 3, values: Uint8Array.of(1, 2, 3) };
    expect(() => classPixels(colour, coding)).toThrow('the pixel [0, 0] is a colour, rgb(1, 2, 3)');
  });
});

describe('a mask in colours', () => {
  const coding: MaskCoding = { classes: ['no', 'yes'], values: null, ignore_class: null, colors: { no: [0, 0, 0], yes: [9, 8, 7] }, ignore_color: [5, 5, 5] }; // prettier-ignore
  const of = (stored: object): number[] => [
    ...classPixels({ height: 1, width: 3, channels: 3, values: new Uint8Array(), ...stored }, coding).pixels,
  ];

  it('has the classes of its colours, of those in its palette, and of gray as a colour', () => {
    expect(of({ values: Uint8Array.of(9, 8, 7, 0, 0, 0, 5, 5, 5) })).toEqual([1, 0, IGNORED]);
    expect(of({ channels: 4, values: Uint8Array.of(9, 8, 7, 255, 0, 0, 0, 255, 5, 5, 5, 255) })).toEqual([
      1,
      0,
      IGNORED,
    ]);
    const palette = [[5, 5, 5], [9, 8, 7, 255], [0, 0, 0]]; // prettier-ignore
    expect(of({ channels: 1, values: Uint8Array.of(2, 1, 0), palette })).toEqual([0, 1, IGNORED]);
    expect(of({ channels: 1, values: Uint8Array.of(0, 5, 0) })).toEqual([0, IGNORED, 0]);
  });

  it('is refused at a pixel of another', () => {
    const other = Uint8Array.of(9, 8, 7, 7, 8, 9, 0, 0, 0);
    expect(() => of({ values: other })).toThrow("the pixel [0, 1] is rgb(7, 8, 9), which is no class's colour");
    const clear = Uint8Array.of(9, 8, 7, 255, 0, 0, 0, 0, 5, 5, 5, 255);
    expect(() => of({ channels: 4, values: clear })).toThrow('the pixel [0, 1] is transparent');
  });
});

describe('a target of masks', () => {
  it('comes with its images, in both sets', async ({ folder, options }) => {
    await folderOfMasks(
      folder,
      [0, 1, 2, 3, 4, 5, 6, 7].map((id) => oneSet(id)),
    );
    const dataset = await loadDataset(tableOf(), options);
    expect([dataset.train.count, dataset.test.count, dataset.target.shape]).toEqual([6, 2, [4, 6]]);
    const pairs = pairsOf(dataset).sort(([a], [b]) => a - b);
    expect(pairs).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((id) => [id, oneSet(id)]));
    const described = await datasetShape(tableOf(), options);
    expect(described.target).toEqual(dataset.target);
  });

  it('is resident as bytes, and gathered in a program', async ({ folder, options }) => {
    await folderOfMasks(
      folder,
      [0, 1, 2, 3].map((id) => oneSet(id, id % 2 === 0 ? 1 : 255)),
    );
    const { target, train } = await loadDataset(tableOf({ ignore_class: 255 }), options);
    const runtime = await startTensorFlow();
    const fitted = fitTarget(target, train.target, Int32Array.of(0, 1));
    const resident = targetKind('mask').makeResident(train.target, fitted, runtime);
    const program = runtime.compile('gather', [{ shape: [2], dtype: 'int32' }], ([rows]) => [
      gatherTarget(fitted, resident, rows, runtime),
    ]);
    const [gathered] = program.run([tf.tensor1d([2, 0], 'int32')]);
    expect([gathered.shape, gathered.dtype]).toEqual([[2, 4, 6], 'int32']);
    const rows = [train.target.subarray(48, 72), train.target.subarray(0, 24)];
    expect([...gathered.dataSync()]).toEqual(rows.flatMap((row) => [...row]));
    tf.dispose([gathered, resident]);
    program.dispose();
  });

  it('is scored on the pixels that count', () => {
    const column = { name: 'mask', type: 'mask', classes: ['a', 'b'], shape: [1, 3] as const };
    const target = { column, scale: { mean: 0, standardDeviation: 1 } };
    const outputs = tf.tensor4d([0.9, 0.1, 0.4, 0.6, 0.8, 0.2], [1, 1, 3, 2]);
    const truth = tf.tensor3d([0, 0, IGNORED], [1, 1, 3], 'int32');
    const mask = targetKind('mask');
    const counts = mask.condense?.(outputs, truth).dataSync() as Float32Array;
    expect([...counts]).toEqual([1, 0, 1, 1, 2, 0]);
    // Of two pixels that are `a` one is found; `b` is predicted, and nowhere true.
    expect(mask.measure(['pixel_accuracy'], counts, new Uint8Array(), target)).toEqual({
      dice: 1 / 3,
      pixel_accuracy: 0.5,
    });
    expect(mask.progress(outputs, truth, target).dataSync()[0]).toBeCloseTo(1 / 3, 6);
  });

  it.for<[string, number[], string]>([
    ['values that are no class', oneSet(9, 3), 'metadata.csv:3:7: the pixel [1, 3] is 3, and classes are 0 to 1'],
    ['another size', oneSet(0).slice(0, 18), '3:7: has 3×6 pixels (height × width), and its image in photo 4×6'],
  ])('is refused at its place for %s', async ([, values, problem], { folder, options }) => {
    const data = await folderOfMasks(folder, [oneSet(0), oneSet(1), oneSet(2), oneSet(3)]);
    const height = values.length / 6;
    writeFileSync(
      join(data, '1-mask.png'),
      encode({ width: 6, height, channels: 1, depth: 8, data: Uint8Array.from(values) }),
    );
    const { message, code } = await userError(loadDataset(tableOf(), options));
    expect(code).toBe('mask-invalid');
    expect(message).toContain("1 of 4 masks can't be used");
    expect(message).toContain(problem);
  });

  it('may not be missing', async ({ folder, options }) => {
    const data = await folderOfMasks(folder, [oneSet(0), oneSet(1)]);
    writeFileSync(join(data, 'metadata.csv'), 'photo,mask\n0.png,0-mask.png\n1.png,\n');
    const { message } = await userError(loadDataset(tableOf(), options));
    expect(message).toContain('metadata.csv:3:7: the target "mask" is empty here');
  });

  it('is counted pixel by pixel', () => {
    const masks = Uint8Array.of(0, 0, 0, IGNORED, 1, 1, 0, 0, 1, 1, 1, 1);
    const of = { classes: ['background', 'cell'], size: 4 };
    expect(pixelCounts(masks, Int32Array.of(0, 1), of)).toEqual({
      classes: { background: 5, cell: 2 },
      ignored: 1,
      empty: 1,
    });
  });
});
