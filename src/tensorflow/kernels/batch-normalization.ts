import * as tf from '@tensorflow/tfjs';
import { AttributeKind, boolAttribute, stringAttribute, typeAttribute } from '../attributes.js';
import { DataType } from '../c-api.js';
import { type KernelBackend, addKernel } from './registry.js';

const KERNEL = 'FusedBatchNormV3';
const BACKEND = 'tensorflow';
/** The op's outputs: y, mean, variance, then three of which its gradient makes use. */
const OUTPUT_COUNT = 6;
const SAVED_OUTPUTS = [false, false, false, true, true, true];

export interface NormalizedBatch {
  output: tf.Tensor;
  /** Of the batch, a number per channel; outside of the gradient. */
  mean: tf.Tensor;
  /** Likewise, the mean square deviation (÷ n). */
  variance: tf.Tensor;
}

/**
 * Batch normalization of images in training, in one op: (x − mean) / √(variance + epsilon) · gamma + beta.
 * @param x float32 [batch, height, width, channels]
 * @param gamma [channels], or undefined for 1
 * @param beta [channels], or undefined for 0
 * @returns undefined for other shapes, and for backends other than TensorFlow's
 */
export function fusedBatchNormalization(
  x: tf.Tensor,
  gamma: tf.Tensor | undefined,
  beta: tf.Tensor | undefined,
  epsilon: number,
): NormalizedBatch | undefined {
  if (x.rank !== 4 || tf.getBackend() !== BACKEND) return undefined;
  const channels = x.shape[3] ?? 0;
  const inputs = { x, scale: gamma ?? tf.ones([channels]), offset: beta ?? tf.zeros([channels]) };
  const [output, mean, unbiased] = tf.engine().runKernel<tf.Tensor[]>(KERNEL, inputs, { epsilon });
  const count = x.size / channels;
  const variance = tf.tidy(() => tf.mul(unbiased, Math.max(count - 1, 1) / count));
  return { output, mean, variance };
}

/** Registers the op and its gradient with tfjs. */
export function registerBatchNormalization(backend: KernelBackend): void {
  addKernel(KERNEL, ({ inputs, attrs }) => {
    const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.Tensor>;
    const none = tf.zeros([0]);
    const settings = [
      ...settingsOf(attrs.epsilon as number),
      { name: 'exponential_avg_factor', type: AttributeKind.float, value: 1 },
    ];
    return backend.executeMultipleOutputs(KERNEL, settings, [x, scale, offset, none, none], OUTPUT_COUNT);
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ['x', 'scale'],
    outputsToSave: SAVED_OUTPUTS,
    gradFunc: (dy, [x, scale, ...reserved], attrs) => {
      const inputs = [(dy as tf.Tensor[])[0], x, scale, ...reserved];
      const [dx, dScale, dOffset] = backend.executeMultipleOutputs(
        'FusedBatchNormGradV3',
        settingsOf(attrs.epsilon as number),
        inputs,
        5,
      );
      return { x: () => dx, scale: () => dScale, offset: () => dOffset };
    },
  });
}

const settingsOf = (epsilon: number) => [
  typeAttribute('T', DataType.float32),
  typeAttribute('U', DataType.float32),
  { name: 'epsilon', type: AttributeKind.float, value: epsilon },
  stringAttribute('data_format', 'NHWC'),
  boolAttribute('is_training', true),
];
