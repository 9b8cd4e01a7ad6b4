import { randomStream, type RandomStream } from '../../random.js';
import type { Experiment } from '../schema/experiment.generated.js';
import { presentKeys, type Axis } from '../sweep/axes.js';
import type { Values } from '../sweep/conditions.js';
import { drawIndex, drawValue } from '../sweep/distributions.js';
import type { Json } from '../text/tree.js';

/**
 * Draws of all axes, without end. Each axis has a stream of its own (of `training.seed`), and is drawn even where its
 * condition doesn't hold, so that a parameter more leaves the draws of all others as they were.
 */
export function* randomValues(axes: readonly Axis[], base: Experiment): Generator<Values> {
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
