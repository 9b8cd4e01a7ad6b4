import type { Tensor } from '@tensorflow/tfjs';
import type { Bytes } from './bytes.js';
import type { Precision } from './precision.js';

/** The shape and element type of a tensor that a program takes or gives. */
export interface TensorSpec {
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool';
}

/** A value that programs read and change, and that outlives them: a weight, an optimizer's slot. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  /** The present value; the caller (or its `tidy`) disposes it. */
  read(): Tensor;
  assign(value: Tensor): void;
  dispose(): void;
}

/** A function of tensors, compiled once. */
export interface Program {
  /** @param inputs as declared; not disposed */
  run(inputs: readonly Tensor[]): Tensor[];
  /** The traced program as text, one op a line; empty where nothing is traced. */
  readonly listing: string;
  /** Frees what the engine keeps of it; it can't be run any more. */
  dispose(): void;
}

/** A loop over steps that runs inside the engine, so that JavaScript is off its path. */
export interface Loop {
  /**
   * Runs the body for each step in [from, to).
   * @param carried the loop's state; not disposed
   * @returns the state after the last step
   */
  run(from: number, to: number, carried: readonly Tensor[]): Tensor[];
  readonly listing: string;
  /** See `Program`. */
  dispose(): void;
}

/** One of TensorFlow's fused optimizer ops (`ResourceApply…`), by what it does to a variable. */
export interface UpdateRule {
  /** `ResourceApplyAdam`, … */
  op: string;
  /** The variables that the op changes: the weight itself, then its slots in the op's order. */
  variables: readonly Variable[];
  /** The op's other inputs in its order, numbers as scalars. */
  inputs: readonly Tensor[];
  attributes?: Readonly<Record<string, boolean>>;
}

/** One of TensorFlow's optimizer ops for rows (`ResourceSparseApply…`), by what it does to a table. */
export interface RowUpdateRule {
  /** `ResourceSparseApplyAdadelta`, … */
  op: string;
  /** The table itself, [rows, width], then its slots in the op's order. */
  variables: readonly Variable[];
  /** The op's inputs before the gradient, in its order, numbers as scalars. */
  constants: readonly Tensor[];
  gradient: RowGradient;
  /** What has become of the slots of a row since it was last updated; undefined where they stay. */
  decay?: RowDecay;
}

/** The gradient of a table that is read by rows: zero in all others; a row may come several times. */
export interface RowGradient {
  /** The rows read: int32 [...]. */
  indices: Tensor;
  /** The gradient of what was read: float32 [..., width]. */
  values: Tensor;
}

/** Slots that shrink in every step by a factor, whether or not their row is updated. */
export interface RowDecay {
  slots: readonly { variable: Variable; rate: number }[];
  /** For each row the number of updates of the table up to its own last: [rows, 1]. */
  lastUpdate: Variable;
  /** Updates of the table done before: int32 scalar. */
  iteration: Tensor;
}

/** How pixels are read at places that aren't pixels. */
export interface Sampling {
  interpolation: 'bilinear' | 'nearest';
  /** What stands beyond the edge: `reflect` d c b a | a b c d | d c b a, `wrap` a b c d | a b c d, `nearest` a a | a b c d. */
  fillMode: 'reflect' | 'constant' | 'nearest' | 'wrap';
  /** For `constant`. */
  fillValue: number;
}

/**
 * What training needs of an engine beyond tfjs's ops. `tensorflow` traces programs into graph functions of native
 * TensorFlow; `cpu` runs the same code op by op in JavaScript, hundreds of times slower.
 */
export interface Runtime {
  readonly backend: 'tensorflow' | 'cpu';
  /** The engine's version: TensorFlow's, or tfjs's. */
  readonly version: string;
  /** What it runs on: `CPU`, `GPU: NVIDIA H100`. */
  readonly device: string;
  /** How many threads compute: other numbers may give other last bits, since sums are split among them. */
  readonly threads: number;

  variable(name: string, initial: Tensor): Variable;
  /** @param precision float32 unless told; `cpu` has no other */
  compile(
    name: string,
    inputs: readonly TensorSpec[],
    body: (inputs: Tensor[]) => Tensor[],
    precision?: Precision,
  ): Program;
  compileLoop(
    name: string,
    carried: readonly TensorSpec[],
    body: (step: Tensor, carried: Tensor[]) => Tensor[],
    precision?: Precision,
  ): Loop;

  /** Whether `update` may be used; otherwise an optimizer computes its rule with tfjs's ops. */
  readonly hasFusedUpdates: boolean;
  /** Applies a fused optimizer op. */
  update(rule: UpdateRule): void;
  /** Whether `updateRows` may be used: TensorFlow has its ops for CPUs. */
  readonly hasRowUpdates: boolean;
  /** Updates the rows of a table that have a gradient, each once, by its sum. */
  updateRows(rule: RowUpdateRule): void;
  /** Rows of a variable, without reading the others. @param indices int32 [...] @returns [..., width] */
  gatherRows(variable: Variable, indices: Tensor): Tensor;

  /** Image bytes resident in the engine. @param shape [count, height, width, channels] */
  imageBytes(values: Bytes, shape: readonly number[]): Tensor;
  /** Numbers resident in the engine, which programs may capture: int32 or float32. @param shape [length] unless given */
  resident(values: Int32Array | Float32Array, shape?: readonly number[]): Tensor;
  /** The images with these indices, as float32 0 to 255: [indices, height, width, channels]. */
  gatherImages(images: Tensor, indices: Tensor): Tensor;
  /**
   * Whole numbers of 16 bits, resident as `imageBytes`: [count, length, 2], the lower byte first. Those with these indices as
   * float32: [indices, length].
   */
  gatherSamples(bytes: Tensor, indices: Tensor): Tensor;
  /**
   * Images seen through a map of coordinates, each through its own: pixel (x, y) of the result is the image's at
   * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
   * @param images float32 [batch, height, width, channels]
   * @param transforms a0, a1, a2, b0, b1, b2, c0, c1 of each image: float32 [batch, 8]
   */
  projectiveTransform(images: Tensor, transforms: Tensor, sampling: Sampling): Tensor;
  /**
   * Softmax cross-entropy of each example, −log softmax(logits)[label], computed stably in one op, with its gradient.
   * @param labels int32 [batch], or float32 [batch, classes] for soft targets
   * @param logits float32 [batch, classes]
   * @returns float32 [batch]
   */
  softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor;
  /**
   * Uniform numbers in [0, 1) that depend on the key alone (Philox; `StatelessRandomUniform`).
   * @param key int32 [2]: a stream's seed and a step
   */
  randomUniform(shape: readonly number[], key: Tensor): Tensor;
  /** Likewise standard normal numbers. */
  randomNormal(shape: readonly number[], key: Tensor): Tensor;

  /** How many tensors are alive in the engine: a loop that leaves this growing leaks. */
  tensorCount(): number;
}
