import * as tf from '@tensorflow/tfjs';
import type {
  Adadelta,
  Adagrad,
  Adam,
  Adamw,
  OptimizerConfig,
  Rmsprop,
  Sgd,
} from '../config/schema/experiment.generated.js';

/**
 * How an optimizer changes a weight, after Keras 3 (`keras/src/optimizers/*.py`, `update_step`). Below, w is the weight,
 * g its gradient, η the learning rate; a prime marks the value after the step.
 */
export interface UpdateRule {
  /** The values that the optimizer keeps of each weight, of its shape: name → start; in the fused op's order. */
  slots: Readonly<Record<string, number>>;
  /** Part of the weight, times the learning rate, taken off before each update; 0 for none. */
  weightDecay: number;
  /**
   * Where a row without a gradient keeps its weight: what each slot of it is multiplied by in such a step, 1 unless told. A
   * table of which few rows have a gradient may then be updated in these alone.
   */
  rowDecays?: Readonly<Record<string, number>>;
  /**
   * One step, for all weights.
   * @param learningRate float32 scalar
   * @param iteration steps done before, int32 scalar
   */
  step: (learningRate: tf.Tensor, iteration: tf.Tensor) => UpdateStep;
}

/** One step of a rule, stated twice: as a fused op and as the formula that the op computes. */
export interface UpdateStep {
  /** TensorFlow's op, whose first inputs are the weight and its slots. */
  op: string;
  attributes?: Record<string, boolean>;
  /** The op's other inputs, in its order. */
  inputs: (gradient: tf.Tensor) => tf.Tensor[];
  /** TensorFlow's op for rows, which takes the gradient and the rows after these inputs; of rules with `rowDecays`. */
  rows?: { op: string; constants: tf.Tensor[] };
  /** The weight and its slots after the step, from those before. */
  formula: (gradient: tf.Tensor, before: tf.Tensor[]) => tf.Tensor[];
}

export function updateRule(config: OptimizerConfig): UpdateRule {
  switch (config.name) {
    case 'sgd':
      return config.momentum > 0 ? momentum(config) : sgd();
    case 'adagrad':
      return adagrad(config);
    case 'adadelta':
      return adadelta(config);
    case 'rmsprop':
      return config.centered ? centeredRmsprop(config) : rmsprop(config);
    case 'adam':
      return adam(config, 0);
    case 'adamw':
      return adam(config, config.weight_decay);
  }
}

/** w′ = w − η g */
export function gradientDescent(learningRate: tf.Tensor): UpdateStep {
  return {
    op: 'ResourceApplyGradientDescent',
    inputs: (gradient) => [learningRate, gradient],
    // Proximal with neither L1 nor L2 is plain gradient descent, which has no op for rows of its own.
    rows: {
      op: 'ResourceSparseApplyProximalGradientDescent',
      constants: [learningRate, tf.scalar(0), tf.scalar(0)],
    },
    formula: (gradient, [weight]) => [tf.sub(weight, tf.mul(learningRate, gradient))],
  };
}

function sgd(): UpdateRule {
  return { slots: {}, weightDecay: 0, rowDecays: {}, step: gradientDescent };
}

/** m′ = μ m − η g; w′ = w + m′, with Nesterov momentum w + μ m′ − η g */
function momentum({ momentum: rate, nesterov }: Sgd): UpdateRule {
  return {
    slots: { momentum: 0 },
    weightDecay: 0,
    step: (learningRate) => ({
      op: 'ResourceApplyKerasMomentum',
      attributes: { use_nesterov: nesterov },
      inputs: (gradient) => [learningRate, gradient, tf.scalar(rate)],
      formula: (gradient, [weight, velocity]) => {
        const change = tf.mul(learningRate, gradient);
        const next = tf.sub(tf.mul(velocity, rate), change);
        return [tf.add(weight, nesterov ? tf.sub(tf.mul(next, rate), change) : next), next];
      },
    }),
  };
}

/**
 * a′ = a + g²; w′ = w − η g / √(a′ + ε). The accumulator here starts ε higher, which is the same and is then the formula
 * of the fused op, which has no ε.
 */
function adagrad({ initial_accumulator_value: initial, epsilon }: Adagrad): UpdateRule {
  return {
    slots: { accumulator: initial + epsilon },
    weightDecay: 0,
    rowDecays: {},
    step: (learningRate) => ({
      op: 'ResourceApplyAdagrad',
      inputs: (gradient) => [learningRate, gradient],
      rows: { op: 'ResourceSparseApplyAdagrad', constants: [learningRate] },
      formula: (gradient, [weight, accumulator]) => {
        const next = tf.add(accumulator, tf.square(gradient));
        return [tf.sub(weight, tf.div(tf.mul(learningRate, gradient), tf.sqrt(next))), next];
      },
    }),
  };
}

/** a′ = ρ a + (1 − ρ) g²; Δ = g √(d + ε) / √(a′ + ε); d′ = ρ d + (1 − ρ) Δ²; w′ = w − η Δ */
function adadelta({ rho, epsilon }: Adadelta): UpdateRule {
  return {
    slots: { accumulated_grad: 0, accumulated_delta_var: 0 },
    weightDecay: 0,
    rowDecays: { accumulated_grad: rho, accumulated_delta_var: rho },
    step: (learningRate) => ({
      op: 'ResourceApplyAdadelta',
      inputs: (gradient) => [learningRate, tf.scalar(rho), tf.scalar(epsilon), gradient],
      rows: { op: 'ResourceSparseApplyAdadelta', constants: [learningRate, tf.scalar(rho), tf.scalar(epsilon)] },
      formula: (gradient, [weight, squares, deltas]) => {
        const nextSquares = movingAverage(squares, tf.square(gradient), rho);
        const rms = (mean: tf.Tensor): tf.Tensor => tf.sqrt(tf.add(mean, epsilon));
        const delta = tf.div(tf.mul(rms(deltas), gradient), rms(nextSquares));
        const next = tf.sub(weight, tf.mul(learningRate, delta));
        return [next, nextSquares, movingAverage(deltas, tf.square(delta), rho)];
      },
    }),
  };
}

/** v′ = ρ v + (1 − ρ) g²; m′ = μ m + η g / √(v′ + ε); w′ = w − m′ */
function rmsprop({ rho, momentum: rate, epsilon }: Rmsprop): UpdateRule {
  return {
    slots: { velocity: 0, momentum: 0 },
    weightDecay: 0,
    // With momentum a weight moves on without a gradient.
    rowDecays: rate > 0 ? undefined : { velocity: rho, momentum: 0 },
    step: (learningRate) => ({
      op: 'ResourceApplyRMSProp',
      inputs: (gradient) => [learningRate, tf.scalar(rho), tf.scalar(rate), tf.scalar(epsilon), gradient],
      rows: {
        op: 'ResourceSparseApplyRMSProp',
        constants: [learningRate, tf.scalar(rho), tf.scalar(rate), tf.scalar(epsilon)],
      },
      formula: (gradient, [weight, squares, velocity]) => {
        const nextSquares = movingAverage(squares, tf.square(gradient), rho);
        const increment = tf.div(tf.mul(learningRate, gradient), tf.sqrt(tf.add(nextSquares, epsilon)));
        const next = tf.add(tf.mul(velocity, rate), increment);
        return [tf.sub(weight, next), nextSquares, next];
      },
    }),
  };
}

/** As `rmsprop`, and a′ = ρ a + (1 − ρ) g; its variance v′ − a′² stands in the place of v′. */
function centeredRmsprop({ rho, momentum: rate, epsilon }: Rmsprop): UpdateRule {
  return {
    slots: { average_gradient: 0, velocity: 0, momentum: 0 },
    weightDecay: 0,
    step: (learningRate) => ({
      op: 'ResourceApplyCenteredRMSProp',
      inputs: (gradient) => [learningRate, tf.scalar(rho), tf.scalar(rate), tf.scalar(epsilon), gradient],
      formula: (gradient, [weight, mean, squares, velocity]) => {
        const nextMean = movingAverage(mean, gradient, rho);
        const nextSquares = movingAverage(squares, tf.square(gradient), rho);
        const variance = tf.add(tf.sub(nextSquares, tf.square(nextMean)), epsilon);
        const next = tf.add(tf.mul(velocity, rate), tf.div(tf.mul(learningRate, gradient), tf.sqrt(variance)));
        return [tf.sub(weight, next), nextMean, nextSquares, next];
      },
    }),
  };
}

/**
 * m′ = m + (1 − β₁)(g − m); v′ = v + (1 − β₂)(g² − v); α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ) in step t = 1, 2, …;
 * w′ = w − α m′ / (√v′ + ε); with AMSGrad the largest v′ so far stands in the place of v′.
 */
function adam({ beta_1: beta1, beta_2: beta2, epsilon, amsgrad }: Adam | Adamw, weightDecay: number): UpdateRule {
  return {
    slots: { momentum: 0, velocity: 0, ...(amsgrad ? { velocity_hat: 0 } : {}) },
    weightDecay,
    step: (learningRate, iteration) => {
      const t = tf.add(tf.cast(iteration, 'float32'), 1);
      const rates = [tf.scalar(beta1), tf.scalar(beta2)];
      const powers = rates.map((rate) => tf.pow(rate, t));
      const constants = [...rates, tf.scalar(epsilon)];
      return {
        op: amsgrad ? 'ResourceApplyAdamWithAmsgrad' : 'ResourceApplyAdam',
        inputs: (gradient) => [...powers, learningRate, ...constants, gradient],
        formula: (gradient, [weight, mean, squares, ...largest]) => {
          const alpha = tf.div(tf.mul(learningRate, tf.sqrt(tf.sub(1, powers[1]))), tf.sub(1, powers[0]));
          const nextMean = tf.add(mean, tf.mul(tf.sub(gradient, mean), 1 - beta1));
          const nextSquares = tf.add(squares, tf.mul(tf.sub(tf.square(gradient), squares), 1 - beta2));
          const nextLargest = largest.map((value) => tf.maximum(value, nextSquares));
          const root = tf.sqrt(nextLargest.at(0) ?? nextSquares);
          const next = tf.sub(weight, tf.div(tf.mul(nextMean, alpha), tf.add(root, epsilon)));
          return [next, nextMean, nextSquares, ...nextLargest];
        },
      };
    },
  };
}

function movingAverage(average: tf.Tensor, value: tf.Tensor, rate: number): tf.Tensor {
  return tf.add(tf.mul(average, rate), tf.mul(value, 1 - rate));
}
