import type { Tensor, layers, LayersModel } from '@tensorflow/tfjs';

type Layer = layers.Layer;

const CONVOLUTIONS = new Set(['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']);

/** What a layer applies to its output, which tfjs keeps to itself. */
interface Activated {
  activation?: { apply?: (x: Tensor) => Tensor; getClassName: () => string };
}

/** The layers that convolve, in the order of the model. */
export function convolutions(model: LayersModel): Layer[] {
  return model.layers.filter((layer) => CONVOLUTIONS.has(layer.getClassName()));
}

/**
 * What a computation gives while the model ends with its logits: the softmax of its last layer is left out, if it has one.
 * Gradients of probabilities vanish where a model is sure.
 */
export function withLogits<T>(model: LayersModel, compute: () => T): T {
  const { activation } = model.layers[model.layers.length - 1] as Activated;
  if (activation?.getClassName() !== 'softmax') return compute();
  activation.apply = (x) => x;
  try {
    return compute();
  } finally {
    // What is left is the method of its class.
    delete activation.apply;
  }
}

/** What a computation gives while a layer, whatever it is given, answers with this. */
export function withOutput<T>(layer: Layer, output: Tensor, compute: () => T): T {
  const replaceable = layer as { call?: Layer['call'] };
  const hasOwn = Object.hasOwn(layer, 'call');
  const original = replaceable.call;
  // A clone, since a model disposes what its layers have given once it is used.
  replaceable.call = () => output.clone();
  try {
    return compute();
  } finally {
    if (hasOwn) replaceable.call = original;
    else delete replaceable.call;
  }
}
