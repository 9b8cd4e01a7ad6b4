import * as tf from '@tensorflow/tfjs';
import type { ActivationConfig, ActivationLayer, Prelu } from '../../config/schema/experiment.generated.js';
import { isMonotonic, simplifyActivation, standardActivation } from '../activations.js';
import { type Report, type Shape, shapeText } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import type { PlainLayer } from '../layer-parts/layer-node.js';
import { apply, replaceCall, weightOf } from '../layer-parts/standard-layer.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** An activation as a layer of its own (Keras Activation, LeakyReLU, PReLU, ELU). */
export const activation: LayerKind<ActivationLayer> = {
  keepsMask: true,
  outputShape(layer, input, report) {
    checkSharedAxes(layer.activation, input, report);
    return input;
  },
  trainedParameters: (layer, input) => countPrelu(layer.activation, input),
  canBePooledFirst: (layer) => isMonotonic(layer.activation),
  build(layer, [input], { trainable, isPooledFirst }) {
    const output = applyActivation(layer.name, layer.activation, trainable, input);
    if (isPooledFirst) replaceCall(output.sourceLayer, (value) => value);
    return output;
  },
};

/** The activation as layers after the one that has this name: none for `linear`, which changes nothing. */
export function activationLayers(name: string, config: ActivationConfig): PlainLayer[] {
  return config === 'linear' ? [] : [{ type: 'activation', name: `${name}/activation`, activation: config }];
}

function checkSharedAxes(config: ActivationConfig, input: Shape, report: Report): void {
  const beyond = sharedAxesOf(config).filter((axis) => axis > input.length);
  if (beyond.length === 0) return;
  report({
    key: 'activation',
    message: `prelu is shared over an axis that its input of ${shapeText(input)} doesn't have`,
    expected: `shared_axes from 1 to ${input.length}`,
    received: sharedAxesOf(config).join(', '),
  });
}

function sharedAxesOf(config: ActivationConfig): readonly number[] {
  return typeof config === 'object' && config.name === 'prelu' ? (config.shared_axes ?? []) : [];
}

/** A slope for each place of the input, or for all places along a shared axis. */
function countPrelu(config: ActivationConfig, input: Shape): number {
  if (typeof config !== 'object' || config.name !== 'prelu') return 0;
  const shared = sharedAxesOf(config);
  return elementCount(input.filter((_, axis) => !shared.includes(axis + 1)));
}

/**
 * Puts an activation after a layer.
 * @param name of the layer that gives the result
 */
function applyActivation(
  name: string,
  config: ActivationConfig,
  trainable: boolean,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  if (typeof config === 'object') {
    switch (config.name) {
      case 'leaky_relu':
        return apply(tf.layers.leakyReLU({ name, alpha: config.negative_slope }), input);
      case 'prelu':
        return apply(preluLayer(name, config, trainable), input);
      case 'elu':
        if (config.alpha !== 1) return applyScaledElu(name, config.alpha, input);
        break;
      case 'gelu':
        if (config.approximate) return applyApproximateGelu(name, input);
    }
  }
  const layer = tf.layers.activation({ name, activation: standardActivation(config) });
  return apply(simplifyActivation(layer, config), input);
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
