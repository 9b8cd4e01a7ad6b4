import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WeightSpec, quantize } from '../../src/export/quantization.js';

const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
  minLength: 1,
  maxLength: 40,
});

/** What tfjs itself makes of a kernel and a bias that were quantized. */
function roundTrip(
  kernel: number[],
  quantization: 'float16' | 'int8',
): { kernel: Float32Array; bias: Float32Array; bytes: number } {
  const specs: WeightSpec[] = [
    { name: 'layer/kernel', shape: [kernel.length, 1], dtype: 'float32' },
    { name: 'layer/bias', shape: [2], dtype: 'float32' },
  ];
  const bias = [0.1, -0.2];
  const result = quantize(specs, new Uint8Array(Float32Array.from([...kernel, ...bias]).buffer), quantization);
  const buffer = Uint8Array.from(result.bytes).buffer;
  const decoded = tf.io.decodeWeights(buffer, result.specs);
  const read = (name: string): Float32Array => decoded[name].dataSync<'float32'>().slice();
  const answer = { kernel: read('layer/kernel'), bias: read('layer/bias'), bytes: result.bytes.length };
  tf.dispose(decoded);
  return answer;
}

describe('quantized weights, as tfjs reads them', () => {
  it('are the nearest half-precision floats; biases stay as they are', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { kernel, bias, bytes } = roundTrip(given, 'float16');
        expect(Array.from(bias)).toEqual([Math.fround(0.1), Math.fround(-0.2)]);
        expect(bytes).toBe(2 * given.length + 8);
        kernel.forEach((value, index) => {
          // Half of a step of the 11 bits of a half, or of the smallest.
          const bound = Math.max(Math.abs(given[index]) * 2 ** -11, 2 ** -25);
          expect(Math.abs(value - given[index])).toBeLessThanOrEqual(bound);
        });
      }),
    );
  });

  it.each([
    [1, 1],
    [65504, 65504],
    [65519, 65504],
    [65520, Infinity],
    [-1e6, -Infinity],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2 ** -23],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
  ])('round %f to %f, ties to even', (given, expected) => {
    expect(roundTrip([given], 'float16').kernel[0]).toBe(expected);
  });

  it('are within half of one of 255 steps, and zeros stay zero', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { kernel, bytes } = roundTrip([...given, 0], 'int8');
        expect(bytes).toBe(given.length + 1 + 8);
        const step = (Math.max(0, ...given) - Math.min(0, ...given)) / 255;
        given.forEach((value, index) => {
          // The range is moved by up to half of a step so that it has a zero.
          expect(Math.abs(kernel[index] - value)).toBeLessThanOrEqual(1.01 * step + 1e-6);
        });
        expect(Math.abs(kernel[given.length])).toBe(0);
      }),
    );
  });
});
