import type {
  ActivationConfig,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  LayerConfig,
  Residual,
  SeparableConv2D,
} from '../config/experiment.js';

/** Adds its inputs: where the two paths of a residual block meet (Keras Add). */
export interface Add {
  type: 'add';
  name: string;
}

/** The images that the model is given. */
export interface Input {
  type: 'input';
  name: string;
}

/** A layer that stands for itself alone: nothing follows from it but what its type says. */
export type PlainLayer = Exclude<LayerConfig, Residual> | Add | Input;

/** A layer with a kernel, which may bring batch normalization, activation and dropout with it. */
export type KernelLayer = Conv2D | DepthwiseConv2D | SeparableConv2D | Dense;

/**
 * The activations that tfjs's layers with a kernel take by name. Softmax isn't among them: the loss is computed from what
 * stands before it, so it needs to be a layer of its own.
 */
const INLINE = new Set(['relu', 'selu', 'swish', 'sigmoid', 'tanh', 'softplus', 'linear']);

/**
 * Writes out what a layer stands for, in the order of the computation: the kernel, batch normalization, the activation,
 * dropout. What comes with a layer bears its name and a slash, which no name in a configuration has.
 * @returns nothing for pooling that is left out, else the layers one after another
 */
export function expandLayer(layer: Exclude<LayerConfig, Residual>): PlainLayer[] {
  switch (layer.type) {
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'separable_conv2d':
    case 'dense':
      return expandKernelLayer(layer);
    case 'pooling2d':
      return layer.pooling === 'none' ? [] : [layer];
    default:
      return [layer];
  }
}

function expandKernelLayer(layer: KernelLayer): PlainLayer[] {
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

/** The layers of a shortcut from a shape to another one. */
export function projection(residual: Residual, input: readonly number[], output: readonly number[]): PlainLayer[] {
  const { kernel_initializer, kernel_regularizer, batch_normalization } = residual;
  const common = {
    name: `${residual.name}/projection`,
    activation: 'linear' as const,
    use_bias: !batch_normalization,
    kernel_initializer,
    bias_initializer: 'zeros' as const,
    kernel_regularizer,
    batch_normalization,
    dropout: 0,
    trainable: true,
  };
  const width = output.at(-1) ?? 0;
  if (output.length === 1) return expandLayer({ type: 'dense', units: width, ...common });
  const strides: [number, number] = [stride(input[0], output[0]) ?? 1, stride(input[1], output[1]) ?? 1];
  const kernel = { kernel_size: 1, strides, padding: 'valid' as const, dilation_rate: 1, groups: 1 };
  return expandLayer({ type: 'conv2d', filters: width, ...kernel, ...common });
}

/** The smallest step with which a 1×1 kernel makes `to` pixels of `from`; undefined if there is none. */
export function stride(from: number, to: number): number | undefined {
  const step = Math.ceil(from / to);
  return Math.ceil(from / step) === to ? step : undefined;
}

/** The activation as layers after the one that has this name: none for `linear`, which changes nothing. */
export function activationLayers(name: string, activation: ActivationConfig): PlainLayer[] {
  return activation === 'linear' ? [] : [{ type: 'activation', name: `${name}/activation`, activation }];
}

function isInline(activation: ActivationConfig): boolean {
  if (typeof activation === 'string') return INLINE.has(activation);
  return (
    (activation.name === 'elu' && activation.alpha === 1) || (activation.name === 'gelu' && !activation.approximate)
  );
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
