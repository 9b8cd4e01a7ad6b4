import type * as tf from '@tensorflow/tfjs';
import { THRESHOLD } from '../../metrics/classification.js';
import type { Runtime } from '../../tensorflow/runtime.js';
import type { InputConfig, TargetConfig } from '../../config/schema/experiment.generated.js';
import type { TargetColumn, TargetValues } from '../dataset.js';
import type { FittedTarget, Scale, TargetScale } from '../fitted.js';
import type { TargetReader } from './cells.js';

/**
 * All that is known of a type of target besides its keys, its losses and its usual metrics, which the schema says: how
 * many numbers a model gives for it, what the losses compare these with, and what predictions are worth.
 */
export interface TargetKind {
  /**
   * Reads its columns of a table.
   * @param targets name → its type's keys, complete; one, unless the type may have several
   * @param named of a column the values that it may have, in order, where the table names them
   * @param inputs those beside it
   */
  read(
    targets: Targets,
    named: (column: string) => readonly string[] | undefined,
    inputs: Readonly<Record<string, InputConfig>>,
  ): TargetReader;
  /** Whether it can have such classes: files of models may claim anything. */
  areClasses(classes: readonly string[]): boolean;
  /** How many numbers a model gives for it. */
  outputs(target: TargetColumn): number;
  /** Rows with the same number are alike: each part of a split has its share of them. int32 [rows] */
  strata(values: TargetValues, target: TargetColumn): Int32Array;
  /** What the values are scaled by while a model is trained: learnt of the rows trained on, and kept with the model. */
  fit(values: TargetValues, rows: Int32Array, target: TargetColumn): TargetScale;
  /** All values, scaled, in the engine: int32 or float32 [count], or [count, outputs]; of masks uint8 [count, height, width]. */
  makeResident(values: TargetValues, fitted: FittedTarget, runtime: Runtime): tf.Tensor;
  /** Those of some rows, in a program: [indices, …]. */
  gather?(resident: tf.Tensor, indices: tf.Tensor, runtime: Runtime): tf.Tensor;
  /**
   * What the outputs are compared with, in a program: float32 [batch, outputs].
   * @param values [batch] or [batch, outputs], as they are resident; or soft already
   * @param smoothing part that is spread evenly
   */
  toOutputs(values: tf.Tensor, outputs: number, smoothing: number): tf.Tensor;
  /** The metric that is told while an epoch is in progress, summed over a batch, in a program: float32 scalar. */
  progress(outputs: tf.Tensor, values: tf.Tensor, target: FittedTarget): tf.Tensor;
  /**
   * What an evaluation keeps of the outputs in their place, in a program, where these would be too many: float32 [batch, …].
   * Then `measure` is given that.
   */
  condense?(outputs: tf.Tensor, values: tf.Tensor): tf.Tensor;
  /**
   * What predictions are worth: the metric that progress tells, and those asked for.
   * @param outputs row-major [rows, outputs], or what `condense` makes of them
   */
  measure(
    wanted: readonly string[],
    outputs: Float32Array,
    values: TargetValues,
    fitted: FittedTarget,
  ): Record<string, number>;
  /** The metric that `progress` sums. */
  readonly progressMetric: 'accuracy' | 'mean_absolute_error' | 'dice';
}

/** Of values that are taken as they are. */
export const UNSCALED: Scale = { mean: 0, standardDeviation: 1 };

/** The columns of a target: name → its type's keys, complete. */
export type Targets = Readonly<Record<string, TargetConfig>>;

/** The one column of a type that has no more. */
export function theTarget(targets: Targets): [name: string, config: TargetConfig] {
  return Object.entries(targets)[0];
}

/** Outputs of a model in the units of its target: row-major [rows, columns]. */
export function inOwnUnit(outputs: Float32Array, scale: TargetScale): Float64Array {
  const scales = scalesOf(scale);
  return Float64Array.from(outputs, (output, index) => {
    const { mean, standardDeviation } = scales[index % scales.length];
    return output * standardDeviation + mean;
  });
}

/** Of a binary target, or of each label: see `FittedTarget`. */
export function thresholdsOf({ column, thresholds }: FittedTarget): readonly number[] {
  return thresholds ?? (column.type === 'binary' ? [THRESHOLD] : column.classes.map(() => THRESHOLD));
}

/** Of each column. */
export function scalesOf(scale: TargetScale): readonly Scale[] {
  return 'mean' in scale ? [scale] : scale;
}
