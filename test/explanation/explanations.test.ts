import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gradCam } from '../../src/explanation/grad-cam.js';
import { integratedGradients } from '../../src/explanation/integrated-gradients.js';
import { convolutions, logitOf } from '../../src/explanation/layers.js';
import { occlusion } from '../../src/explanation/occlusion.js';
import { saliency } from '../../src/explanation/saliency.js';
import { buildModel } from '../../src/model/build.js';
import { randomStream } from '../../src/random.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { IMAGES, type LayerFragment, resolveModel, shapeOf } from '../model/models.js';
import { drawWeight } from '../model/parity.js';
import { type Encoded, asKeras, decode, deviation, encode, encodeAll } from '../support/encoding.js';
import { askKerasBy } from '../support/keras.js';
import { startTensorFlow } from '../support/tensorflow.js';

const SHAPE: [number, number, number, number] = [1, IMAGES.height, IMAGES.width, IMAGES.channels];
const CLASS = 1;
const STEPS = 64;

const output = (activation: string): LayerFragment => ({ type: 'dense', name: 'output', activation });

/** Layers before the last; each model is also built with a softmax at its end, as trained ones are. */
const MODELS: Record<string, LayerFragment[]> = {
  'one convolution': [{ type: 'conv2d', filters: 5 }, { type: 'flatten' }],
  'pooling and hidden layers': [
    { type: 'conv2d', filters: 4, padding: 'same' },
    { type: 'pooling2d', pooling: 'max' },
    { type: 'conv2d', filters: 6, activation: 'tanh' },
    { type: 'flatten' },
    { type: 'dense', units: 7, activation: 'relu' },
  ],
  'residual, strided, global pooling': [
    { type: 'conv2d', filters: 4, padding: 'same' },
    { type: 'residual', layers: [{ type: 'conv2d', filters: 4, padding: 'same', activation: 'relu' }] },
    { type: 'conv2d', filters: 5, strides: 2, activation: 'relu' },
    { type: 'global_pooling2d', pooling: 'average' },
  ],
};

let runtime: Runtime;
let keras: Record<string, Record<'saliency' | 'integrated' | 'grad_cam', Encoded>>;

const draw = (name: string): tf.Tensor => {
  const stream = randomStream(1, name);
  return tf.tensor4d(
    Float32Array.from({ length: tf.util.sizeFromShape(SHAPE) }, () => stream.normal()),
    SHAPE,
  );
};

/** With weights like trained ones. */
function build(layers: LayerFragment[], activation = 'softmax'): tf.LayersModel {
  const config = resolveModel([...layers, output(activation)]);
  const { model } = buildModel(config, shapeOf(IMAGES), { seed: 1, random: new StepRandom(runtime) });
  for (const weight of model.weights) weight.write(drawWeight(weight)[1]);
  return model;
}

beforeAll(async () => {
  runtime = await startTensorFlow();
  const questions = Object.values(MODELS).map((layers) => {
    const linear = build(layers, 'linear');
    const weights = encodeAll(asKeras(linear, Object.fromEntries(linear.weights.map((each) => drawWeight(each)))));
    const model = resolveModel([...layers, output('linear')]);
    const images = { image: encode(draw('image')), baseline: encode(draw('baseline')) };
    return { model, shape: SHAPE.slice(1), classes: IMAGES.classes, weights, ...images, class: CLASS, steps: STEPS };
  });
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  const answers = await askKerasBy<(typeof keras)[string][]>(script, questions);
  keras = Object.fromEntries(Object.keys(MODELS).map((name, index) => [name, answers[index]]));
});

describe('explanations', () => {
  beforeEach(() => {
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
  });

  describe.each(Object.keys(MODELS))('of a model with %s', (name) => {
    const expectNear = (actual: tf.Tensor, expected: Encoded): void => {
      expect(actual.shape).toEqual(expected.shape);
      expect(deviation(actual.dataSync() as Float32Array, decode(expected))).toBeLessThan(1e-4);
    };

    it('saliency is that of Keras', () => {
      expectNear(saliency(build(MODELS[name]), draw('image'), CLASS), keras[name].saliency);
    });

    it('integrated gradients are those of Keras', () => {
      const { values } = integratedGradients(build(MODELS[name]), draw('image'), draw('baseline'), CLASS, STEPS);
      expectNear(values, keras[name].integrated);
    });

    it('Grad-CAM is that of Keras', () => {
      const model = build(MODELS[name]);
      const [last] = convolutions(model).slice(-1);
      expectNear(gradCam(model, draw('image'), CLASS, last), keras[name].grad_cam);
    });

    it('integrated gradients sum up to what the image adds to the baseline: completeness', () => {
      const model = build(MODELS[name]);
      const { values, difference } = integratedGradients(model, draw('image'), draw('baseline'), CLASS, 512);
      const logits = logitOf(model, tf.concat([draw('image'), draw('baseline')]), CLASS).dataSync();
      expect(difference).toBeCloseTo(logits[0] - logits[1], 5);
      expect(Math.abs(tf.sum(values).dataSync()[0] - difference)).toBeLessThan(
        0.02 * Math.max(1, Math.abs(difference)),
      );
    });

    it('leave the model as it was', () => {
      const model = build(MODELS[name]);
      const predict = () => [...(model.apply(draw('image'), { training: false }) as tf.Tensor).dataSync()];
      const before = predict();
      gradCam(model, draw('image'), CLASS, convolutions(model)[0]);
      saliency(model, draw('image'), CLASS);
      expect(predict()).toEqual(before);
      expect(before.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    });
  });

  it('leave no tensors behind', () => {
    const model = build(MODELS['one convolution']);
    const [image, baseline, layer] = [draw('image'), draw('baseline'), convolutions(model)[0]];
    const explainAll = (): void => {
      const { values } = integratedGradients(model, image, baseline, CLASS, 40);
      occlusion(model, image, baseline, CLASS, { size: 3, stride: 2 });
      tf.dispose([values, saliency(model, image, CLASS), gradCam(model, image, CLASS, layer)]);
    };
    explainAll();
    const before = [tf.memory().numTensors, runtime.tensorCount()];
    explainAll();
    expect([tf.memory().numTensors, runtime.tensorCount()]).toEqual(before);
  });

  it('occlusion finds the only pixel that a model looks at', () => {
    const [, height, width] = SHAPE;
    const weights = new Float32Array(tf.util.sizeFromShape(SHAPE) * 3);
    const [row, column] = [2, 6];
    weights[((row * width + column) * SHAPE[3] + 1) * 3 + CLASS] = 4;
    const model = build([{ type: 'flatten' }]);
    model.setWeights([tf.tensor2d(weights, [weights.length / 3, 3]), tf.zeros([3])]);
    const image = tf.ones(SHAPE);
    const drops = occlusion(model, image, tf.zerosLike(image), CLASS, { size: 1, stride: 1 });
    const whole = Math.exp(4) / (Math.exp(4) + 2);
    drops.forEach((drop, pixel) => {
      expect(drop).toBeCloseTo(pixel === row * width + column ? whole - 1 / 3 : 0, 5);
    });
    const blurred = occlusion(model, image, tf.zerosLike(image), CLASS, { size: 3, stride: 1 });
    expect(blurred).toHaveLength(height * width);
    expect(blurred[row * width + column]).toBeCloseTo(whole - 1 / 3, 5);
    expect(blurred[0]).toBeCloseTo(0, 5);
  });
});
