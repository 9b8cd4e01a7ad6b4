import * as tf from '@tensorflow/tfjs';
import { type KernelParameters, type Replacement, type SimpleKernel, replaceKernel } from './registry.js';

type Shape = [number, number, number, number];
/** What is put before and after each axis of an image. */
type Paddings = [before: number, after: number][];
/** Computes a kernel without padding, `original`, on a padded input. */
type Padded = (original: SimpleKernel, parameters: KernelParameters, paddings: Paddings) => tf.Tensor;

/**
 * Lets pooling and the gradients of convolutions be padded by numbers (`pad: 1`, or so many before and after each axis),
 * which tfjs-node refuses: first the input is padded, then the windows take it as it is. The gradient of such an average
 * stays refused: tfjs's own isn't the derivative of what it computes.
 */
export function registerExplicitPadding(): void {
  replaceKernel('MaxPool', padded(poolInfo, maxPool));
  replaceKernel('MaxPoolGrad', padded(poolInfo, maxPoolGradient));
  replaceKernel('AvgPool', padded(poolInfo, averagePool));
  replaceKernel('Conv2DBackpropInput', padded(convolutionInfo, inputGradient));
  replaceKernel('Conv2DBackpropFilter', padded(convolutionInfo, filterGradient));
}

function padded(describe: (parameters: KernelParameters) => tf.backend_util.Conv2DInfo, compute: Padded): Replacement {
  return (original) => (parameters) => {
    const info = describe(parameters);
    if (info.padInfo.type === 'SAME' || info.padInfo.type === 'VALID') return original(parameters);
    const attrs = { ...parameters.attrs, pad: 'valid' };
    return tf.tidy(() => compute(original, { ...parameters, attrs }, paddingsFor(info)));
  };
}

function poolInfo({ inputs, attrs }: KernelParameters): tf.backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tf.MaxPoolGradAttrs;
  const { shape } = (inputs.x ?? inputs.input) as tf.Tensor;
  return tf.backend_util.computePool2DInfo(shape as Shape, filterSize, strides, 1, pad, dimRoundingMode);
}

function convolutionInfo({ inputs, attrs }: KernelParameters): tf.backend_util.Conv2DInfo {
  const { strides, pad, dimRoundingMode, dataFormat, ...shapes } = attrs as unknown as tf.Conv2DBackpropInputAttrs &
    tf.Conv2DBackpropFilterAttrs;
  const inputShape = inputs.x?.shape ?? shapes.inputShape;
  const filterShape = inputs.filter?.shape ?? shapes.filterShape;
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape,
    filterShape as Shape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    format,
  );
}

/** What goes before is given; what goes after is as much as the last window needs, which rounding may have added. */
function paddingsFor(info: tf.backend_util.Conv2DInfo): Paddings {
  const { top, left } = info.padInfo;
  const bottom = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left;
  const image: Paddings = [
    [top, Math.max(0, bottom)],
    [left, Math.max(0, right)],
  ];
  return info.dataFormat === 'channelsLast' ? [[0, 0], ...image, [0, 0]] : [[0, 0], [0, 0], ...image];
}

/** Smaller than any value that a maximum could be taken of. */
const lowest = (dtype: tf.DataType): number => (dtype === 'int32' ? -(2 ** 31) : -Infinity);

const maxPool: Padded = (original, parameters, paddings) => {
  const x = parameters.inputs.x as tf.Tensor;
  return original({ ...parameters, inputs: { x: tf.pad(x, paddings, lowest(x.dtype)) } });
};

const maxPoolGradient: Padded = (original, parameters, paddings) => {
  const input = parameters.inputs.input as tf.Tensor;
  const inputs = { ...parameters.inputs, input: tf.pad(input, paddings, lowest(input.dtype)) };
  return withoutPadding(original({ ...parameters, inputs }), paddings, input.shape);
};

/** The average of what a window covers of the input; padding doesn't count. */
const averagePool: Padded = (original, parameters, paddings) => {
  const x = parameters.inputs.x as tf.Tensor;
  const average = (values: tf.Tensor): tf.Tensor =>
    original({ ...parameters, inputs: { x: tf.pad(values, paddings) } });
  return tf.div(average(x), average(tf.onesLike(x)));
};

const inputGradient: Padded = (original, parameters, paddings) => {
  const shape = parameters.attrs.inputShape as number[];
  const inputShape = shape.map((size, axis) => paddings[axis][0] + size + paddings[axis][1]);
  const gradient = original({ ...parameters, attrs: { ...parameters.attrs, inputShape } });
  return withoutPadding(gradient, paddings, shape);
};

const filterGradient: Padded = (original, parameters, paddings) => {
  const x = tf.pad(parameters.inputs.x as tf.Tensor, paddings);
  return original({ ...parameters, inputs: { ...parameters.inputs, x } });
};

function withoutPadding(padded: tf.Tensor, paddings: Paddings, shape: number[]): tf.Tensor {
  return tf.slice(
    padded,
    paddings.map(([before]) => before),
    shape,
  );
}
