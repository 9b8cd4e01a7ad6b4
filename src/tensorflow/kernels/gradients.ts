import * as tf from '@tensorflow/tfjs';

type GradientFunction = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap,
) => Record<string, () => tf.Tensor>;

/** [before, after], for height and width. */
type Margins = [number, number][];

/**
 * Replaces, for every backend, gradients of tfjs that are missing or differ from TensorFlow's: those of dilated
 * convolutions; of sums and means, which multiplied by a constant as large as their input; of maxima, which gave the
 * whole gradient to each of several equal ones.
 */
export function registerGradients(): void {
  addDilation('Conv2D', false);
  addDilation('DepthwiseConv2dNative', true);
  replaceGradient('Sum', (dy, [x], { axis }) => ({ x: () => spread(dy, x, axis as Axis) }));
  replaceGradient('Mean', (dy, [x], { axis }) => ({ x: () => spread(tf.div(dy, x.size / dy.size), x, axis as Axis) }));
  replaceGradient('Max', (dy, [x, y], { reductionIndices }) => ({
    x: () => shareOfMaximum(dy, x, y, reductionIndices as Axis),
  }));
}

function replaceGradient(kernelName: string, gradient: GradientFunction): void {
  const { inputsToSave, outputsToSave } = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave,
    outputsToSave,
    gradFunc: (dy, saved, attributes) => gradient(dy as tf.Tensor, saved, attributes),
  });
}

type Axis = number | number[] | null;

/** The shape of x, with 1 for every axis that was reduced. */
function keptShape(x: tf.Tensor, axis: Axis): number[] {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  return x.shape.map((length, index) => (axes.includes(index) ? 1 : length));
}

/** Gives every element of x the gradient of the sum that it went into. */
function spread(dy: tf.Tensor, x: tf.Tensor, axis: Axis): tf.Tensor {
  const kept = keptShape(x, axis);
  return tf.tile(
    tf.reshape(dy, kept),
    x.shape.map((length, index) => length / kept[index]),
  );
}

function shareOfMaximum(dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, axis: Axis): tf.Tensor {
  const kept = keptShape(x, axis);
  const isMaximum = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
  const count = tf.reshape(tf.sum(isMaximum, axis ?? undefined), kept);
  return tf.mul(isMaximum, tf.div(tf.reshape(dy, kept), count));
}

/** Keeps tfjs's gradient of a convolution, which refuses dilation, for those without. */
function addDilation(kernelName: string, isDepthwise: boolean): void {
  const { gradFunc } = tf.getGradient(kernelName);
  replaceGradient(kernelName, (dy, saved, attributes) => {
    const dilations = (attributes['dilations'] ?? 1) as number | number[];
    return tf.backend_util.tupleValuesAreOne(dilations)
      ? gradFunc(dy, saved, attributes)
      : dilatedGradient(dy, saved as tf.Tensor4D[], attributes, isDepthwise);
  });
}

/**
 * A convolution with dilation (d, e) is one without over d · e images of every d-th row and e-th column, which
 * `spaceToBatchND` makes of one; so is its gradient. TensorFlow has no other on a CPU, and does likewise.
 */
function dilatedGradient(
  dy: tf.Tensor,
  [x, filter]: tf.Tensor4D[],
  attributes: tf.NamedAttrMap,
  isDepthwise: boolean,
): Record<string, () => tf.Tensor> {
  const { block, margins, excess } = dilatedLayout(x, filter, attributes, isDepthwise);
  const parts = tf.spaceToBatchND(dy, block, excess);
  const settings = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
  const prefix = isDepthwise ? 'DepthwiseConv2dNativeBackprop' : 'Conv2DBackprop';
  const run = (kernel: string, inputs: tf.NamedTensorMap, shape: Record<string, number[]>): tf.Tensor =>
    tf.engine().runKernel(`${prefix}${kernel}`, inputs, { ...settings, ...shape });
  return {
    x: () => {
      const inputShape = tf.spaceToBatchND(x, block, margins).shape;
      return tf.batchToSpaceND(run('Input', { dy: parts, filter }, { inputShape }), block, margins);
    },
    filter: () => {
      const images = tf.spaceToBatchND(x, block, margins);
      return run('Filter', { x: images, dy: parts }, { filterShape: filter.shape });
    },
  };
}

/** What to pad so that the image, and its output, fall into whole blocks. */
function dilatedLayout(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides, pad, dilations, dimRoundingMode }: tf.NamedAttrMap,
  isDepthwise: boolean,
): { block: [number, number]; margins: Margins; excess: Margins } {
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides as [number, number],
    dilations as [number, number],
    pad as 'same' | 'valid',
    dimRoundingMode as 'floor' | undefined,
    isDepthwise,
  );
  const { top, bottom, left, right } = info.padInfo;
  const missing = (length: number, step: number): number => (step - (length % step)) % step;
  const rows = missing(info.inHeight + top + bottom, info.dilationHeight);
  const columns = missing(info.inWidth + left + right, info.dilationWidth);
  return {
    block: [info.dilationHeight, info.dilationWidth],
    margins: [
      [top, bottom + rows],
      [left, right + columns],
    ],
    excess: [
      [0, rows],
      [0, columns],
    ],
  };
}
