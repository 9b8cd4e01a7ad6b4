import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import type { RowGradient, Runtime, Variable } from '../tensorflow/runtime.js';
import { updateRule } from './update-rules.js';

/** The gradients of tables in one step, by the rows that were read of them. */
export class RowGradients {
  readonly #runtime: Runtime;
  readonly #gradients = new Map<Variable, RowGradient>();
  /** Beyond the end of the differentiation. */
  readonly #kept: tf.Tensor[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * Rows of a table, whose gradient `of` tells afterwards.
   * @param indices int32 [...]
   * @param place what is differentiated in the table's place: a scalar
   * @returns [..., width]
   */
  gather(table: Variable, indices: tf.Tensor, place: tf.Tensor): tf.Tensor {
    const keep = (tensor: tf.Tensor): tf.Tensor => {
      const kept = tf.keep(tensor.clone());
      this.#kept.push(kept);
      return kept;
    };
    const read = keep(indices);
    const rows = (): { value: tf.Tensor; gradFunc: (dy: tf.Tensor) => tf.Tensor } => ({
      value: this.#runtime.gatherRows(table, indices),
      gradFunc: (dy) => {
        this.#gradients.set(table, { indices: read, values: keep(dy) });
        return tf.scalar(0);
      },
    });
    return tf.customGrad<tf.Tensor>(rows)(place);
  }

  of(table: Variable): RowGradient | undefined {
    return this.#gradients.get(table);
  }

  dispose(): void {
    tf.dispose(this.#kept);
  }
}

/**
 * The trained tables of embeddings that are updated by rows: with the result of a whole update and in less time. The
 * optimizer leaves rows without a gradient where they are, the gradient is needed for nothing else, and a batch reads fewer
 * rows than there are.
 * @param weights a variable for each of `logits.weights`
 */
export function tablesByRows(
  logits: tf.LayersModel,
  weights: readonly Variable[],
  { optimizer, gradient_clipping: clipping, pruning, batch_size: batchSize }: TrainingConfig,
  { hasRowUpdates }: Pick<Runtime, 'hasRowUpdates'>,
): Set<Variable> {
  if (!hasRowUpdates || !updateRule(optimizer).rowDecays || clipping || pruning) return new Set();
  const tables = logits.layers.filter((layer) => {
    const { embeddingsRegularizer } = layer as tf.layers.Layer & { embeddingsRegularizer?: object | null };
    if (layer.getClassName() !== 'Embedding' || embeddingsRegularizer || !layer.trainable) return false;
    const [rows] = layer.weights[0].shape;
    const [, length] = layer.outputShape as number[];
    return (rows ?? 0) > batchSize * length;
  });
  return new Set(tables.map(({ weights: [table] }) => weights[logits.weights.indexOf(table)]));
}
