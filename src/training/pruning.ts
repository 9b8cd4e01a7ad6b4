import * as tf from '@tensorflow/tfjs';
import type { PruningConfig } from '../config/schema/experiment.generated.js';
import type { Runtime, Variable } from '../tensorflow/runtime.js';

/** A kernel some of whose weights are kept at zero. */
interface PrunedKernel {
  weight: Variable;
  /** Of its shape: 0 where a weight is pruned, 1 elsewhere. */
  mask: Variable;
}

/**
 * Magnitude pruning (Han et al., "Learning both weights and connections for efficient neural networks", 2015): of each
 * kernel the weights of the smallest magnitude are zero, and stay so while the others are trained.
 */
export class Pruning {
  readonly #kernels: PrunedKernel[];
  readonly #sparsity: number;

  /** @param kernels that are trained */
  constructor({ sparsity }: PruningConfig, kernels: readonly Variable[], runtime: Pick<Runtime, 'variable'>) {
    this.#sparsity = sparsity;
    this.#kernels = kernels.map((weight) => {
      const everything = tf.ones([...weight.shape]);
      const mask = runtime.variable(`${weight.name}/mask`, everything);
      everything.dispose();
      return { weight, mask };
    });
  }

  /** Chooses by the present weights what is pruned, and prunes it. @returns how many weights of how many */
  begin(): { pruned: number; weights: number } {
    let [pruned, weights] = [0, 0];
    for (const { weight, mask } of this.#kernels) {
      tf.tidy(() => {
        const values = weight.read().dataSync<'float32'>();
        const cut = this.#prunedOf(values.length);
        mask.assign(tf.tensor(largest(values, values.length - cut), [...weight.shape]));
        weights += values.length;
        pruned += cut;
      });
    }
    tf.tidy(() => {
      this.apply();
    });
    return { pruned, weights };
  }

  /**
   * Finds again what was pruned, of a training that is resumed: those weights are zero. Where others are zero by
   * chance, it can't be told from these.
   * @param valuesOf the values of a weight between two steps
   * @returns whether it is found
   */
  findAgain(valuesOf: (weight: Variable) => Float32Array): boolean {
    const masks = this.#kernels.map(({ weight }) => valuesOf(weight).map((value) => (value === 0 ? 0 : 1)));
    const isFound = masks.every((mask) => mask.length - count(mask) === this.#prunedOf(mask.length));
    if (!isFound) return false;
    tf.tidy(() => {
      this.#kernels.forEach(({ weight, mask }, index) => {
        mask.assign(tf.tensor(masks[index], [...weight.shape]));
      });
    });
    return true;
  }

  /** How many of a kernel's weights are pruned. */
  #prunedOf(weights: number): number {
    return Math.round(this.#sparsity * weights);
  }

  /** Sets what is pruned to zero again; inside a traced step too. */
  apply(): void {
    for (const { weight, mask } of this.#kernels) weight.assign(tf.mul(weight.read(), mask.read()));
  }

  dispose(): void {
    for (const { mask } of this.#kernels) mask.dispose();
  }
}

function count(mask: Float32Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

/** 1 for the `count` values of the greatest magnitude, of equal ones the first; 0 for the others. */
function largest(values: Float32Array, count: number): Float32Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b);
  const mask = new Float32Array(values.length);
  for (const index of order.subarray(0, count)) mask[index] = 1;
  return mask;
}
