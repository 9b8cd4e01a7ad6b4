import type * as tf from '@tensorflow/tfjs';

/** Where the layers of a model, and augmentation, take their random numbers from in training. */
export interface RandomStreams {
  /** Declares a stream, before the step is traced. @param name what it is for: `dropout/dropout_1` */
  stream(name: string): RandomSource;
}

/** A stream's draws of the present step. Drawing twice in one step gives the same numbers twice. */
export interface RandomSource {
  /** Uniform in [0, 1), float32. */
  uniform(shape: readonly number[]): tf.Tensor;
  /** Standard normal, float32. */
  normal(shape: readonly number[]): tf.Tensor;
}
