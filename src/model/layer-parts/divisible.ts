import type { LayerConfig, Residual, Size } from '../../config/schema/experiment.generated.js';
import { type Report, type Shape, pair, shapeText } from '../shape.js';

/** How many times smaller, [rows, columns]: at the end of layers, and where they are smallest. */
interface Shrinkage {
  end: [number, number];
  most: [number, number];
}

/**
 * Layers that make an image smaller and as large again give the size that they were given only if it can be divided by all
 * their steps: pixels that are left over are lost on the way.
 */
export function checkDivisible(
  { name, layers }: Pick<Residual, 'name' | 'layers'>,
  input: Shape,
  report: Report,
): void {
  const { end, most } = shrinkageOf(layers);
  const returns = end[0] === 1 && end[1] === 1;
  if (input.length !== 3 || !returns || !layers.every(keepsEdges)) return;
  if (most.every((steps, axis) => input[axis] % steps === 0)) return;
  const size = input.slice(0, 2);
  const [above, below] = [Math.ceil, Math.floor].map((round) =>
    size.map((length, axis) => Math.max(1, round(length / most[axis])) * most[axis]),
  );
  report({
    message: `the image that reaches "${name}" can't be made smaller and as large again by its layers: pixels are left over`,
    expected: `a height and width that ${most[0] === most[1] ? `${most[0]} divides` : `${shapeText(most)} divide`}, such as ${nearestFirst(size, above, below).map(shapeText).join(' or ')}`,
    received: shapeText(size),
    hint: 'another image_size of the input, or less pooling',
    concerns: 'size',
  });
}

/** Whether a layer changes an image's size by its steps alone. */
function keepsEdges(layer: LayerConfig): boolean {
  if (layer.type === 'residual') return layer.layers.every(keepsEdges);
  if (layer.type === 'zero_padding2d' || layer.type === 'cropping2d') return false;
  return !('kernel_size' in layer) || layer.padding === 'same' || layer.kernel_size === 1;
}

function nearestFirst(size: Shape, ...others: [Shape, Shape]): Shape[] {
  const distance = (other: Shape): number =>
    other.reduce((sum, length, axis) => sum + Math.abs(length - size[axis]), 0);
  const sorted = [...others].sort((one, other) => distance(one) - distance(other));
  return sorted.filter((other, index) => index === 0 || shapeText(other) !== shapeText(sorted[0]));
}

function shrinkageOf(layers: readonly LayerConfig[]): Shrinkage {
  const start: Shrinkage = { end: [1, 1], most: [1, 1] };
  return layers.reduce(({ end, most }, layer) => {
    const own = ownShrinkage(layer);
    const reached = times(end, own.most);
    return { end: times(end, own.end), most: [Math.max(most[0], reached[0]), Math.max(most[1], reached[1])] };
  }, start);
}

function ownShrinkage(layer: LayerConfig): Shrinkage {
  switch (layer.type) {
    case 'pooling2d':
      return layer.pooling === 'none' ? by(1) : by(layer.strides);
    case 'conv2d':
    case 'depthwise_conv2d':
    case 'separable_conv2d':
      return by(layer.strides);
    case 'conv2d_transpose':
      return larger(layer.strides);
    case 'upsampling2d':
      return larger(layer.size);
    case 'residual':
      return shrinkageOf(layer.layers);
    default:
      return by(1);
  }
}

const by = (strides: Size): Shrinkage => ({ end: pair(strides), most: pair(strides) });

const larger = (size: Size): Shrinkage => {
  const [rows, columns] = pair(size);
  return { end: [1 / rows, 1 / columns], most: [1, 1] };
};

const times = (one: [number, number], other: [number, number]): [number, number] => [
  one[0] * other[0],
  one[1] * other[1],
];
