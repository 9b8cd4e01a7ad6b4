import * as tf from '@tensorflow/tfjs';
import { AttributeKind, boolAttribute, stringAttribute, typeAttribute } from '../attributes.js';
import { DataType } from '../c-api.js';
import { type KernelBackend, addKernel } from './registry.js';

const KERNEL = 'FusedBatchNormV3';
/** The op's outputs: y, mean, variance, then three of which its gradient makes use. */
const OUTPUT_COUNT = 6;
const SAVED_OUTPUTS = [false, false, false, true, true, true];

/** Registers the op of batch normalization in training, and its gradient, with tfjs; the layer calls it by name. */
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
