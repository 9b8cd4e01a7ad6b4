import type { Conv2D, DepthwiseConv2D, Pooling2D, SeparableConv2D, Size } from '../config/experiment.js';
import type { PlainLayer } from './expansion.js';

/** One example's shape, without the batch: [height, width, channels] or [features]. */
export type Shape = readonly number[];

/** What is wrong with a layer's place in the model. */
export interface LayerProblem {
  /** The key at fault; the whole layer if there is none. */
  key?: string;
  message: string;
  expected?: string;
  received?: string;
  hint?: string;
  /**
   * What it concerns, if the heights and widths that follow are guesses because of it: these themselves, or that there
   * are any (images) or none (vectors).
   */
  concerns?: 'size' | 'rank';
}

export type Report = (problem: LayerProblem) => void;

/**
 * The shape of a layer's output, as Keras computes it.
 * @param report told of everything that makes the layer impossible; the shape returned then is the likeliest one, so
 *   that later layers can be checked too
 */
export function outputShape(layer: PlainLayer, input: Shape, report: Report): Shape {
  switch (layer.type) {
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'separable_conv2d':
      return convolutionShape(layer, asImage(layer, input, report), report);
    case 'pooling2d':
      return poolingShape(layer, asImage(layer, input, report), report);
    case 'global_pooling2d':
      return [asImage(layer, input, report)[2]];
    case 'spatial_dropout2d':
      return asImage(layer, input, report);
    case 'flatten':
      return [product(input)];
    case 'dense':
      checkIsVector(layer.name, input, report);
      return [layer.units ?? 1];
    case 'activation':
      checkSharedAxes(layer.activation, input, report);
      return input;
    default:
      return input;
  }
}

export const product = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);

/** [height, width] of a number for both, or of a pair. */
export const pair = (size: Size): [number, number] => (typeof size === 'number' ? [size, size] : size);

/** `28×28×1`, `128`. */
export const shapeText = (shape: Shape): string => shape.join('×');

/** Whether a layer has one output per output pixel of its kernel, or only those that the kernel fits into. */
type Window = Pick<Conv2D, 'strides' | 'padding'> & { size: [number, number] };

function windowShape({ size, strides, padding }: Window, [height, width]: Shape): [number, number] {
  const [rowStep, columnStep] = pair(strides);
  const places = (length: number, window: number): number => (padding === 'same' ? length : length - window + 1);
  return [
    Math.max(Math.ceil(places(height, size[0]) / rowStep), 1),
    Math.max(Math.ceil(places(width, size[1]) / columnStep), 1),
  ];
}

function convolutionShape(layer: Conv2D | DepthwiseConv2D | SeparableConv2D, input: Shape, report: Report): Shape {
  if (layer.type === 'conv2d') checkGroups(layer, input[2], report);
  const dilation = pair(layer.dilation_rate);
  const [rows, columns] = pair(layer.kernel_size);
  // A dilated kernel reaches over the gaps between its elements.
  const size: [number, number] = [(rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1];
  if (layer.padding === 'valid' && !fits(size, input)) {
    report({
      key: 'kernel_size',
      message: `the kernel of "${layer.name}" is larger than the image that reaches it`,
      expected: `at most ${input[0]}×${input[1]} with padding: valid`,
      received: shapeText(size) + (product(dilation) > 1 ? ` (${rows}×${columns}, dilated)` : ''),
      hint: 'a smaller kernel, padding: same, or less pooling before it',
      concerns: 'size',
    });
  }
  const channels = layer.type === 'depthwise_conv2d' ? input[2] * layer.depth_multiplier : layer.filters;
  return [...windowShape({ ...layer, size }, input), channels];
}

function poolingShape(layer: Pooling2D, input: Shape, report: Report): Shape {
  // Keeping every stride-th pixel is pooling with a window of one pixel.
  const size = layer.pooling === 'strided' ? pair(1) : pair(layer.pool_size);
  if (layer.padding === 'valid' && !fits(size, input)) {
    report({
      key: 'pool_size',
      message: `the window of "${layer.name}" is larger than the image that reaches it`,
      expected: `at most ${input[0]}×${input[1]} with padding: valid`,
      received: shapeText(size),
      hint: 'a smaller pool_size, padding: same, or fewer pooling layers',
      concerns: 'size',
    });
  }
  return [...windowShape({ ...layer, size }, input), input[2]];
}

const fits = (size: Shape, input: Shape): boolean => size[0] <= input[0] && size[1] <= input[1];

/** That the groups divide the filters too, the configuration's own check has seen to. */
function checkGroups({ name, groups }: Conv2D, channels: number, report: Report): void {
  if (channels % groups === 0) return;
  report({
    key: 'groups',
    message: `${channels} channels reach "${name}", which can't be split into ${groups} groups`,
    expected: `a divisor of ${channels}`,
    received: String(groups),
  });
}

/** A layer of images can't follow a layer of vectors. */
function asImage(layer: { name: string; type: string }, input: Shape, report: Report): Shape {
  if (input.length === 3) return input;
  report({
    message: `"${layer.name}" (${layer.type}) needs images, but a vector of ${shapeText(input)} reaches it`,
    expected: 'height×width×channels',
    received: shapeText(input),
    hint: 'move it before the flatten or global_pooling2d layer',
    concerns: 'rank',
  });
  return [1, 1, input[0]];
}

/** Keras would apply a dense layer to each pixel; in a classifier that is a forgotten flatten. */
function checkIsVector(name: string, input: Shape, report: Report): void {
  if (input.length === 1) return;
  report({
    message: `a flatten is missing before the dense layer "${name}", which an image of ${shapeText(input)} reaches`,
    expected: 'one vector per example',
    received: shapeText(input),
    hint: 'put "- type: flatten" or "- type: global_pooling2d" before it',
  });
}

function checkSharedAxes(activation: unknown, input: Shape, report: Report): void {
  const axes = (activation as { shared_axes?: number[] | null }).shared_axes ?? [];
  const beyond = axes.filter((axis) => axis > input.length);
  if (beyond.length === 0) return;
  report({
    key: 'activation',
    message: `prelu is shared over an axis that its input of ${shapeText(input)} doesn't have`,
    expected: `shared_axes from 1 to ${input.length}`,
    received: axes.join(', '),
  });
}
