import * as tf from '@tensorflow/tfjs';
import type { OptimizerConfig } from '../config/experiment.js';
import type { Runtime, Variable } from '../tensorflow/runtime.js';
import { type UpdateStep, gradientDescent, updateRule } from './update-rules.js';

/** Changes a model's weights by their gradients. */
export interface Optimizer {
  /**
   * Does one update; inside a traced step.
   * @param gradients one for each weight, in their order
   * @param learningRate float32 scalar
   * @param iteration updates done before: int32 scalar, 0 for the first
   */
  apply(gradients: readonly tf.Tensor[], learningRate: tf.Tensor, iteration: tf.Tensor): void;
  /** Everything besides the weights that an exact resume needs. */
  readonly slots: Variable[];
  /** Frees the slots. */
  dispose(): void;
}

/** What an optimizer needs of the engine. */
type UpdateEngine = Pick<Runtime, 'variable' | 'update' | 'hasFusedUpdates'>;

/**
 * The optimizers of Keras 3, to the formula; each weight is updated by one fused op of TensorFlow, where the engine has
 * them, else by tfjs's ops.
 * @param weights what is trained; not disposed
 */
export function createOptimizer(
  config: OptimizerConfig,
  weights: readonly Variable[],
  runtime: UpdateEngine,
): Optimizer {
  const rule = updateRule(config);
  const slotsOf = weights.map((weight) =>
    Object.entries(rule.slots).map(([name, initial]) => newSlot(runtime, weight, name, initial)),
  );
  const slots = slotsOf.flat();
  return {
    slots,
    apply: (gradients, learningRate, iteration) => {
      // Decoupled weight decay is a step of plain gradient descent along the weight itself; Keras takes it first.
      const decay = rule.weightDecay > 0 ? gradientDescent(tf.mul(learningRate, rule.weightDecay)) : undefined;
      const step = rule.step(learningRate, iteration);
      weights.forEach((weight, index) => {
        if (decay) applyStep(runtime, decay, [weight], weight.read());
        applyStep(runtime, step, [weight, ...slotsOf[index]], gradients[index]);
      });
    },
    dispose: () => {
      for (const slot of slots) slot.dispose();
    },
  };
}

function newSlot(runtime: UpdateEngine, weight: Variable, name: string, initial: number): Variable {
  const value = tf.fill([...weight.shape], initial);
  const slot = runtime.variable(`${weight.name}/${name}`, value);
  value.dispose();
  return slot;
}

/** @param variables the weight, then its slots in the rule's order */
function applyStep(runtime: UpdateEngine, step: UpdateStep, variables: readonly Variable[], gradient: tf.Tensor): void {
  if (runtime.hasFusedUpdates) {
    runtime.update({ op: step.op, variables, inputs: step.inputs(gradient), attributes: step.attributes });
    return;
  }
  const before = variables.map((variable) => variable.read());
  step.formula(gradient, before).forEach((after, index) => {
    variables[index].assign(after);
  });
}
