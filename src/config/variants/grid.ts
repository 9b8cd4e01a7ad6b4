import type { Experiment } from '../schema/experiment.generated.js';
import { presentKeys, type Axis } from '../sweep/axes.js';
import type { Values } from '../sweep/conditions.js';
import type { Json } from '../text/tree.js';

/** Every combination of values, the last axis varying fastest; a parameter is left out where its condition doesn't hold. */
export function gridValues(axes: readonly Axis[], base: Experiment): Generator<Values> {
  return combinations(axes, 0, {}, base);
}

function* combinations(axes: readonly Axis[], depth: number, values: Values, base: Experiment): Generator<Values> {
  if (depth === axes.length) {
    yield values;
    return;
  }
  const there = presentKeys(axes[depth], values, base);
  if (there.length === 0) {
    yield* combinations(axes, depth + 1, values, base);
    return;
  }
  const lists = there.map((index) => [axes[depth].keys[index], listOf(axes[depth], index)] as const);
  for (let i = 0; i < lists[0][1].length; i++) {
    const chosen = Object.fromEntries(lists.map(([key, list]) => [key, list[i]]));
    yield* combinations(axes, depth + 1, { ...values, ...chosen }, base);
  }
}

function listOf({ parameters }: Axis, index: number): Json[] {
  const parameter = parameters[index];
  // Ranges in a grid are refused when the experiment is loaded.
  return 'values' in parameter ? (parameter.values as Json[]) : [];
}
