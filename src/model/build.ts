import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/experiment.js';
import { UserError } from '../errors.js';
import type { StepRandom } from '../tensorflow/step-random.js';
import type { PlainLayer } from './expansion.js';
import { type ImageShape, type LayerNode, type ShapeProblem, isSoftmax, modelGraph } from './graph.js';
import { applyActivation } from './layers/activation.js';
import { applyDepthwise, convolutionLayer, separableLayer } from './layers/convolution.js';
import { denseLayer } from './layers/dense.js';
import { dropoutLayer } from './layers/dropout.js';
import type { KernelSettings } from './layers/kernel.js';
import { applyGroupedConvolution } from './layers/grouped-convolution.js';
import { batchNormalizationLayer, layerNormalizationLayer } from './layers/normalization.js';
import { globalPoolingLayer, poolFirst, poolingLayer } from './layers/pooling.js';
import { apply, replaceCall } from './layers/standard-layer.js';
import { isPooledFirst } from './pooling-order.js';

export interface BuiltModel {
  /**
   * Normalized images, float32 [batch, height, width, channels], to the probabilities of the classes, [batch, classes].
   * Saved, it loads in plain tfjs (`tf.loadLayersModel`) without any code of ours.
   */
  model: tf.LayersModel;
  /** The same layers up to the softmax that ends them, which the loss is computed from; `model` itself without one. */
  logits: tf.LayersModel;
  endsInSoftmax: boolean;
}

export interface BuildOptions {
  /** The run's seed, which the first weights are drawn from. */
  seed: number;
  /** Where dropout draws from; its streams are declared here. */
  random: StepRandom;
}

/**
 * Builds the model of a resolved configuration, with the semantics and defaults of Keras 3.
 * @throws UserError `model-shape-invalid` for what `checkShapes` finds
 */
export function buildModel(config: ModelConfig, input: ImageShape, options: BuildOptions): BuiltModel {
  const { nodes, problems } = modelGraph(config, input);
  if (problems.length > 0) throw shapeError(problems);
  const tensors = new Map<LayerNode, tf.SymbolicTensor>();
  for (const node of nodes) {
    const inputs = node.inputs.map((source) => tensors.get(source)) as tf.SymbolicTensor[];
    tensors.set(node, applyNode(node, inputs, { ...options, nodes }));
  }
  const inputs = tensors.get(nodes[0]);
  const upTo = (node: LayerNode, name: string): tf.LayersModel =>
    tf.model({ name, inputs: inputs as tf.SymbolicTensor, outputs: tensors.get(node) as tf.SymbolicTensor });
  const last = nodes[nodes.length - 1];
  const model = upTo(last, 'model');
  const endsInSoftmax = isSoftmax(last);
  return { model, logits: endsInSoftmax ? upTo(last.inputs[0], 'logits') : model, endsInSoftmax };
}

function shapeError([first, ...others]: ShapeProblem[]): UserError {
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return new UserError(`${first.path.join('.')}: ${first.message}${more}`, {
    code: 'model-shape-invalid',
    hint: first.hint ?? (first.expected && `expected ${first.expected}`),
    exitCode: 2,
  });
}

function applyNode(
  node: LayerNode,
  inputs: tf.SymbolicTensor[],
  { seed, random, nodes }: BuildOptions & { nodes: readonly LayerNode[] },
): tf.SymbolicTensor {
  const { layer, trainable } = node;
  const [input] = inputs;
  const settings = {
    seed,
    trainable,
    inputChannels: node.inputShape.at(-1) ?? 0,
    isPooledFirst: isPooledFirst(node, nodes),
  };
  switch (layer.type) {
    case 'input':
      return tf.input({ name: layer.name, shape: [...node.outputShape] });
    case 'add':
      return apply(tf.layers.add({ name: layer.name }), inputs);
    case 'conv2d':
      if (layer.groups > 1) return applyGroupedConvolution(layer, settings, input);
      return apply(convolutionLayer(layer, settings), input);
    case 'depthwise_conv2d':
      return applyDepthwise(layer, settings, input);
    case 'separable_conv2d':
      return apply(separableLayer(layer, settings), input);
    case 'dense':
      return apply(denseLayer(layer, settings), input);
    case 'activation':
      return activationNode(layer, settings, input);
    case 'pooling2d': {
      const pooling = poolingLayer(layer);
      const [before] = node.inputs;
      return apply(isPooledFirst(before, nodes) ? poolFirst(pooling, input.sourceLayer) : pooling, input);
    }
    default:
      return apply(simpleLayer(layer, trainable, random), input);
  }
}

function activationNode(
  { name, activation }: Extract<PlainLayer, { type: 'activation' }>,
  { trainable, isPooledFirst: isLeftToPooling }: KernelSettings,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const output = applyActivation(name, activation, trainable, input);
  if (isLeftToPooling) replaceCall(output.sourceLayer, (value) => value);
  return output;
}

type SimpleLayer = Exclude<
  PlainLayer,
  { kernel_initializer: unknown } | { type: 'input' | 'add' | 'activation' | 'pooling2d' }
>;

/** A layer that is one of tfjs's, without a kernel. */
function simpleLayer(layer: SimpleLayer, trainable: boolean, random: StepRandom): tf.layers.Layer {
  switch (layer.type) {
    case 'global_pooling2d':
      return globalPoolingLayer(layer);
    case 'flatten':
      return tf.layers.flatten({ name: layer.name });
    case 'batch_normalization':
      return batchNormalizationLayer(layer, trainable);
    case 'layer_normalization':
      return layerNormalizationLayer(layer, trainable);
    case 'dropout':
    case 'spatial_dropout2d':
      return dropoutLayer(layer, random);
  }
}
