import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../random.js';
import { correctAveragePoolGradient } from './kernels/average-pool-gradient.js';
import { registerGradients } from './kernels/gradients.js';
import type { Bytes } from './bytes.js';
import { registerPortableSpectrum } from './real-spectrum.js';
import type { Loop, Program, Runtime, Sampling, TensorSpec, Variable } from './runtime.js';

/** The same programs op by op in JavaScript, on tfjs's `cpu` backend: for machines that have no native TensorFlow. */
export class PortableRuntime implements Runtime {
  readonly backend = 'cpu';
  readonly version = `tfjs ${tf.version.tfjs}`;
  readonly device = 'CPU (JavaScript)';
  readonly threads = 1;
  readonly hasFusedUpdates = false;
  readonly hasRowUpdates = false;

  /** Makes tfjs's `cpu` backend the current one. */
  static async start(): Promise<PortableRuntime> {
    tf.enableProdMode(); // or tfjs advises, on standard error, to install tfjs-node
    await tf.setBackend('cpu');
    registerGradients();
    correctAveragePoolGradient();
    registerPortableSpectrum();
    return new PortableRuntime();
  }

  variable(name: string, initial: tf.Tensor): Variable {
    return new PortableVariable(name, initial);
  }

  compile(_name: string, _inputs: readonly TensorSpec[], body: (inputs: tf.Tensor[]) => tf.Tensor[]): Program {
    return { listing: '', run: (inputs) => tf.tidy(() => body([...inputs])), dispose: () => undefined };
  }

  compileLoop(
    _name: string,
    _carried: readonly TensorSpec[],
    body: (step: tf.Tensor, carried: tf.Tensor[]) => tf.Tensor[],
  ): Loop {
    return {
      listing: '',
      run: (from, to, carried) => {
        let state = carried.map((tensor) => tensor.clone());
        for (let step = from; step < to; step++) {
          const next = tf.tidy(() => body(tf.scalar(step, 'int32'), state));
          tf.dispose(state.filter((tensor) => !next.includes(tensor)));
          state = next;
        }
        return state;
      },
      dispose: () => undefined,
    };
  }

  update(): never {
    throw new Error('internal: fused updates need native TensorFlow');
  }

  updateRows(): never {
    throw new Error('internal: updates of rows need native TensorFlow');
  }

  gatherRows(variable: Variable, indices: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.gather(variable.read(), indices));
  }

  imageBytes(values: Bytes, shape: readonly number[]): tf.Tensor {
    return tf.tensor(Int32Array.from(values.subarray(0, values.byteLength)), [...shape], 'int32');
  }

  resident(values: Int32Array | Float32Array, shape: readonly number[] = [values.length]): tf.Tensor {
    return tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');
  }

  gatherImages(images: tf.Tensor, indices: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.cast(tf.gather(images, indices as tf.Tensor1D), 'float32'));
  }

  gatherSamples(bytes: tf.Tensor, indices: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const [low, high] = tf.unstack(tf.gather(bytes, indices), 2);
      const value = tf.add(low, tf.mul(high, tf.scalar(2 ** 8, 'int32')));
      const isNegative = tf.cast(tf.greaterEqual(high, tf.scalar(2 ** 7, 'int32')), 'int32');
      return tf.cast(tf.sub(value, tf.mul(isNegative, tf.scalar(2 ** 16, 'int32'))), 'float32');
    });
  }

  /** One image at a time: tfjs 4.22's kernel transforms the first of a batch and leaves out the rest. */
  projectiveTransform(
    images: tf.Tensor,
    transforms: tf.Tensor,
    { interpolation, fillMode, fillValue }: Sampling,
  ): tf.Tensor {
    return tf.tidy(() => {
      const ofImage = tf.split<tf.Tensor2D>(transforms, transforms.shape[0]);
      const single = tf.split<tf.Tensor4D>(images, ofImage.length);
      return tf.concat(
        single.map((image, index) => tf.image.transform(image, ofImage[index], interpolation, fillMode, fillValue)),
      );
    });
  }

  softmaxCrossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const targets = labels.dtype === 'int32' ? tf.oneHot(labels, logits.shape[1] ?? 0) : labels;
      return tf.neg(tf.sum(tf.mul(tf.cast(targets, 'float32'), tf.logSoftmax(logits)), 1));
    });
  }

  randomUniform(shape: readonly number[], key: tf.Tensor): tf.Tensor {
    return this.#draw(shape, key, (stream) => stream.uniform());
  }

  randomNormal(shape: readonly number[], key: tf.Tensor): tf.Tensor {
    return this.#draw(shape, key, (stream) => stream.normal());
  }

  tensorCount(): number {
    return tf.memory().numTensors;
  }

  #draw(
    shape: readonly number[],
    key: tf.Tensor,
    next: (stream: ReturnType<typeof randomStream>) => number,
  ): tf.Tensor {
    const [seed, step] = key.dataSync();
    const stream = randomStream(seed, `step-${step}`);
    const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => next(stream));
    return tf.tensor(values, [...shape]);
  }
}

class PortableVariable implements Variable {
  readonly shape: readonly number[];
  readonly #value: tf.Variable;

  constructor(
    readonly name: string,
    initial: tf.Tensor,
  ) {
    this.shape = initial.shape;
    this.#value = tf.variable(initial.clone());
  }

  read(): tf.Tensor {
    return this.#value.clone();
  }

  assign(value: tf.Tensor): void {
    this.#value.assign(value);
  }

  dispose(): void {
    this.#value.dispose();
  }
}
