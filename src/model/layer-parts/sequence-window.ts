import type { Conv1D, SeparableConv1D } from '../../config/schema/experiment.generated.js';
import type { Report } from '../shape.js';
import type { KeyProblem } from './layer-kind.js';
import { windowShape } from './window.js';

/** A layer whose kernel moves along a sequence. */
export type SequenceConvolution = Conv1D | SeparableConv1D;

/** How many places a window has along a sequence. */
export function windowLength(
  window: { size: number; strides: number; padding: Conv1D['padding'] },
  length: number,
): number {
  const { size, strides, padding } = window;
  return windowShape({ size: [1, size], strides: [1, strides], padding }, [1, length])[1];
}

/** The length of a convolution's output. */
export function convolvedLength(layer: SequenceConvolution, length: number, report: Report): number {
  const { kernel_size: kernel, dilation_rate: dilation, name } = layer;
  // A dilated kernel reaches over the gaps between its elements.
  const size = (kernel - 1) * dilation + 1;
  if (layer.padding === 'valid' && size > length) {
    report({
      key: 'kernel_size',
      message: `the kernel of "${name}" is longer than the sequence that reaches it`,
      expected: `at most ${length} with padding: valid`,
      received: dilation > 1 ? `${size} (${kernel}, dilated)` : String(size),
      hint: 'a shorter kernel, padding: same, or less pooling before it',
      concerns: 'size',
    });
  }
  return windowLength({ ...layer, size }, length);
}

/** A kernel for images, inherited of the model. */
export function inheritedPair(layer: SequenceConvolution): KeyProblem[] {
  const size: unknown = layer.kernel_size;
  if (typeof size === 'number') return [];
  const message = `a kernel of two sizes, ${JSON.stringify(size)}, for a sequence`;
  return [
    { code: 'conflict', key: 'kernel_size', message, hint: 'give model.kernel_size one number, or this layer its own' },
  ];
}

/** Strides and dilation at once, which TensorFlow's convolutions don't compute. */
export function sequenceProblems({ strides, dilation_rate: dilation }: SequenceConvolution): KeyProblem[] {
  if (strides === 1 || dilation === 1) return [];
  const message = 'strides and dilation_rate above 1 at once, which TensorFlow does not compute';
  return [{ code: 'conflict', key: 'dilation_rate', message, hint: 'set one of the two to 1' }];
}
