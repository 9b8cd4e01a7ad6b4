import type { ModelConfig } from '../config/experiment.js';
import type { PlainLayer } from './expansion.js';
import { type ImageShape, type LayerNode, type ShapeProblem, modelGraph } from './graph.js';
import { pair, product } from './output-shape.js';

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
export function summarizeModel(config: ModelConfig, input: ImageShape): LayerSummary[] {
  return modelGraph(config, input)
    .nodes.filter(({ layer }) => layer.type !== 'input')
    .map((node) => ({
      name: node.layer.name,
      type: node.layer.type,
      outputShape: [...node.outputShape],
      ...countParameters(node),
      flops: countFlops(node),
      activationBytes: 4 * product(node.outputShape),
    }));
}

/** What a model has of something that each of its layers has some of. */
export function total(
  layers: readonly LayerSummary[],
  amount: 'parameters' | 'trainableParameters' | 'flops' | 'activationBytes',
): number {
  return layers.reduce((sum, layer) => sum + layer[amount], 0);
}

/** Everything that makes a model impossible for these images: empty if it can be built. */
export function checkShapes(config: ModelConfig, input: ImageShape): ShapeProblem[] {
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

function countParameters(node: LayerNode): Pick<LayerSummary, 'parameters' | 'trainableParameters'> {
  const { layer, inputShape, trainable } = node;
  const trained = countTrained(layer, inputShape);
  const averages = layer.type === 'batch_normalization' ? 2 * (inputShape.at(-1) ?? 0) : 0;
  return { parameters: trained + averages, trainableParameters: trainable ? trained : 0 };
}

/** Weights that training changes, unless they are frozen. */
function countTrained(layer: PlainLayer, input: readonly number[]): number {
  const channels = input.at(-1) ?? 0;
  switch (layer.type) {
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'separable_conv2d':
    case 'dense':
      return kernelSizes(layer, channels).reduce(
        (sum, size) => sum + size,
        layer.use_bias ? biasSize(layer, channels) : 0,
      );
    case 'batch_normalization':
    case 'layer_normalization':
      return channels * (Number(layer.center) + Number(layer.scale));
    case 'activation':
      return countPrelu(layer.activation, input);
    default:
      return 0;
  }
}

type WithKernel = Extract<PlainLayer, { kernel_initializer: unknown }>;

/** The numbers in each of its kernels. */
function kernelSizes(layer: WithKernel, channels: number): number[] {
  if (layer.type === 'dense') return [channels * (layer.units ?? 0)];
  const window = product(pair(layer.kernel_size));
  if (layer.type === 'conv2d') return [(window * channels * layer.filters) / layer.groups];
  const depthwise = window * channels * layer.depth_multiplier;
  if (layer.type === 'depthwise_conv2d') return [depthwise];
  return [depthwise, channels * layer.depth_multiplier * layer.filters];
}

function biasSize(layer: WithKernel, channels: number): number {
  if (layer.type === 'dense') return layer.units ?? 0;
  return layer.type === 'depthwise_conv2d' ? channels * layer.depth_multiplier : layer.filters;
}

function countPrelu(activation: unknown, input: readonly number[]): number {
  const { name, shared_axes: shared } = activation as { name?: string; shared_axes?: number[] | null };
  return name === 'prelu' ? product(input.filter((_, axis) => !shared?.includes(axis + 1))) : 0;
}

/** Each number of a kernel is multiplied once for each pixel of the output. */
function countFlops({ layer, inputShape, outputShape }: LayerNode): number {
  if (!('kernel_initializer' in layer)) return 0;
  const pixels = product(outputShape.slice(0, -1));
  return 2 * pixels * kernelSizes(layer, inputShape.at(-1) ?? 0).reduce((sum, size) => sum + size, 0);
}
