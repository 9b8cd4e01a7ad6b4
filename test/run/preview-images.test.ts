import { describe, expect, it } from 'vitest';
import { createAugmentations } from '../../src/data/augmentation.js';
import type { Dataset } from '../../src/data/dataset.js';
import { IGNORED } from '../../src/data/masks/mask.js';
import { overlaid } from '../../src/data/masks/overlay.js';
import { imageRows } from '../../src/run/preview-images.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { OFF } from '../data/augmentation/harness.js';
import { startTensorFlow } from '../support/tensorflow.js';

/** Two grayscale images of 2 × 3 pixels beside a number each. */
const PIXELS = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110);
const MASKS = Uint8Array.of(0, 0, 1, 0, 0, 1, 2, 2, 2, IGNORED, 2, 0);

function datasetOf(target: Dataset['target'], values: Dataset['train']['target']): Dataset {
  const rows = { count: 2, inputs: [Float32Array.of(1, 2), PIXELS], target: values };
  const inputs = [
    { name: 'area', type: 'number', shape: [1] },
    { name: 'photo', type: 'image', shape: [2, 3, 1] },
  ];
  return { inputs, target, name: 'table', digest: '', source: '', train: rows, test: rows };
}

async function previewOf(dataset: Dataset) {
  const runtime = await startTensorFlow();
  const random = new StepRandom(runtime);
  const config = { ...OFF, flip: { mode: 'horizontal' as const, probability: 1 } };
  const [{ place: input, augment }] = createAugmentations(config, { random, runtime, classes: 3 }, dataset);
  const seeds = { split: 0, initialization: 0, order: 0, augmentation: 0, dropout: 0 };
  const source = { dataset, input, augment, batch: Int32Array.of(1, 0), random, seeds };
  return imageRows(runtime, source, { shown: 2, steps: [0] });
}

const mirrored = (values: Uint8Array): number[] =>
  Array.from(values, (_, place) => values[place - (place % 3) + 2 - (place % 3)]);
/** The second image, then the first. */
const swapped = (values: ArrayLike<number>): number[] => [
  ...Array.from(values).slice(6),
  ...Array.from(values).slice(0, 6),
];

describe('a preview of images among other columns', () => {
  it('shows them as they are and as they are changed, with their numbers', async () => {
    const { pixels, labels, ...size } = await previewOf(
      datasetOf({ name: 'price', type: 'number', classes: [] }, Float64Array.of(5, 7)),
    );
    expect(size).toEqual({ columns: 2, rows: 2, height: 2, width: 3, channels: 1 });
    expect([...pixels]).toEqual([...swapped(PIXELS), ...swapped(mirrored(PIXELS))]);
    expect(labels).toEqual(['7', '5', '7', '5']);
  });

  it('draws their masks over them, moved alike', async () => {
    const classes = ['no', 'a', 'b'];
    const target = { name: 'm', type: 'mask', classes, shape: [2, 3] as const };
    const { pixels, labels, channels } = await previewOf(datasetOf(target, MASKS));
    const over = (images: number[], masks: number[]): number[] =>
      [0, 6].flatMap((at) => [
        ...overlaid({
          ...{ height: 2, width: 3, channels: 1 },
          image: Uint8Array.from(images.slice(at, at + 6)),
          mask: Uint8Array.from(masks.slice(at, at + 6)),
        }),
      ]);
    expect(channels).toBe(3);
    expect([...pixels]).toEqual([
      ...over(swapped(PIXELS), swapped(MASKS)),
      ...over(swapped(mirrored(PIXELS)), swapped(mirrored(MASKS))),
    ]);
    expect(labels).toEqual(['b: 67 %', 'a: 33 %', 'b: 67 %', 'a: 33 %']);
  });
});

describe('an overlay', () => {
  it('leaves the first class, tints areas, and draws their edges', () => {
    const image = new Uint8Array(25).fill(100);
    const mask = Uint8Array.from({ length: 25 }, (_, place) => (place % 5 > 0 ? 1 : 0));
    const drawn = overlaid({ height: 5, width: 5, channels: 1, image, mask });
    const at = (y: number, x: number): number[] => [...drawn.subarray(3 * (5 * y + x), 3 * (5 * y + x) + 3)];
    expect(at(2, 0)).toEqual([100, 100, 100]);
    expect(at(2, 1)).toEqual([230, 159, 0]);
    expect(at(2, 3)).toEqual([100 + 0.35 * 130, 100 + 0.35 * 59, 65].map(Math.floor));
  });
});
