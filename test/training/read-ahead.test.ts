import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../../src/training/read-ahead.js';

const sizes = fc.record({
  examples: fc.integer({ min: 1, max: 200 }),
  batch: fc.integer({ min: 1, max: 50 }),
  calls: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 50 }),
  start: fc.integer({ min: 0, max: 5 }),
});

describe('reading ahead', () => {
  it('reads every image once, before the call that needs it', () => {
    fc.assert(
      fc.property(sizes, ({ examples, batch, calls, start }) => {
        const order = Int32Array.from({ length: examples }, (_, index) => examples - index);
        const read: number[] = [];
        const ahead = new ReadAhead((indices) => read.push(...indices), { size: batch, bytes: 1 });
        const steps = Math.ceil(examples / batch);
        const first = Math.min(start, steps - 1);
        ahead.startEpoch(order, first);
        let step = first;
        for (let call = 0; step < steps; call++) {
          const to = Math.min(steps, step + calls[call % calls.length]);
          ahead.beforeCall(step, to);
          const needed = [...order.subarray(first * batch, to * batch)];
          expect(read.slice(0, needed.length)).toEqual(needed);
          step = to;
        }
        expect(read).toEqual([...order.subarray(first * batch)]);
      }),
    );
  });

  it('takes fewer steps in a call where images are large', () => {
    const ahead = (bytes: number) => new ReadAhead(() => undefined, { size: 1, bytes }).stepsPerCall;
    expect([ahead(2 ** 20), ahead(2 ** 30)]).toEqual([64, 1]);
  });
});
