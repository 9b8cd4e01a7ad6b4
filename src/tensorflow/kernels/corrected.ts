import * as tf from '@tensorflow/tfjs';
import { DataType } from '../c-api.js';
import {
  type KernelBackend,
  type KernelParameters,
  type Replacement,
  type SimpleKernel,
  replaceKernel,
} from './registry.js';
import { typeAttribute } from '../attributes.js';

/** Replaces those of tfjs-node's kernels that fail on some inputs, or compute something else than tfjs's op means. */
export function registerCorrectedKernels(backend: KernelBackend): void {
  replaceKernel('Diag', computedAs('int32', 'bool'));
  replaceKernel('FusedConv2D', channelsLast);
  replaceKernel('LeakyRelu', integersAsFloats);
  replaceKernel('Multinomial', () => statelessMultinomial(backend));
  replaceKernel('Round', integersUnchanged);
  replaceKernel('ScatterNd', indicesAsRows);
  replaceKernel('Sign', zeroForNaN);
  replaceKernel('Step', computedAs('float32', 'int32'));
}

const withInput = (parameters: KernelParameters, x: tf.Tensor): KernelParameters => ({ ...parameters, inputs: { x } });

/** TensorFlow's op doesn't know the type `unknown`: `known` stands in for it. */
function computedAs(known: tf.DataType, unknown: tf.DataType): Replacement {
  return (original) => (parameters) => {
    const x = parameters.inputs.x as tf.Tensor;
    if (x.dtype !== unknown) return original(parameters);
    return tf.tidy(() => tf.cast(original(withInput(parameters, tf.cast(x, known))), unknown));
  };
}

/** tfjs's leaky ReLU of integers gives floats; TensorFlow's takes no integers. */
const integersAsFloats: Replacement = (original) => (parameters) => {
  const x = parameters.inputs.x as tf.Tensor;
  if (x.dtype === 'float32') return original(parameters);
  return tf.tidy(() => original(withInput(parameters, tf.cast(x, 'float32'))));
};

/** TensorFlow rounds every int32 to 0. */
const integersUnchanged: Replacement = (original) => (parameters) => {
  const x = parameters.inputs.x as tf.Tensor;
  return x.dtype === 'int32' ? tf.clone(x) : original(parameters);
};

/** To tfjs the sign of NaN is 0, to TensorFlow NaN. */
const zeroForNaN: Replacement = (original) => (parameters) => {
  const x = parameters.inputs.x as tf.Tensor;
  if (x.dtype !== 'float32') return original(parameters);
  return tf.tidy(() => original(withInput(parameters, tf.where(tf.isNaN(x), tf.zerosLike(x), x))));
};

/** To tfjs a vector of indices is a row each, to TensorFlow one index of as many dimensions. */
const indicesAsRows: Replacement = (original) => (parameters) => {
  const indices = parameters.inputs.indices as tf.Tensor;
  if (indices.rank !== 1) return original(parameters);
  const { inputs } = parameters;
  return tf.tidy(() => original({ ...parameters, inputs: { ...inputs, indices: tf.expandDims(indices, 1) } }));
};

/** tfjs-node refuses images whose channels come first. A bias is a vector of channels in either format. */
const channelsLast: Replacement = (original) => (parameters) => {
  if (parameters.attrs.dataFormat !== 'NCHW') return original(parameters);
  return tf.tidy(() => {
    const { x, preluActivationWeights: slopes } = parameters.inputs;
    const inputs = {
      ...parameters.inputs,
      x: tf.transpose(x as tf.Tensor, [0, 2, 3, 1]),
      preluActivationWeights: slopes?.rank === 3 ? tf.transpose(slopes, [1, 2, 0]) : slopes,
    };
    const attrs = { ...parameters.attrs, dataFormat: 'NHWC' };
    return tf.transpose(original({ ...parameters, inputs, attrs }), [0, 3, 1, 2]);
  });
};

/** The same seed gives the same numbers; TensorFlow's stateful op, tfjs-node's choice, draws on at every call. */
function statelessMultinomial(backend: KernelBackend): SimpleKernel {
  return ({ inputs, attrs }) =>
    tf.tidy(() => {
      const logits = inputs.logits as tf.Tensor;
      const { numSamples, seed, normalized } = attrs as { numSamples: number; seed: number; normalized: boolean };
      // Where the user gives no seed tfjs takes a fraction: all of its 64 bits count.
      const bits = tf.tensor1d(new Int32Array(Float64Array.of(seed).buffer), 'int32');
      const operands = [normalized ? tf.log(logits) : logits, tf.scalar(numSamples, 'int32'), bits];
      return backend.executeSingleOutput(
        'StatelessMultinomial',
        [typeAttribute('output_dtype', DataType.int32)],
        operands,
      );
    });
}
