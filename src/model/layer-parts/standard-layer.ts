import * as tf from '@tensorflow/tfjs';

/**
 * Replaces what one of tfjs's layers computes. Its class name, configuration and weights stay tfjs's own, so that the
 * saved model loads, and predicts the same, in any program that has tfjs.
 * @param call from the input to the output; `training` tells a training step from inference
 */
export function replaceCall<L extends tf.layers.Layer>(
  layer: L,
  call: (input: tf.Tensor, training: boolean) => tf.Tensor,
): L {
  layer.call = (inputs, { training }: { training?: boolean }) =>
    tf.tidy(() => call(Array.isArray(inputs) ? inputs[0] : inputs, training === true));
  return layer;
}

/** Corrects what one of tfjs's layers writes down of itself when it is saved. */
export function correctConfig<L extends tf.layers.Layer>(layer: L, correction: tf.serialization.ConfigDict): L {
  const getConfig = layer.getConfig.bind(layer);
  layer.getConfig = () => ({ ...getConfig(), ...correction });
  return layer;
}

/** The layer's weight of this name (`kernel`). */
export function weightOf(layer: tf.layers.Layer, name: string): tf.LayerVariable {
  const weight = optionalWeightOf(layer, name);
  if (!weight) throw new Error(`internal: layer "${layer.name}" has no weight ${name}`);
  return weight;
}

/** One that the layer may do without (`bias`, `gamma`). */
export function optionalWeightOf(layer: tf.layers.Layer, name: string): tf.LayerVariable | undefined {
  return layer.weights.find((weight) => weight.originalName.endsWith(`/${name}`));
}

/** Puts a layer after others. */
export function apply(layer: tf.layers.Layer, inputs: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor {
  return layer.apply(inputs) as tf.SymbolicTensor;
}
