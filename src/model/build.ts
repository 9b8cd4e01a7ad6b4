import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../config/schema/experiment.generated.js';
import { UserError } from '../text/errors.js';
import type { StepRandom } from '../tensorflow/step-random.js';
import { type ModelShape, type ShapeProblem, isPooledFirst, isSoftmax, modelGraph } from './graph.js';
import { kindOf } from './layer-parts/kind-of.js';
import type { LayerNode } from './layer-parts/layer-node.js';

export interface BuiltModel {
  /**
   * What it is given (`inputTensors`; of images normalized ones, float32 [batch, height, width, channels]) to its outputs:
   * the probabilities of the classes, [batch, classes].
   * Saved, it loads in plain tfjs (`tf.loadLayersModel`) without any code of ours.
   */
  model: tf.LayersModel;
  /** The same layers up to the softmax that ends them, which the loss is computed from; `model` itself without one. */
  logits: tf.LayersModel;
  endsInSoftmax: boolean;
}

export interface BuildOptions {
  /** Which the first weights are drawn from: `training.seeds.initialization`, or the run's. */
  seed: number;
  /** Where dropout draws from; its streams are declared here. */
  random: StepRandom;
}

/**
 * Builds the model of a resolved configuration, with the semantics and defaults of Keras 3.
 * @throws UserError `model-shape-invalid` for what `checkShapes` finds
 */
export function buildModel(config: ModelConfig, input: ModelShape, options: BuildOptions): BuiltModel {
  const { nodes, problems } = modelGraph(config, input);
  if (problems.length > 0) throw shapeError(problems);
  const tensors = new Map<LayerNode, tf.SymbolicTensor>();
  for (const node of nodes) {
    const inputs = node.inputs.map((source) => tensors.get(source)) as tf.SymbolicTensor[];
    tensors.set(node, applyNode(node, inputs, { ...options, nodes }));
  }
  const given = nodes.filter(({ layer }) => layer.type === 'input').map((node) => tensors.get(node));
  const inputs = given as tf.SymbolicTensor[];
  const upTo = (node: LayerNode, name: string): tf.LayersModel =>
    tf.model({ name, inputs, outputs: tensors.get(node) as tf.SymbolicTensor });
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
  const { layer, inputShape, trainable } = node;
  const output = kindOf(layer).build?.(layer, inputs, {
    seed,
    random,
    trainable,
    inputShape,
    isPooledFirst: isPooledFirst(node, nodes),
    poolsFirst: node.inputs.some((input) => isPooledFirst(input, nodes)),
  });
  if (!output) throw new Error(`internal: a layer of type ${layer.type} is not built, but replaced by others`);
  return output;
}
