import { randomStream, type RandomStream } from '../../random.js';
import type { Experiment, SweepConfig } from '../schema/experiment.generated.js';
import { axesOf, presentKeys, type Axis } from '../sweep/axes.js';
import type { Values } from '../sweep/conditions.js';
import { drawIndex, drawValue } from '../sweep/distributions.js';
import type { Json } from '../text/tree.js';

/** The combinations that a sweep's method makes of its parameters; without end if they are drawn. */
export function combinations(base: Experiment, sweep: SweepConfig): Generator<Values> {
  const { axes } = axesOf(sweep);
  if (sweep.method === 'random') return randomValues(axes, base);
  // Of no parameters at all there is the experiment itself.
  return sweep.method === 'orthogonal' && axes.length > 0 ? orthogonalValues(axes) : gridValues(axes, 0, {}, base);
}

/** Every combination of values, the last axis varying fastest; a parameter is left out where its condition doesn't hold. */
function* gridValues(axes: readonly Axis[], depth: number, values: Values, base: Experiment): Generator<Values> {
  if (depth === axes.length) {
    yield values;
    return;
  }
  const there = presentKeys(axes[depth], values, base);
  if (there.length === 0) {
    yield* gridValues(axes, depth + 1, values, base);
    return;
  }
  const lists = there.map((index) => [axes[depth].keys[index], listOf(axes[depth], index)] as const);
  for (let i = 0; i < lists[0][1].length; i++) {
    const chosen = Object.fromEntries(lists.map(([key, list]) => [key, list[i]]));
    yield* gridValues(axes, depth + 1, { ...values, ...chosen }, base);
  }
}

function listOf({ parameters }: Axis, index: number): Json[] {
  const parameter = parameters[index];
  // Ranges in a grid are refused when the experiment is loaded.
  return 'values' in parameter ? (parameter.values as Json[]) : [];
}

/**
 * Draws of all axes, without end. Each axis has a stream of its own (of `training.seed`), and is drawn even where its
 * condition doesn't hold, so that a parameter more leaves the draws of all others as they were.
 */
function* randomValues(axes: readonly Axis[], base: Experiment): Generator<Values> {
  const streams = axes.map(({ keys }) => randomStream(base.training.seed, `sweep/${keys[0]}`));
  for (;;) {
    let values: Values = {};
    for (const [i, axis] of axes.entries()) {
      const drawn = drawAxis(axis, streams[i]);
      const there = presentKeys(axis, values, base).map((index) => [axis.keys[index], drawn[index]] as const);
      values = { ...values, ...Object.fromEntries(there) };
    }
    yield values;
  }
}

/** A value of each of its parameters: those that vary together have the same index. */
function drawAxis({ parameters }: Axis, stream: RandomStream): Json[] {
  const [first] = parameters;
  if (parameters.length === 1 || !('values' in first)) return [drawValue(first, stream)];
  const index = drawIndex(first, stream);
  return parameters.map((parameter) => ('values' in parameter ? (parameter.values[index] as Json) : null));
}

/**
 * An orthogonal array of strength two (Bose 1938; Rao 1947): of k values each, k a prime number, the k² combinations in
 * which every two values of every two axes meet just once. For a and b from 0 to k − 1 the axes have the values a, b,
 * a + b, a + 2b, … modulo k: the rows, the columns and k − 1 Latin squares, each orthogonal to all others.
 * @param axes at most k + 1, of k values each, as is checked when the experiment is loaded
 */
function* orthogonalValues(axes: readonly Axis[]): Generator<Values> {
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
