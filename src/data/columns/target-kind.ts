import type * as tf from '@tensorflow/tfjs';
import type { Runtime } from '../../tensorflow/runtime.js';
import type { TargetConfig } from '../../config/schema/experiment.generated.js';
import type { TargetColumn, TargetValues } from '../dataset.js';
import type { TargetScale } from '../fitted.js';
import type { TargetReader } from './cells.js';

/**
 * All that is known of a type of target besides its keys, its losses and its usual metrics, which the schema says: how
 * many numbers a model gives for it, what the losses compare these with, and what predictions are worth.
 */
export interface TargetKind {
  /** Reads a column of a table: see `InputKind.read`. */
  read(name: string, config: TargetConfig, named?: readonly string[]): TargetReader;
  /** Whether it can have such classes: files of models may claim anything. */
  areClasses(classes: readonly string[]): boolean;
  /** How many numbers a model gives for it. */
  outputs(target: TargetColumn): number;
  /** Rows with the same number are alike: each part of a split has its share of them. int32 [rows] */
  strata(values: TargetValues): Int32Array;
  /** What the values are scaled by while a model is trained: learnt of the rows trained on, and kept with the model. */
  fit(values: TargetValues, rows: Int32Array): TargetScale;
  /** All values, scaled, in the engine: int32 or float32 [count]. */
  makeResident(values: TargetValues, scale: TargetScale, runtime: Runtime): tf.Tensor;
  /**
   * What the outputs are compared with, in a program: float32 [batch, outputs].
   * @param values [batch], as they are resident; or soft already
   * @param smoothing part that is spread evenly
   */
  toOutputs(values: tf.Tensor, outputs: number, smoothing: number): tf.Tensor;
  /** The metric that is told while an epoch is in progress, summed over a batch, in a program: float32 scalar. */
  progress(outputs: tf.Tensor, values: tf.Tensor, scale: TargetScale): tf.Tensor;
  /**
   * What predictions are worth: the metric that progress tells, and those asked for.
   * @param outputs row-major [rows, outputs]
   * @param values [rows]
   */
  measure(
    wanted: readonly string[],
    outputs: Float32Array,
    values: TargetValues,
    scale: TargetScale,
  ): Record<string, number>;
  /** The metric that `progress` sums. */
  readonly progressMetric: 'accuracy' | 'mean_absolute_error';
}

/** Of values that are taken as they are. */
export const UNSCALED: TargetScale = { mean: 0, standardDeviation: 1 };

/** Outputs of a model in the unit of its target. */
export function inOwnUnit(outputs: Float32Array, { mean, standardDeviation }: TargetScale): Float64Array {
  return Float64Array.from(outputs, (output) => output * standardDeviation + mean);
}
