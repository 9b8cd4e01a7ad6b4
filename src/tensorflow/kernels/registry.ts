import * as tf from '@tensorflow/tfjs';
import type { Attribute } from '../attributes.js';
import type { TensorMetadata } from '../eager.js';

/** The name under which tfjs-node's kernels are registered. */
const BACKEND = 'tensorflow';

/** tfjs-node's backend (`NodeJSKernelBackend`), by the methods that kernels call; the last two it declares private. */
export interface KernelBackend {
  executeSingleOutput(op: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(op: string, attributes: Attribute[], inputs: tf.Tensor[], outputCount: number): tf.Tensor[];
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getInputTensorIds(tensors: tf.Tensor[]): number[];
}

/** What tfjs gives a kernel, with the types that tfjs-node's kernels rely on. */
export interface KernelParameters {
  inputs: Record<string, tf.Tensor | undefined>;
  attrs: Record<string, unknown>;
  backend: unknown;
}

export type Kernel = (parameters: KernelParameters) => tf.Tensor | tf.Tensor[];

/** A kernel with one output. */
export type SimpleKernel = (parameters: KernelParameters) => tf.Tensor;

/** Makes a kernel that takes the place of `original`, and may call it. */
export type Replacement = (original: SimpleKernel) => SimpleKernel;

export function addKernel(kernelName: string, kernel: Kernel): void {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: kernel as unknown as tf.KernelConfig['kernelFunc'],
  });
}

/** @throws Error if no such kernel is registered */
export function replaceKernel(kernelName: string, replace: Replacement): void {
  const { kernelFunc } = tf.getKernel(kernelName, BACKEND);
  tf.unregisterKernel(kernelName, BACKEND);
  addKernel(kernelName, replace(kernelFunc as unknown as SimpleKernel));
}
