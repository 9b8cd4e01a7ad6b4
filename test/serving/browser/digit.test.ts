import { describe, expect, it } from 'vitest';
import { type Gray, toDigit } from '../../../src/serving/browser/digit.js';

function picture(width: number, height: number, isInk: (x: number, y: number) => boolean): Gray {
  const values = Float32Array.from({ length: width * height }, (_, index) =>
    isInk(index % width, Math.floor(index / width)) ? 255 : 0,
  );
  return { width, height, values };
}

/** Where ink is: the first and the last column and row, and the centre of mass. */
function extent(digit: Float32Array) {
  const inked = [...digit.keys()].filter((index) => digit[index] > 127);
  const [xs, ys] = [inked.map((index) => index % 28), inked.map((index) => Math.floor(index / 28))];
  const total = digit.reduce((sum, value) => sum + value, 0);
  return {
    width: Math.max(...xs) - Math.min(...xs) + 1,
    height: Math.max(...ys) - Math.min(...ys) + 1,
    x: digit.reduce((sum, value, index) => sum + value * (index % 28), 0) / total,
    y: digit.reduce((sum, value, index) => sum + value * Math.floor(index / 28), 0) / total,
  };
}

describe('a drawing made a digit', () => {
  it.each([
    ['small, in a corner', picture(280, 280, (x, y) => x > 10 && x < 40 && y > 5 && y < 65)],
    ['large', picture(280, 280, (x, y) => x > 80 && x < 200 && y > 20 && y < 260)],
    ['of another size', picture(500, 300, (x, y) => x > 300 && x < 400 && y > 50 && y < 250)],
  ])('that is %s is 20 high and centred', (_, drawing) => {
    const { width, height, x, y } = extent(toDigit(drawing));
    expect(height).toBe(20);
    expect(width).toBe(10);
    expect(x).toBeCloseTo(13.5, 0);
    expect(y).toBeCloseTo(13.5, 0);
  });

  it('lies where its mass is, as MNIST has it', () => {
    const heavyFoot = picture(100, 100, (x, y) => (x > 45 && x < 55 && y > 10) || (y > 80 && x > 10 && x < 90));
    const { x, y } = extent(toDigit(heavyFoot));
    expect(x).toBeCloseTo(13.5, 0);
    expect(y).toBeCloseTo(13.5, 0);
  });

  it('is black where nothing is drawn', () => {
    expect(toDigit(picture(280, 280, () => false)).every((value) => value === 0)).toBe(true);
  });
});
