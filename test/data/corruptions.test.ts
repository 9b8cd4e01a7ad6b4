import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CORRUPTIONS, corrupted } from '../../src/data/corruptions.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { startTensorFlow } from '../support/tensorflow.js';

const SHAPE: [number, number, number, number] = [2, 9, 7, 1];
const SIZE = 9 * 7;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

function corruption(name: string) {
  const found = CORRUPTIONS.find((each) => each.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** Both images distorted. */
function distort(name: string, strength: number, images: number[], seed = 1): number[][] {
  return tf.tidy(() => {
    const draws = { runtime, key: tf.tensor1d([seed, 0], 'int32') };
    const values = [...corrupted(corruption(name), tf.tensor4d(images, SHAPE), strength, draws).dataSync()];
    return [values.slice(0, SIZE), values.slice(SIZE)];
  });
}

const stream = randomStream(1, 'test');
const random = Array.from({ length: 2 * SIZE }, () => stream.below(256));
/** A white pixel in the middle of black. */
const dot = Array.from({ length: 2 * SIZE }, (_, index) => (index % SIZE === 4 * 7 + 3 ? 255 : 0));
const gray = new Array<number>(2 * SIZE).fill(100);

describe('corruptions', () => {
  it.each(CORRUPTIONS)('$name has five strengths, gives whole pixels, and the same for the same seed', (each) => {
    expect(each.strengths).toHaveLength(5);
    const [first] = distort(each.name, each.strengths[2], random);
    expect(first.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
    expect(first).not.toEqual(random.slice(0, SIZE));
    expect(distort(each.name, each.strengths[2], random)[0]).toEqual(first);
  });

  it('blur leaves an even image as it is, up to its edges, and spreads a dot by the normal density', () => {
    expect(distort('blur', 1.5, gray)[0]).toEqual(gray.slice(0, SIZE));
    const [blurred] = distort('blur', 1, dot);
    const total = [-3, -2, -1, 0, 1, 2, 3].reduce((sum, at) => sum + Math.exp(-(at ** 2) / 2), 0);
    expect(blurred[4 * 7 + 3]).toBe(Math.round(255 / total ** 2));
    expect(blurred[4 * 7 + 2]).toBe(Math.round((255 * Math.exp(-0.5)) / total ** 2));
    expect(blurred[3 * 7 + 3]).toBe(blurred[4 * 7 + 2]);
  });

  it('rotation by 90° turns about the centre, left or right', () => {
    const image = Array.from({ length: 2 * SIZE }, (_, index) => (index % SIZE === 4 * 7 + 5 ? 255 : 0));
    for (const turned of distort('rotation', 90, image)) {
      const white = turned.flatMap((value, index) => (value > 250 ? [index] : []));
      expect([[2 * 7 + 3], [6 * 7 + 3]]).toContainEqual(white);
    }
  });

  it('shift moves every image by the same distance', () => {
    const center = (values: number[]): [number, number] => {
      const total = values.reduce((sum, value) => sum + value, 0);
      const moment = (weight: (index: number) => number) =>
        values.reduce((sum, value, index) => sum + value * weight(index), 0) / total;
      return [moment((index) => index % 7), moment((index) => Math.floor(index / 7))];
    };
    for (const shifted of distort('shift', 0.2, dot)) {
      const [x, y] = center(shifted);
      expect(Math.hypot((x - 3) / 7, (y - 4) / 9)).toBeCloseTo(0.2, 1);
    }
  });

  it('contrast draws pixels towards the mean', () => {
    const [first] = distort('contrast', 0.5, random);
    const image = random.slice(0, SIZE);
    const mean = image.reduce((sum, value) => sum + value, 0) / SIZE;
    first.forEach((value, index) => {
      expect(Math.abs(value - (mean + 0.5 * (image[index] - mean)))).toBeLessThanOrEqual(0.501);
    });
  });

  it('noise has the standard deviation that it says', () => {
    const [first, second] = distort('noise', 0.1, new Array<number>(2 * SIZE).fill(128));
    const all = [...first, ...second];
    const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - 128) ** 2, 0) / all.length);
    expect(deviation).toBeGreaterThan(0.8 * 25.5);
    expect(deviation).toBeLessThan(1.2 * 25.5);
    expect(first).not.toEqual(second);
  });
});
