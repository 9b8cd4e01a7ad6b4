import * as tf from '@tensorflow/tfjs';
import type { ActivationConfig } from '../config/schema/experiment.generated.js';

type PlainActivation = Extract<ActivationConfig, string>;
type StandardName = PlainActivation | 'elu' | 'gelu';
type Formula = (x: tf.Tensor) => tf.Tensor;

interface Traits {
  /** tfjs's layers with a kernel take it by name. */
  isInline: boolean;
  /** Never falls where its input rises. */
  isMonotonic: boolean;
}

/**
 * The activations without parameters. Softmax isn't inline: the loss is computed from what stands before it, so it needs
 * to be a layer of its own.
 */
const PLAIN: Record<PlainActivation, Traits> = {
  relu: { isInline: true, isMonotonic: true },
  relu6: { isInline: true, isMonotonic: true },
  selu: { isInline: true, isMonotonic: true },
  swish: { isInline: true, isMonotonic: false },
  sigmoid: { isInline: true, isMonotonic: true },
  tanh: { isInline: true, isMonotonic: true },
  softplus: { isInline: true, isMonotonic: true },
  linear: { isInline: true, isMonotonic: true },
  softmax: { isInline: false, isMonotonic: false },
};

/** Without tfjs's product with 1 and its division, which cost a pass over memory each. */
const simplified: Partial<Record<StandardName, Formula>> = {
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
};

/** Whether a layer with a kernel can apply it itself. */
export function isInline(activation: ActivationConfig): boolean {
  if (typeof activation === 'string') return PLAIN[activation].isInline;
  return (
    (activation.name === 'elu' && activation.alpha === 1) || (activation.name === 'gelu' && !activation.approximate)
  );
}

/** Whether it never falls where its input rises; of those with parameters none is said to. */
export function isMonotonic(activation: ActivationConfig): boolean {
  return typeof activation === 'string' && PLAIN[activation].isMonotonic;
}

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
