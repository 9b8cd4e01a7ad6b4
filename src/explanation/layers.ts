import * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;

const CONVOLUTIONS = new Set(['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']);

/** What a layer applies to its output, which tfjs keeps to itself. */
interface Activated {
  activation?: { apply?: (x: tf.Tensor) => tf.Tensor; getClassName: () => string };
}

/** The layers that convolve, in the order of the model. */
export function convolutions(model: tf.LayersModel): Layer[] {
  return model.layers.filter((layer) => CONVOLUTIONS.has(layer.getClassName()));
}

/** What a layer gives for normalized images; the caller (or its `tidy`) disposes it. */
export function outputOf(layer: Layer, model: tf.LayersModel, input: tf.Tensor): tf.Tensor {
  const upToLayer = tf.model({ inputs: model.inputs, outputs: layer.output });
  return upToLayer.apply(input, { training: false }) as tf.Tensor;
}

/**
 * The logit of a class: what its probability is computed from by the softmax of the last layer, or, in a model without
 * one, its output. Gradients of probabilities would vanish where a model is sure.
 * @param input normalized images, [batch, height, width, channels]
 * @returns [batch]
 */
export function logitOf(model: tf.LayersModel, input: tf.Tensor, classIndex: number): tf.Tensor1D {
  const logits = withoutSoftmax(model, () => model.apply(input, { training: false }) as tf.Tensor);
  return tf.squeeze(tf.slice(logits, [0, classIndex], [-1, 1]), [1]);
}

/** What a computation gives while a layer, whatever it is given, answers with this. */
export function withOutput<T>(layer: Layer, output: tf.Tensor, compute: () => T): T {
  const replaceable = layer as { call?: Layer['call'] };
  const own = Object.hasOwn(layer, 'call') ? replaceable.call : undefined;
  // A clone, since a model disposes what its layers have given once it is used.
  replaceable.call = () => output.clone();
  try {
    return compute();
  } finally {
    // What is left is the method of its class.
    if (own) replaceable.call = own;
    else delete replaceable.call;
  }
}

function withoutSoftmax<T>(model: tf.LayersModel, compute: () => T): T {
  const { activation } = model.layers[model.layers.length - 1] as Activated;
  if (activation?.getClassName() !== 'softmax') return compute();
  activation.apply = (x) => x;
  try {
    return compute();
  } finally {
    delete activation.apply;
  }
}
