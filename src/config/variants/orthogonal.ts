import type { Axis } from '../sweep/axes.js';
import type { Values } from '../sweep/conditions.js';
import type { Json } from '../text/tree.js';

/**
 * An orthogonal array of strength two (Bose 1938; Rao 1947): of k values each, k a prime number, the k² combinations in
 * which every two values of every two axes meet just once. For a and b from 0 to k − 1 the axes have the values a, b,
 * a + b, a + 2b, … modulo k: the rows, the columns and k − 1 Latin squares, each orthogonal to all others.
 * @param axes at most k + 1, of k values each, as is checked when the experiment is loaded
 */
export function* orthogonalValues(axes: readonly Axis[]): Generator<Values> {
  const size = levelsOf(axes[0]);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const chosen = axes.map((_, axis) => (axis === 0 ? a : axis === 1 ? b : (a + (axis - 1) * b) % size));
      yield Object.fromEntries(axes.flatMap((axis, i) => entriesAt(axis, chosen[i])));
    }
  }
}

function levelsOf({ parameters: [first] }: Axis): number {
  return 'values' in first ? first.values.length : 0;
}

function entriesAt({ keys, parameters }: Axis, level: number): [string, Json][] {
  return keys.map((key, i) => {
    const parameter = parameters[i];
    return [key, 'values' in parameter ? (parameter.values[level] as Json) : null];
  });
}
