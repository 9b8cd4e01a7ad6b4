import { describe, expect, it } from 'vitest';
import { answerQuestion } from '../../src/analysis/answer.js';

const metric = { name: 'val_accuracy', goal: 'maximize' } as const;

/** Cautions of a variant b, whose values differ from a's by these. */
function cautionsOf(differences: readonly number[]): string[] {
  const variant = (name: string, values: readonly number[]) => {
    return { name, values: new Map(values.map((value, seed) => [seed, value])), leftOut: { failed: 0, pruned: 0 } };
  };
  const base = differences.map((_, seed) => 0.9 + 0.001 * (seed % 3));
  const variants = [
    variant('a', base),
    variant(
      'b',
      base.map((value, i) => value + differences[i]),
    ),
  ];
  return answerQuestion({ question: null, metric, variants }).cautions.filter((caution) => caution.startsWith('Seed '));
}

describe('one extreme seed', () => {
  it.each([1, -1])('that hides six wins is noticed, in either direction (%i)', (sign) => {
    const cautions = cautionsOf([0.01, 0.0101, 0.0102, -0.06, 0.0099, 0.0103, 0.0098].map((each) => sign * each));
    expect(cautions).toHaveLength(1);
    expect(cautions[0]).toContain('Seed 3');
    expect(cautions[0]).toContain('hides the difference');
  });

  it('is not spoken of where seeds scatter, or all agree', () => {
    expect(cautionsOf([0.01, -0.004, 0.006, 0.012, -0.009, 0.002, 0.03])).toEqual([]);
    expect(cautionsOf([0.01, 0.011, 0.0105, 0.0102, 0.0099, 0.0098])).toEqual([]);
  });
});
