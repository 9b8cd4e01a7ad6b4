import { describe, expect, it } from 'vitest';
import { divergingOf, grayOf, heated, pictureOf } from '../../src/display/explain/explain-colors.js';

const map = (height: number, width: number, ...values: number[]) => ({
  height,
  width,
  values: Float32Array.from(values),
});

describe('pictures of numbers', () => {
  it('are gray from the least to the greatest value, and black where all are 0', () => {
    expect([...grayOf(map(1, 3, 0, 2, 4)).pixels]).toEqual([0, 0, 0, 127, 127, 127, 255, 255, 255]);
    expect([...grayOf(map(1, 2, -1, 1)).pixels]).toEqual([0, 0, 0, 255, 255, 255]);
    expect([...grayOf(map(1, 1, 0)).pixels]).toEqual([0, 0, 0]);
  });

  it('are red above 0, blue below, white at 0', () => {
    expect([...divergingOf(map(1, 3, 2, -1, 0)).pixels]).toEqual([255, 0, 0, 127, 127, 255, 255, 255, 255]);
    expect([...divergingOf(map(1, 1, 0)).pixels]).toEqual([255, 255, 255]);
  });

  it('show a gray image as RGB, and one in RGB as it is', () => {
    expect([...pictureOf(Uint8Array.of(5, 9), 1, 2).pixels]).toEqual([5, 5, 5, 9, 9, 9]);
    expect([...pictureOf(Uint8Array.of(1, 2, 3), 1, 1).pixels]).toEqual([1, 2, 3]);
  });

  it('lay heat over an image, between the places of a coarser map', () => {
    const image = pictureOf(new Uint8Array(4), 1, 4);
    const reds = [...heated(image, map(1, 2, 0, 1)).pixels].filter((_, index) => index % 3 === 0);
    expect(reds).toEqual([0, 38, 114, 153]);
  });
});
