import * as tf from '@tensorflow/tfjs';
import type { Runtime } from '../tensorflow/runtime.js';
import { targetKind } from './columns/kinds.js';
import type { TargetColumn, TargetValues } from './dataset.js';
import type { FittedTarget } from './fitted.js';

/** Learns how a target is scaled. @param indices of the rows trained on */
export function fitTarget(column: TargetColumn, values: TargetValues, indices: Int32Array): FittedTarget {
  return { column, scale: targetKind(column.type).fit(values, indices, column) };
}

/** The values of some rows, in a program: int32 or float32 [indices], or [indices, …]. */
export function gatherTarget(
  { column }: FittedTarget,
  resident: tf.Tensor,
  indices: tf.Tensor,
  runtime: Runtime,
): tf.Tensor {
  return targetKind(column.type).gather?.(resident, indices, runtime) ?? tf.gather(resident, indices);
}

/** The metric that is told of an epoch in progress, summed over a batch, in a program. */
export function progressOf(target: FittedTarget, outputs: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return targetKind(target.column.type).progress(outputs, values, target);
}

/** What an evaluation keeps of outputs, in a program: themselves, or what `condense` makes of them. */
export function condensed({ column }: FittedTarget, outputs: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return targetKind(column.type).condense?.(outputs, values) ?? outputs;
}

/**
 * What predictions are worth: the metrics that are always measured of such a target, and those asked for.
 * @param outputs row-major [rows, outputs], or what `condensed` made of them
 */
export function measure(
  target: FittedTarget,
  wanted: readonly string[],
  outputs: Float32Array,
  values: TargetValues,
): Record<string, number> {
  return targetKind(target.column.type).measure(wanted, outputs, values, target);
}
