import type * as tf from '@tensorflow/tfjs';

/** Changes the images of a batch: float32 [batch, height, width, channels], 0 to 255. */
export type ImageOperation = (images: tf.Tensor) => tf.Tensor;

/** Images, and the masks that belong to them: float32 [batch, height, width, 1]. */
export interface Pictures {
  images: tf.Tensor;
  masks?: tf.Tensor;
}

/** Moves the pixels of images and of their masks alike. */
export type GeometricOperation = (pictures: Pictures) => Pictures;
