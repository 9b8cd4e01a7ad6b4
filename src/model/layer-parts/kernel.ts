import * as tf from '@tensorflow/tfjs';
import type {
  Conv1D,
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv2D,
  InitializerConfig,
  SeparableConv1D,
  SeparableConv2D,
} from '../../config/schema/experiment.generated.js';
import { randomStream } from '../../random.js';
import { activationOf, isInline, simplifyActivation, standardActivation } from '../activations.js';
import { type Initializer, createInitializer, drawWeight } from '../initializers.js';
import { type Shape } from '../shape.js';
import { activationLayers } from '../layers/activation.js';
import type { BuildContext, LayerKind } from './layer-kind.js';
import type { PlainLayer } from './layer-node.js';
import { optionalWeightOf, replaceCall, weightOf } from './standard-layer.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A layer with a kernel, which may bring batch normalization, activation and dropout with it. */
export type KernelLayer =
  Conv1D | SeparableConv1D | Conv2D | DepthwiseConv2D | SeparableConv2D | Conv2DTranspose | Dense;

/** What layers with a kernel are built from, besides their own configuration. */
export type KernelSettings = Pick<BuildContext, 'seed' | 'trainable' | 'inputShape' | 'isPooledFirst'>;

/**
 * What all layers with a kernel have in common: what they are short for, their weights and their products.
 * @param sizes the numbers in each kernel, and in the bias if there is one
 */
export function kernelKind<L extends KernelLayer>(
  sizes: (layer: L, channels: number) => { kernels: number[]; bias: number },
): Pick<LayerKind<L>, 'expand' | 'trainedParameters' | 'flops'> {
  const kernelSize = (layer: L, input: Shape): number => sum(sizes(layer, input.at(-1) ?? 0).kernels);
  return {
    expand: expandKernelLayer,
    trainedParameters: (layer, input) =>
      kernelSize(layer, input) + (layer.use_bias ? sizes(layer, input.at(-1) ?? 0).bias : 0),
    // Each number of a kernel is multiplied once for each pixel of the output.
    flops: (layer, input, output) => 2 * elementCount(output.slice(0, -1)) * kernelSize(layer, input),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The kernel, batch normalization, the activation, dropout. */
export function expandKernelLayer(layer: KernelLayer): PlainLayer[] {
  const { name, activation, batch_normalization: normalized, dropout: rate } = layer;
  const within = !normalized && isInline(activation);
  const bare: KernelLayer = {
    ...layer,
    batch_normalization: false,
    dropout: 0,
    activation: within ? activation : 'linear',
  };
  return [
    bare,
    ...(normalized ? [batchNormalization(name)] : []),
    ...activationLayers(name, within ? 'linear' : activation),
    ...(rate > 0 ? [{ type: 'dropout' as const, name: `${name}/dropout`, rate }] : []),
  ];
}

/** With Keras's defaults. */
function batchNormalization(name: string): PlainLayer {
  return {
    type: 'batch_normalization',
    name: `${name}/batch_normalization`,
    momentum: 0.99,
    epsilon: 0.001,
    center: true,
    scale: true,
    trainable: true,
  };
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
