import * as tf from '@tensorflow/tfjs';
import type { ActivationConfig, Prelu } from '../../config/experiment.js';
import { apply, replaceCall, weightOf } from './standard-layer.js';

type StandardName = Extract<ActivationConfig, string> | 'elu' | 'gelu';

type Formula = (x: tf.Tensor) => tf.Tensor;

/** Without tfjs's product with 1 and its division, which cost a pass over memory each. */
const simplified: Partial<Record<StandardName, Formula>> = {
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
};

/** tfjs's name of an activation without parameters. */
export function standardActivation(activation: ActivationConfig): StandardName {
  if (typeof activation === 'string') return activation;
  return activation.name === 'gelu' ? 'gelu' : 'elu';
}

/** Lets a layer that has this activation compute it with fewer ops. */
export function simplifyActivation<L extends tf.layers.Layer>(layer: L, activation: ActivationConfig): L {
  const formula = simplified[standardActivation(activation)];
  if (formula) activationOf(layer).apply = formula;
  return layer;
}

/** What a layer applies to its output, which tfjs keeps to itself. */
export function activationOf(layer: tf.layers.Layer): { apply: Formula } {
  return (layer as unknown as { activation: { apply: Formula } }).activation;
}

/**
 * Puts an activation after a layer.
 * @param name of the layer that gives the result
 */
export function applyActivation(
  name: string,
  activation: ActivationConfig,
  trainable: boolean,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  if (typeof activation === 'object') {
    switch (activation.name) {
      case 'leaky_relu':
        return apply(tf.layers.leakyReLU({ name, alpha: activation.negative_slope }), input);
      case 'prelu':
        return apply(preluLayer(name, activation, trainable), input);
      case 'elu':
        if (activation.alpha !== 1) return applyScaledElu(name, activation.alpha, input);
        break;
      case 'gelu':
        if (activation.approximate) return applyApproximateGelu(name, input);
    }
  }
  const layer = tf.layers.activation({ name, activation: standardActivation(activation) });
  return apply(simplifyActivation(layer, activation), input);
}

/** tfjs's ELU has no alpha but 1; what elu leaves below zero, a leaky relu multiplies by its slope. */
function applyScaledElu(name: string, alpha: number, input: tf.SymbolicTensor): tf.SymbolicTensor {
  const elu = apply(tf.layers.activation({ name: `${name}/elu`, activation: 'elu' }), input);
  return apply(tf.layers.leakyReLU({ name, alpha }), elu);
}

/**
 * x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016) as x · sigmoid(x · (a x² + b)), since
 * tfjs 4.22 can save its own `gelu_new`, but not load it.
 */
function applyApproximateGelu(name: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const offset = 2 * Math.sqrt(2 / Math.PI);
  const product = (part: string, factors: tf.SymbolicTensor[]): tf.SymbolicTensor =>
    apply(tf.layers.multiply({ name: name + part }), factors);
  // Given the same tensor twice, a layer of tfjs disposes it before the second use.
  const copy = apply(tf.layers.activation({ name: `${name}/copy`, activation: 'linear' }), x);
  const polynomial = tf.layers.rescaling({ name: `${name}/polynomial`, scale: 0.044715 * offset, offset });
  const cubic = product('/cubic', [x, apply(polynomial, product('/square', [x, copy]))]);
  return product('', [x, apply(tf.layers.activation({ name: `${name}/sigmoid`, activation: 'sigmoid' }), cubic)]);
}

/** relu(x) − alpha · relu(−x), whose gradient at 0 is Keras's. */
function preluLayer(name: string, { shared_axes: sharedAxes }: Prelu, trainable: boolean): tf.layers.Layer {
  const layer = tf.layers.prelu({ name, trainable, ...(sharedAxes ? { sharedAxes } : {}) });
  return replaceCall(layer, (x) => tf.sub(tf.relu(x), tf.mul(weightOf(layer, 'alpha').read(), tf.relu(tf.neg(x)))));
}
