import type { ModelConfig } from '../config/schema/experiment.generated.js';
import { type ModelShape, type ShapeProblem, modelGraph } from './graph.js';
import { kindOf } from './layer-parts/kind-of.js';
import type { LayerNode, PlainLayer } from './layer-parts/layer-node.js';
import { elementCount } from '../tensorflow/element-count.js';

/** A layer as `ablate plan` lists it; all sizes are those of one example. */
export interface LayerSummary {
  /** As in the saved model: what comes with a layer bears its name and a slash, `conv2d/dropout`. */
  name: string;
  type: PlainLayer['type'];
  /** Without the batch. */
  outputShape: number[];
  /** Numbers in its weights, moving averages included. */
  parameters: number;
  trainableParameters: number;
  /**
   * Forward, of the convolutions and matrix products alone, a multiplication and an addition counting as two (as
   * PyTorch's FlopCounterMode counts); training takes about three times as many.
   */
  flops: number;
  /** Bytes of its output, float32. */
  activationBytes: number;
}

/** More weights than this (2 GiB of float32) are a slip of the pen, and would end in a failed allocation. */
const MAX_PARAMETERS = 2 ** 29;

/** The layers of a model, in their order, without building it (or loading TensorFlow). */
export function summarizeModel(config: ModelConfig, input: ModelShape): LayerSummary[] {
  return modelGraph(config, input)
    .nodes.filter(({ layer }) => layer.type !== 'input')
    .map((node) => ({
      name: node.layer.name,
      type: node.layer.type,
      outputShape: [...node.outputShape],
      ...countParameters(node),
      flops: kindOf(node.layer).flops?.(node.layer, node.inputShape, node.outputShape) ?? 0,
      activationBytes: 4 * elementCount(node.outputShape),
    }));
}

/** What a model has of something that each of its layers has some of. */
export function total(
  layers: readonly LayerSummary[],
  amount: 'parameters' | 'trainableParameters' | 'flops' | 'activationBytes',
): number {
  return layers.reduce((sum, layer) => sum + layer[amount], 0);
}

/** Everything that makes a model impossible for these data: empty if it can be built. */
export function checkShapes(config: ModelConfig, input: ModelShape): ShapeProblem[] {
  const { nodes, problems } = modelGraph(config, input);
  return problems.length > 0 ? problems : checkSize(nodes);
}

function checkSize(nodes: readonly LayerNode[]): ShapeProblem[] {
  const counts = nodes.map((node) => countParameters(node).parameters);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= MAX_PARAMETERS) return [];
  const largest = counts.indexOf(Math.max(...counts));
  return [
    {
      path: nodes[largest].path,
      message: `the model has ${total.toLocaleString('en')} weights, most of them in "${nodes[largest].layer.name}"`,
      expected: `at most ${MAX_PARAMETERS.toLocaleString('en')}`,
      received: total.toLocaleString('en'),
      hint: 'fewer filters or units, or pooling before it',
    },
  ];
}

/** How many numbers a layer has, and how many of them are trained. */
export function countParameters({
  layer,
  inputShape,
  trainable,
}: LayerNode): Pick<LayerSummary, 'parameters' | 'trainableParameters'> {
  const kind = kindOf(layer);
  const trained = kind.trainedParameters?.(layer, inputShape) ?? 0;
  const averages = kind.averages?.(layer, inputShape) ?? 0;
  return { parameters: trained + averages, trainableParameters: trainable ? trained : 0 };
}
