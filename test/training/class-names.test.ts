import { describe, expect, it } from 'vitest';
import { requireClasses } from '../../src/data/class-selection.js';
import { classWeights, unknownClasses } from '../../src/training/class-weights.js';

const none = new Int32Array(0);

describe('classes', () => {
  it.each([
    [{ '01': 50 }, ['01', '02'], [50, 1]],
    [{ 1: 50 }, ['cat', 'dog'], [1, 50]],
    [{ 'cafe\u0301': 3 }, ['bar', 'caf\u00e9'], [1, 3]],
  ])('%j of %j weigh %j', (weights, classes, expected) => {
    expect(classWeights(weights, classes, none)).toEqual(expected);
    expect(unknownClasses(weights, classes)).toEqual([]);
  });

  it.each([
    [{ '01': 50 }, ['cat', 'dog']],
    [{ 1: 50 }, ['01', '02']],
    [{ 0: 50 }, ['1', '2']],
    [{ 2: 50 }, ['cat', 'dog']],
  ])('%j names none of %j', (weights, classes) => {
    expect(unknownClasses(weights, classes).map(({ error }) => error.code)).toEqual(['unknown-class']);
  });

  it('are the same however their letters are composed', () => {
    expect(() => {
      requireClasses(['bar', 'cafe\u0301'], ['caf\u00e9', 'bar']);
    }).not.toThrow();
  });
});
