import * as tf from '@tensorflow/tfjs';
import { gradCam } from '../../explanation/grad-cam.js';
import { convolutions } from '../../explanation/layers.js';

/** What the server says of its model (`/model`). */
export interface ModelDescription {
  name: string;
  height: number;
  width: number;
  channels: number;
  classes: string[];
  /** What it says of each class: probabilities, or mere outputs. */
  values: 'probability' | 'output';
  normalization: { mean: number[]; standardDeviation: number[] };
  /** Of transparent pictures: red, green, blue. */
  background: [number, number, number];
  dataset: { name: string };
  /** How often it was right on its test images; null where that isn't known. */
  test: { accuracy: number; images: number } | null;
}

/** What the model makes of an image. */
export interface Answer {
  /** [classes] */
  values: Float32Array;
  /** Where it saw what speaks for its answer, 0 to 1: [height, width] of the image; absent without a convolution. */
  attention?: Float32Array;
}

/** The model, in this browser. */
export class BrowserModel {
  private constructor(
    readonly description: ModelDescription,
    readonly layers: tf.LayersModel,
  ) {}

  static async load(): Promise<BrowserModel> {
    const response = await fetch('/model');
    const description = (await response.json()) as ModelDescription;
    await tf.ready();
    return new BrowserModel(description, await tf.loadLayersModel('/model/model.json'));
  }

  /** @param pixels 0 to 255, [height, width, channels] */
  async answer(pixels: Float32Array): Promise<Answer> {
    const { height, width, channels, normalization } = this.description;
    const [output, attention] = tf.tidy(() => {
      const image = tf.tensor4d(pixels, [1, height, width, channels]);
      const input = tf.div(tf.sub(image, normalization.mean), normalization.standardDeviation);
      const said = this.layers.apply(input, { training: false }) as tf.Tensor;
      return [said, ...this.#attention(input, tf.argMax(said, 1).dataSync()[0])];
    });
    const values = (await output.data()) as Float32Array;
    const map = (await (attention as tf.Tensor | undefined)?.data()) as Float32Array | undefined;
    tf.dispose([output, attention]);
    return { values, attention: map };
  }

  #attention(input: tf.Tensor, classIndex: number): tf.Tensor[] {
    const last = convolutions(this.layers).at(-1);
    if (!last) return [];
    const map = gradCam(this.layers, input, classIndex, last);
    const { height, width } = this.description;
    const resized = tf.image.resizeBilinear(tf.expandDims<tf.Tensor3D>(map, 2), [height, width]);
    return [tf.div(resized, tf.maximum(tf.max(resized), 1e-7))];
  }
}
