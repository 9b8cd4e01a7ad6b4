import * as tf from '@tensorflow/tfjs';
import type { InitializerConfig } from '../../config/experiment.js';
import { randomStream } from '../../random.js';
import type { KernelLayer } from '../expansion.js';
import { type Initializer, createInitializer, drawWeight } from '../initializers.js';
import { activationOf, simplifyActivation, standardActivation } from './activation.js';
import { optionalWeightOf, replaceCall, weightOf } from './standard-layer.js';

/** What layers with a kernel are built from, besides their own configuration. */
export interface KernelSettings {
  /** Of the run: the first weights are drawn from it and their names. */
  seed: number;
  trainable: boolean;
  inputChannels: number;
  /** Bias and activation are left to the pooling that follows (see `isPooledFirst`). */
  isPooledFirst: boolean;
}

/** What tfjs's layers with a kernel are all given. */
export function commonArguments(layer: KernelLayer, settings: KernelSettings) {
  return {
    name: layer.name,
    trainable: settings.trainable,
    // The types of tfjs 4.22 lack some of the names that it has.
    activation: standardActivation(layer.activation) as 'linear',
    useBias: layer.use_bias,
    biasInitializer: weightInitializer(layer, 'bias', settings),
  };
}

/** An initializer whose values depend on the seed and the weight's name alone, not on what else is drawn. */
export function weightInitializer(layer: KernelLayer, weight: string, settings: KernelSettings): Initializer {
  return createInitializer(initializerOf(layer, weight), (shape) => drawNamed(layer, weight, settings, shape));
}

/** The first values of the layer's weight of this name (`kernel`). */
export function drawNamed(layer: KernelLayer, weight: string, { seed }: KernelSettings, shape: number[]): Float32Array {
  return drawWeight(initializerOf(layer, weight), shape, randomStream(seed, `weights/${layer.name}/${weight}`));
}

const initializerOf = (layer: KernelLayer, weight: string): InitializerConfig =>
  weight === 'bias' ? layer.bias_initializer : layer.kernel_initializer;

/**
 * Lets one of tfjs's layers compute its product with the kernel by this, then add the bias and apply the activation. Its
 * own way, through ops that fuse the three, detours in training, and has no gradient where there is dilation.
 */
export function replaceProduct<L extends tf.layers.Layer>(
  layer: L,
  { activation }: KernelLayer,
  product: (input: tf.Tensor, weight: (name: string) => tf.Tensor) => tf.Tensor,
  { isPooledFirst }: Pick<KernelSettings, 'isPooledFirst'> = { isPooledFirst: false },
): L {
  const weight = (name: string): tf.Tensor => weightOf(layer, name).read();
  return replaceCall(simplifyActivation(layer, activation), (input) => {
    const output = product(input, weight);
    return isPooledFirst ? output : biasAndActivate(layer, output);
  });
}

/** What a layer with a kernel does to its product, and an activation to its input. */
export function biasAndActivate(layer: tf.layers.Layer, product: tf.Tensor): tf.Tensor {
  const bias = optionalWeightOf(layer, 'bias')?.read();
  return activationOf(layer).apply(bias ? tf.add(product, bias) : product);
}
