import * as tf from '@tensorflow/tfjs';
import { AttributeKind, typeAttribute } from '../attributes.js';
import { DataType } from '../c-api.js';
import type { KernelBackend } from './registry.js';

/** Registers TensorFlow's one-pass gradients of activations that are functions of the input: LeakyReluGrad, SoftplusGrad. */
export function registerActivationGradients(backend: KernelBackend): void {
  const float = typeAttribute('T', DataType.float32);
  replaceGradient('LeakyRelu', (dy, x, attributes) => {
    const alpha = { name: 'alpha', type: AttributeKind.float, value: attributes['alpha'] as number };
    return backend.executeSingleOutput('LeakyReluGrad', [float, alpha], [dy, x]);
  });
  replaceGradient('Softplus', (dy, x) => backend.executeSingleOutput('SoftplusGrad', [float], [dy, x]));
}

function replaceGradient(
  kernelName: string,
  gradient: (dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap) => tf.Tensor,
): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({ x: () => gradient(dy as tf.Tensor, x, attributes) }),
  });
}
