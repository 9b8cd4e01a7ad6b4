import * as tf from '@tensorflow/tfjs';

/**
 * Corrects the gradient of average pooling on tfjs's `cpu` backend: it divides by the size of the window also at the
 * edges of a padded image, where the average was over fewer pixels.
 */
export function correctAveragePoolGradient(): void {
  const { gradFunc, ...gradient } = tf.getGradient('AvgPool');
  tf.unregisterGradient('AvgPool');
  tf.registerGradient({
    ...gradient,
    gradFunc: (dy, saved, attributes) =>
      gradFunc(tf.mul(dy as tf.Tensor, shares(saved[0], attributes)), saved, attributes),
  });
}

/** By how much more a pixel counts than a whole window would let it: [1, height, width, 1] of the output. */
function shares(x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: tf.NamedAttrMap): tf.Tensor {
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad as 'same' | 'valid',
    dimRoundingMode as 'floor' | undefined,
  );
  const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const rows = covered(outHeight, filterHeight, strideHeight, padInfo.top, info.inHeight);
  const columns = covered(outWidth, filterWidth, strideWidth, padInfo.left, info.inWidth);
  const values = rows.flatMap((row) => columns.map((column) => (filterHeight * filterWidth) / (row * column)));
  return tf.tensor(values, [1, outHeight, outWidth, 1]);
}

/** How many pixels of the image each window covers, along one axis. */
function covered(count: number, size: number, step: number, before: number, length: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const start = index * step - before;
    return Math.min(start + size, length) - Math.max(start, 0);
  });
}
