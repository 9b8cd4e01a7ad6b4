import * as tf from '@tensorflow/tfjs';
import { imagesAtOnce } from '../data/limits.js';
import { normalize } from '../data/normalization.js';
import { UserError } from '../text/errors.js';
import { loadModel } from '../model/save.js';
import type { Program, Runtime } from '../tensorflow/runtime.js';
import type { TrainedModel } from './trained-model.js';

/** A traced program takes one size of batch; a smaller batch is filled up to the next of these. */
const BATCH_SIZES = [1, 4, 16, 64, 256];

/** A trained model, ready to classify images as they are on disk: it normalizes them as its training did. */
export class Predictor {
  readonly #programs = new Map<number, Program>();
  readonly #batchSizes: number[];

  private constructor(
    readonly runtime: Runtime,
    readonly description: TrainedModel,
    readonly model: tf.LayersModel,
  ) {
    const largest = imagesAtOnce(Infinity, this.imageSize);
    this.#batchSizes = BATCH_SIZES.filter((size) => size <= largest);
  }

  /** @throws UserError `model-not-found`, `model-invalid` */
  static async load(runtime: Runtime, description: TrainedModel): Promise<Predictor> {
    const { model } = await loadModel(description.directory);
    const classes = model.outputs[0].shape[1];
    if (classes === description.classes.length) return new Predictor(runtime, description, model);
    throw new UserError(
      `the model in ${description.directory} has ${String(classes)} outputs for ${description.classes.length} classes`,
      { code: 'model-invalid', hint: 'train it again' },
    );
  }

  /** Of one image: height × width × channels. */
  get imageSize(): number {
    const { height, width, channels } = this.description;
    return height * width * channels;
  }

  /**
   * What the model says of images; may be used within a traced program.
   * @param images float32 0 to 255, [batch, height, width, channels]
   * @returns the model's outputs, [batch, classes]
   */
  apply(images: tf.Tensor): tf.Tensor {
    return this.model.apply(normalize(images, this.description.normalization), { training: false }) as tf.Tensor;
  }

  /** @param images [count, height, width, channels] @returns the model's outputs, row-major [count, classes] */
  predict(images: Uint8Array): Float32Array {
    const classes = this.description.classes.length;
    const count = images.length / this.imageSize;
    const outputs = new Float32Array(count * classes);
    const largest = this.#batchSizes[this.#batchSizes.length - 1];
    for (let start = 0; start < count; start += largest) {
      const end = Math.min(start + largest, count);
      const batch = images.subarray(start * this.imageSize, end * this.imageSize);
      outputs.set(this.#predictBatch(batch, end - start), start * classes);
    }
    return outputs;
  }

  /** Traces the programs for all sizes of batch up to this, and runs each, so that no later request waits for that. */
  warmUp(largestBatch: number): void {
    for (const size of this.#batchSizes.filter((each) => each <= largestBatch)) {
      this.#predictBatch(new Uint8Array(size * this.imageSize), size);
    }
  }

  #predictBatch(images: Uint8Array, count: number): Float32Array {
    const size = this.#batchSizes.find((each) => each >= count) ?? count;
    const padded = new Float32Array(size * this.imageSize);
    padded.set(images);
    const input = tf.tensor(padded, this.#shape(size));
    const [output] = this.#program(size).run([input]);
    const outputs = output.dataSync() as Float32Array;
    tf.dispose([input, output]);
    return outputs.subarray(0, count * this.description.classes.length);
  }

  #program(size: number): Program {
    const known = this.#programs.get(size);
    if (known) return known;
    const specs = [{ shape: this.#shape(size), dtype: 'float32' as const }];
    const program = this.runtime.compile('predict', specs, ([images]) => [this.apply(images)]);
    this.#programs.set(size, program);
    return program;
  }

  #shape(batch: number): number[] {
    const { height, width, channels } = this.description;
    return [batch, height, width, channels];
  }
}

/** Models stay loaded, and their programs traced, for as long as their engine runs. */
const loaded = new WeakMap<Runtime, Map<string, Promise<Predictor>>>();

/** The predictor of a model; loaded once for each engine. @throws UserError `model-not-found`, `model-invalid` */
export function loadPredictor(runtime: Runtime, model: TrainedModel): Promise<Predictor> {
  const models = loaded.get(runtime) ?? new Map<string, Promise<Predictor>>();
  loaded.set(runtime, models);
  const predictor = models.get(model.directory) ?? Predictor.load(runtime, model);
  models.set(model.directory, predictor);
  return predictor;
}
