import { describe, expect, it } from 'vitest';
import { marginalValues } from '../../src/analysis/marginal-effects.js';

describe('marginal values', () => {
  const runs = [3, 5].flatMap((kernel) =>
    ['max', 'average'].flatMap((pooling) =>
      [0, 1].map((seed) => ({
        levels: { kernel: String(kernel), pooling },
        seed,
        value: kernel + (pooling === 'max' ? 10 : 20) + 100 * seed,
      })),
    ),
  );

  it('average over the other parameters, seed by seed', () => {
    expect(marginalValues(runs, 'kernel')).toEqual(
      new Map([
        [
          '3',
          new Map([
            [0, 18],
            [1, 118],
          ]),
        ],
        [
          '5',
          new Map([
            [0, 20],
            [1, 120],
          ]),
        ],
      ]),
    );
  });

  it('leave out a seed that lacks a combination', () => {
    expect([...(marginalValues(runs.slice(1), 'pooling').get('max')?.keys() ?? [])]).toEqual([1]);
  });
});
