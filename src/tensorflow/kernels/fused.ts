import * as tf from '@tensorflow/tfjs';
import { AttributeKind, boolAttribute, stringAttribute, typeAttribute } from '../attributes.js';
import { DataType } from '../c-api.js';
import { type KernelBackend, type Replacement, type SimpleKernel, replaceKernel } from './registry.js';

const FLOAT = typeAttribute('T', DataType.float32);
const CHANNELS_LAST = stringAttribute('data_format', 'NHWC');

/**
 * Replaces the kernels and gradients for which TensorFlow has one op where tfjs composes several, or a faster one:
 * MatMul for BatchMatMulV2, BiasAdd and BiasAddGrad, and the gradients of the activations. Each computes what tfjs's own
 * does (tfjs-core's op tests run against them), from fewer passes over memory.
 */
export function registerFusedKernels(backend: KernelBackend): void {
  replaceKernel('BatchMatMul', (original) => matMulKernel(backend, original));
  replaceKernel('Add', (original) => biasAddKernel(backend, original));
  replaceKernel('Sum', (original) => biasGradientKernel(backend, original));
  replaceKernel('GatherV2', () => gatherKernel(backend));
  replaceKernel('Cast', withoutNoOps);
  // Gradients in terms of the activation's output: (dy, y) in TensorFlow's order for each op.
  for (const [kernelName, op] of [
    ['Relu', 'ReluGrad'],
    ['Elu', 'EluGrad'],
    ['Selu', 'SeluGrad'],
  ]) {
    activationGradient(kernelName, (dy, y) => backend.executeSingleOutput(op, [FLOAT], [dy, y]));
  }
  for (const [kernelName, op] of [
    ['Tanh', 'TanhGrad'],
    ['Sigmoid', 'SigmoidGrad'],
  ]) {
    activationGradient(kernelName, (dy, y) => backend.executeSingleOutput(op, [FLOAT], [y, dy]));
  }
}

function activationGradient(kernelName: string, gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => gradient(dy as tf.Tensor, y) }),
  });
}

function matMulKernel(backend: KernelBackend, original: SimpleKernel): SimpleKernel {
  return (parameters) => {
    const { a, b } = parameters.inputs as { a: tf.Tensor; b: tf.Tensor };
    if (a.rank !== 2 || b.rank !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') return original(parameters);
    const { transposeA, transposeB } = parameters.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const attributes = [FLOAT, boolAttribute('transpose_a', transposeA), boolAttribute('transpose_b', transposeB)];
    return backend.executeSingleOutput('MatMul', attributes, [a, b]);
  };
}

function biasAddKernel(backend: KernelBackend, original: SimpleKernel): SimpleKernel {
  return (parameters) => {
    const { a, b } = parameters.inputs as { a: tf.Tensor; b: tf.Tensor };
    if (!isBias(a, b)) return original(parameters);
    return tf.tidy(() => {
      const bias = b.rank === 1 ? b : tf.reshape(b, [b.size]);
      return backend.executeSingleOutput('BiasAdd', [FLOAT, CHANNELS_LAST], [a, bias]);
    });
  };
}

/** Whether b is one number a channel of a: of a's last size, and 1 in every axis before. */
function isBias(a: tf.Tensor, b: tf.Tensor): boolean {
  const channels = a.shape.at(-1) ?? 0;
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    a.rank >= 2 &&
    b.rank >= 1 &&
    b.rank <= a.rank &&
    a.size > 0 &&
    b.size === channels &&
    b.shape.at(-1) === channels
  );
}

/** A sum over every axis but the last is the gradient of a bias. */
function biasGradientKernel(backend: KernelBackend, original: SimpleKernel): SimpleKernel {
  return (parameters) => {
    const { x } = parameters.inputs as { x: tf.Tensor };
    const { axis, keepDims } = parameters.attrs as unknown as { axis: number | number[] | null; keepDims: boolean };
    const axes = axis === null ? [] : tf.util.parseAxisParam(axis, x.shape);
    const isBiasGradient =
      x.dtype === 'float32' && x.rank >= 2 && x.size > 0 && !keepDims && isAllButLast(axes, x.rank);
    if (!isBiasGradient) return original(parameters);
    return backend.executeSingleOutput('BiasAddGrad', [FLOAT, CHANNELS_LAST], [x]);
  };
}

function isAllButLast(axes: number[], rank: number): boolean {
  return axes.length === rank - 1 && new Set(axes).size === rank - 1 && !axes.includes(rank - 1);
}

/** tfjs casts before many ops, mostly to the type that there is: the same tensor will do. */
const withoutNoOps: Replacement = (original) => (parameters) => {
  const x = parameters.inputs.x;
  return x && x.dtype === parameters.attrs.dtype ? tf.clone(x) : original(parameters);
};

/** tfjs-node's own reads the indices back to check them, which no trace allows; TensorFlow checks them itself. */
function gatherKernel(backend: KernelBackend): SimpleKernel {
  return ({ inputs, attrs }) => {
    const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    const attributes = [
      { name: 'batch_dims', type: AttributeKind.int, value: batchDims },
      typeAttribute('Tparams', dataTypeOf(x)),
      typeAttribute('Tindices', dataTypeOf(indices)),
      typeAttribute('Taxis', DataType.int32),
    ];
    return tf.tidy(() => {
      const axisTensor = tf.scalar(axis, 'int32');
      return backend.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
    });
  };
}

/** TensorFlow's number for a tfjs type. */
export function dataTypeOf({ dtype }: { dtype: tf.DataType }): DataType {
  return DataType[dtype];
}
