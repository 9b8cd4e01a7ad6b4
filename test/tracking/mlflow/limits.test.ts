import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchItems, fitText, splitBatch, validateBatch, type Batch } from '../../../src/tracking/mlflow/limits.js';

const METRIC = { key: 'loss', value: 1, timestamp: 1, step: 1 };

function batch(changes: Partial<Batch>): Batch {
  return { metrics: [], params: [], tags: [], ...changes };
}

describe('splitBatch', () => {
  const text = fc.record({
    key: fc.constantFrom('a', 'b'),
    value: fc.constantFrom('', 'é'.repeat(100), '\n'.repeat(5000)),
  });
  const some = fc.record({
    metrics: fc.array(fc.constant(METRIC), { maxLength: 2500, size: 'max' }),
    params: fc.array(text, { maxLength: 300, size: 'max' }),
    tags: fc.array(text, { maxLength: 300, size: 'max' }),
  });

  it('keeps every item and its order, within the limits of the server', () => {
    fc.assert(
      fc.property(some, (whole) => {
        const parts = splitBatch(whole);
        expect(parts.flatMap(batchItems)).toHaveLength(batchItems(whole).length);
        for (const list of ['metrics', 'params', 'tags'] as const) {
          expect(parts.map((part) => part[list]).flat(1)).toEqual(whole[list]);
        }
        for (const part of parts) {
          expect(part.metrics.length).toBeLessThanOrEqual(1000);
          expect(part.params.length).toBeLessThanOrEqual(100);
          expect(part.tags.length).toBeLessThanOrEqual(100);
          expect(batchItems(part).length).toBeLessThanOrEqual(1000);
          expect(JSON.stringify(part).length).toBeLessThan(1_000_000);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('validateBatch', () => {
  it.each<[string, Partial<Batch>]>([
    ['a fractional time, of which the server makes 0', { metrics: [{ ...METRIC, timestamp: 1.5 }] }],
    ['a negative time', { metrics: [{ ...METRIC, timestamp: -1 }] }],
    ['a fractional step', { metrics: [{ ...METRIC, step: 0.5 }] }],
    ['a value that is no number, stored as 0', { metrics: [{ ...METRIC, value: 'high' as unknown as number }] }],
    ['a numeric param, stored as an empty text', { params: [{ key: 'rate', value: 0.1 as unknown as string }] }],
    ['a param that the server would cut', { params: [{ key: 'a', value: 'x'.repeat(6001) }] }],
    ['a tag that the server would cut', { tags: [{ key: 'a', value: 'x'.repeat(8001) }] }],
    ['an empty name', { tags: [{ key: '', value: '' }] }],
    ['a name that is too long', { metrics: [{ ...METRIC, key: 'a'.repeat(251) }] }],
  ])('refuses %s', (_, changes) => {
    const failure = expect.objectContaining({ name: 'UserError', code: 'mlflow-invalid' }) as Error;
    expect(() => {
      validateBatch(batch(changes));
    }).toThrow(failure);
  });

  it('takes what lies just within the limits', () => {
    validateBatch(
      batch({
        metrics: [{ ...METRIC, key: 'a'.repeat(250), value: NaN, timestamp: 0, step: -1 }],
        params: [{ key: 'a', value: 'x'.repeat(6000) }],
        tags: [{ key: 'a', value: 'x'.repeat(8000) }],
      }),
    );
  });
});

describe('fitText', () => {
  it('cuts visibly, and no character in two', () => {
    expect(fitText('abcdef', 6)).toBe('abcdef');
    expect(fitText('abcdefg', 6)).toBe('abcde…');
    expect(fitText('abcd😀fg', 6)).toBe('abcd…');
  });
});
