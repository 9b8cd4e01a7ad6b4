import type { InputColumn, TargetColumn } from './dataset.js';

// Types alone: what a program is told of a model (src/api) names them, and must not lead to tfjs.

/** An input and what its preparation has learnt; plain values, as a model keeps them. */
export interface FittedInput {
  column: InputColumn;
  /** Learnt of the rows trained on: see `InputKind.fit`. */
  preparation: unknown;
}

/** Which columns are which of a model's tensors: of each tensor, the places of its columns among the inputs. */
export type TensorColumns = readonly (readonly number[])[];

/** A target and what its values are scaled by; plain values, as a model keeps them. */
export interface FittedTarget {
  column: TargetColumn;
  scale: TargetScale;
  /** Of a binary target, or of each label: the probability above which it is taken for yes; 0.5 where they are absent. */
  thresholds?: readonly number[];
}

/** Of one column, or of each of several. */
export type TargetScale = Scale | readonly Scale[];

/** A value v is (v − mean) ÷ standardDeviation while a model is trained. */
export interface Scale {
  mean: number;
  standardDeviation: number;
}
