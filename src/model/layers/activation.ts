import * as tf from '@tensorflow/tfjs';
import type { ActivationConfig, Prelu } from '../../config/experiment.js';
import { replaceCall, weightOf } from './standard-layer.js';

type StandardName = Extract<ActivationConfig, string> | 'elu' | 'gelu' | 'gelu_new';

type Formula = (x: tf.Tensor) => tf.Tensor;

/** As tfjs computes them, without its product with 1 and its cube as a power, which cost a pass over memory each. */
const simplified: Partial<Record<StandardName, Formula>> = {
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  gelu_new: (x) => {
    const scale = Math.sqrt(2 / Math.PI);
    const cubic = tf.add(tf.mul(tf.square(x), 0.044715 * scale), scale);
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(x, cubic)), 1));
  },
};

/** tfjs's name of an activation without parameters. */
export function standardActivation(activation: ActivationConfig): StandardName {
  if (typeof activation === 'string') return activation;
  if (activation.name === 'gelu') return activation.approximate ? 'gelu_new' : 'gelu';
  return 'elu';
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
 * An activation on its own.
 * @param name of the last of the layers
 * @returns layers to be put after one another
 */
export function activationLayers(name: string, activation: ActivationConfig, trainable: boolean): tf.layers.Layer[] {
  if (typeof activation === 'object') {
    switch (activation.name) {
      case 'leaky_relu':
        return [tf.layers.leakyReLU({ name, alpha: activation.negative_slope })];
      case 'prelu':
        return [preluLayer(name, activation, trainable)];
      case 'elu':
        if (activation.alpha !== 1) return scaledElu(name, activation.alpha);
    }
  }
  const layer = tf.layers.activation({ name, activation: standardActivation(activation) });
  return [simplifyActivation(layer, activation)];
}

/** tfjs's ELU has no alpha but 1; what elu leaves below zero, a leaky relu multiplies by its slope. */
function scaledElu(name: string, alpha: number): tf.layers.Layer[] {
  const elu = tf.layers.activation({ name: `${name}/elu`, activation: 'elu' });
  return [elu, tf.layers.leakyReLU({ name, alpha })];
}

/** relu(x) − alpha · relu(−x), whose gradient at 0 is Keras's. */
function preluLayer(name: string, { shared_axes: sharedAxes }: Prelu, trainable: boolean): tf.layers.Layer {
  const layer = tf.layers.prelu({ name, trainable, ...(sharedAxes ? { sharedAxes } : {}) });
  return replaceCall(layer, (x) => tf.sub(tf.relu(x), tf.mul(weightOf(layer, 'alpha').read(), tf.relu(tf.neg(x)))));
}
