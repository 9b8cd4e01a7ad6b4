import type { Conv2D, DepthwiseConv2D, SeparableConv2D } from '../../config/schema/experiment.generated.js';
import { type Report, type Shape, pair, shapeText } from '../shape.js';
import type { KeyProblem } from './layer-kind.js';
import { elementCount } from '../../tensorflow/element-count.js';

/** A layer whose kernel moves over an image. */
export type Convolution = Conv2D | DepthwiseConv2D | SeparableConv2D;

/** What moves over an image: with padding `valid` it has a place only where all of it fits. */
type Window = Pick<Conv2D, 'strides' | 'padding'> & { size: [number, number] };

/** How many places a window has: [rows, columns]. */
export function windowShape({ size, strides, padding }: Window, [height, width]: Shape): [number, number] {
  const [rowStep, columnStep] = pair(strides);
  const places = (length: number, window: number): number => (padding === 'same' ? length : length - window + 1);
  return [
    Math.max(Math.ceil(places(height, size[0]) / rowStep), 1),
    Math.max(Math.ceil(places(width, size[1]) / columnStep), 1),
  ];
}

export const fits = (size: Shape, input: Shape): boolean => size[0] <= input[0] && size[1] <= input[1];

/** @param channels of the output */
export function convolutionShape(layer: Convolution, input: Shape, channels: number, report: Report): Shape {
  const dilation = pair(layer.dilation_rate);
  const [rows, columns] = pair(layer.kernel_size);
  // A dilated kernel reaches over the gaps between its elements.
  const size: [number, number] = [(rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1];
  if (layer.padding === 'valid' && !fits(size, input)) {
    report({
      key: 'kernel_size',
      message: `the kernel of "${layer.name}" is larger than the image that reaches it`,
      expected: `at most ${input[0]}×${input[1]} with padding: valid`,
      received: shapeText(size) + (elementCount(dilation) > 1 ? ` (${rows}×${columns}, dilated)` : ''),
      hint: 'a smaller kernel, padding: same, or less pooling before it',
      concerns: 'size',
    });
  }
  return [...windowShape({ ...layer, size }, input), channels];
}

/** Strides and dilation at once, which TensorFlow's convolutions don't compute. */
export function dilationProblems(layer: Convolution): KeyProblem[] {
  if (Math.max(...pair(layer.strides)) === 1 || Math.max(...pair(layer.dilation_rate)) === 1) return [];
  const message = 'strides and dilation_rate above 1 at once, which TensorFlow does not compute';
  return [{ code: 'conflict', key: 'dilation_rate', message, hint: 'set one of the two to 1' }];
}

/** What tfjs's convolutions and their ops are given. */
export function windowArguments(layer: Convolution) {
  return {
    kernelSize: pair(layer.kernel_size),
    strides: pair(layer.strides),
    padding: layer.padding,
    dilationRate: pair(layer.dilation_rate),
  };
}
