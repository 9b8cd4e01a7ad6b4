import * as tf from '@tensorflow/tfjs';
import type { Rows, TargetValues } from '../data/dataset.js';
import type { FittedInput, FittedTarget, TensorColumns } from '../data/fitted.js';
import { condensed, gatherTarget, measure } from '../data/target.js';
import { gatherInputs, prepareInputs } from '../data/inputs.js';
import { regularizationPenalty } from '../model/regularizers.js';
import { withWeights } from '../model/weights.js';
import type { Precision } from '../tensorflow/precision.js';
import type { Program, Runtime, Variable } from '../tensorflow/runtime.js';
import type { Loss } from './losses.js';

/** Large, so that every op has work for all cores; small enough that a layer's activations stay near the cache. */
const MAX_BATCH_SIZE = 500;
/** What a layer's inputs and outputs may take: large images come in smaller batches, as they do in training. */
const MAX_BATCH_BYTES = 2 ** 28;

/** What an evaluation needs of a model and its data. */
export interface EvaluationParts {
  runtime: Runtime;
  logits: tf.LayersModel;
  endsInSoftmax: boolean;
  weights: Variable[];
  evaluationLoss: Loss;
  target: FittedTarget;
  /** What the model is given, and as which of its tensors. */
  inputs: readonly FittedInput[];
  tensors: TensorColumns;
  /** Of the model, as it was trained. */
  precision: Precision;
  /** The inputs' values in their order and int32 [count], resident in the engine. */
  resident: readonly tf.Tensor[];
  labels: tf.Tensor;
  /** See `Rows`. */
  prefetch?: Rows['prefetch'];
  /**
   * Makes the images worse before the model sees them, of a dataset with nothing else.
   * @param images float32 0 to 255, [batch, height, width, channels]
   * @param indices of the images: int32 [batch]
   */
  distort?: (images: tf.Tensor4D, indices: tf.Tensor) => tf.Tensor;
}

/** What a model says of each example. */
export interface Evaluation {
  /** The mean over the examples, with the regularization penalty, as in training. */
  loss: number;
  /**
   * Row-major [examples, outputs], in the order of the indices given: probabilities, if it ends in a softmax; of masks
   * `MaskCounts`.
   */
  outputs: Float32Array;
}

/**
 * All that is measured on a set of rows, by the names of the summary: `val_loss`, `val_accuracy`, and what is asked for.
 * @param values of the target, [examples]
 */
export function evaluationMetrics(
  set: 'val' | 'test',
  wanted: readonly string[],
  { loss, outputs }: Evaluation,
  target: FittedTarget,
  values: TargetValues,
): Record<string, number> {
  const measured = { loss, ...measure(target, wanted, outputs, values) };
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${set}_${name}`, value]));
}

/** Scores a model on examples of one resident dataset; the program is traced once and serves every call. */
export class Evaluator {
  readonly #parts: EvaluationParts;
  readonly #program: Program;
  readonly #batchSize: number;

  constructor(parts: EvaluationParts) {
    this.#parts = parts;
    this.#batchSize = batchSizeFor(parts.logits);
    const input = { shape: [this.#batchSize], dtype: 'int32' as const };
    const body = ([indices]: tf.Tensor[]): tf.Tensor[] => this.#evaluateBatch(indices);
    this.#program = parts.runtime.compile('evaluation', [input], body, parts.precision);
  }

  get listing(): string {
    return this.#program.listing;
  }

  dispose(): void {
    this.#program.dispose();
  }

  /** @param indices the examples to score */
  evaluate(indices: Int32Array): Evaluation {
    const size = this.#batchSize;
    const losses = new Float32Array(indices.length);
    const batches: Float32Array[] = [];
    let penalty = 0;
    this.#parts.prefetch?.(indices.subarray(0, size));
    for (let start = 0; start < indices.length; start += size) {
      const count = Math.min(size, indices.length - start);
      this.#parts.prefetch?.(indices.subarray(start + size, start + 2 * size));
      const batch = this.#run(indices.subarray(start, start + count));
      losses.set(batch.losses.subarray(0, count), start);
      batches.push(batch.outputs.subarray(0, (count * batch.outputs.length) / size));
      penalty = batch.penalty;
    }
    const total = losses.reduce((sum, loss) => sum + loss, 0);
    return { loss: total / indices.length + penalty, outputs: concatenate(batches) };
  }

  /** The last batch is filled up with its first example, so that one traced program serves all sizes. */
  #run(indices: Int32Array): { losses: Float32Array; outputs: Float32Array; penalty: number } {
    const padded = new Int32Array(this.#batchSize).fill(indices[0]);
    padded.set(indices);
    const input = tf.tensor1d(padded, 'int32');
    const results = this.#program.run([input]);
    const [losses, outputs, penalty] = results.map((result) => result.dataSync() as Float32Array);
    tf.dispose([input, ...results]);
    return { losses, outputs, penalty: penalty[0] };
  }

  #evaluateBatch(indices: tf.Tensor): tf.Tensor[] {
    const { runtime, logits: model, endsInSoftmax, weights, inputs: fitted, tensors, resident } = this.#parts;
    const labels = gatherTarget(this.#parts.target, this.#parts.labels, indices, runtime);
    const raw = gatherInputs(fitted, resident, indices, runtime);
    const distorted = this.#parts.distort?.(raw[0] as tf.Tensor4D, indices);
    const inputs = prepareInputs(fitted, distorted ? [distorted] : raw, tensors);
    const access = {
      read: (index: number) => weights[index].read(),
      write: () => undefined,
      rows: (index: number, of: tf.Tensor) => runtime.gatherRows(weights[index], of),
    };
    return withWeights(model, access, () => {
      const logits = model.apply(inputs, { training: false }) as tf.Tensor;
      const penalty = regularizationPenalty(model) ?? tf.scalar(0);
      const outputs = endsInSoftmax ? tf.softmax(logits) : logits;
      return [this.#parts.evaluationLoss(logits, labels), condensed(this.#parts.target, outputs, labels), penalty];
    });
  }
}

function batchSizeFor({ layers }: tf.LayersModel): number {
  const outputs = layers.flatMap(({ output }) => [output].flat());
  const elements = outputs.map(({ shape }) =>
    shape.slice(1).reduce<number>((product, length) => product * (length ?? 1), 1),
  );
  const bytes = 2 * Float32Array.BYTES_PER_ELEMENT * Math.max(...elements);
  return Math.max(1, Math.min(MAX_BATCH_SIZE, Math.floor(MAX_BATCH_BYTES / bytes)));
}

function concatenate(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
