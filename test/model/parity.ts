import * as tf from '@tensorflow/tfjs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ModelConfig } from '../../src/config/schema/experiment.generated.js';
import { randomStream } from '../../src/random.js';
import { buildModel } from '../../src/model/build.js';
import { regularizationPenalty } from '../../src/model/regularizers.js';
import { withWeights } from '../../src/model/weights.js';
import type { Runtime, Variable } from '../../src/tensorflow/runtime.js';
import { StepRandom } from '../../src/tensorflow/step-random.js';
import { type Encoded, asKeras, isOfPlaces, decode, deviation, encode, encodeAll } from '../support/encoding.js';
import { askKerasBy } from '../support/keras.js';
import { IMAGES, type Given, SEQUENCES, resolveClassifier, shapeOfGiven } from './models.js';
import type { ParityCase } from './parity-cases.js';

const STEPS = 3;
const BATCH = 5;

/** What a model makes of images: in inference, then in steps of training. */
export interface Behaviour {
  inference: Encoded;
  training: Encoded;
  penalty: number;
  /** Of the first step, in the images (`input`) and the trained weights, by Keras's names. */
  gradients: Record<string, Encoded>;
  /** After the last step. */
  averages: Record<string, Encoded>;
}

export const drawImages = (): tf.Tensor => drawInputs('images');

/** Batches of what a model is given: numbers, or words of which every text's last are padding. */
export function drawInputs(given: Given): tf.Tensor {
  const shape = [STEPS, BATCH, ...shapeOfGiven(given).inputs[0].shape];
  if (given !== 'words') return normals(given, shape);
  const stream = randomStream(1, 'test/words');
  const { length, words } = SEQUENCES;
  const values = Int32Array.from({ length: STEPS * BATCH * length }, (_, index) => {
    const isPadding = index % length > 3 + (Math.floor(index / length) % (length - 3));
    return isPadding ? 0 : 1 + stream.below(words - 1);
  });
  return tf.tensor(values, shape, 'int32');
}
/** What the outputs are multiplied by before they are summed up into the loss. */
const drawCotangent = (): tf.Tensor => normals('cotangent', [BATCH, IMAGES.classes]);

/** What Keras makes of each model. */
export async function askKeras(cases: Record<string, ParityCase>): Promise<Record<string, Behaviour>> {
  const questions = Object.entries(cases).map(([name, { layers, shared, of: given = 'images' }]) => {
    const model = resolveClassifier(layers, shared);
    const shape = shapeOfGiven(given);
    const { logits } = buildModel(model, shape, { seed: 1, random: new StepRandom({} as Runtime) });
    const weights = encodeAll(asKeras(logits, Object.fromEntries(logits.weights.map((each) => drawWeight(each)))));
    logits.dispose();
    const [{ shape: size, tokens }] = shape.inputs;
    const question = { model, shape: size, tokens, classes: IMAGES.classes, weights };
    const inputs = drawInputs(given);
    const images = encode(tf.tensor(Float32Array.from(inputs.dataSync()), inputs.shape));
    return [name, { ...question, images, cotangent: encode(drawCotangent()) }] as const;
  });
  return (await ask({ cases: Object.fromEntries(questions) })).cases;
}

/** The first weights of models of images of this shape, as Keras draws them: by name, for each model. */
export async function drawFromKeras(models: ModelConfig[], shape: number[]): Promise<Record<string, Float32Array>[]> {
  const draws = models.map((model) => ({ model, shape, classes: IMAGES.classes }));
  const weightsOf = (drawn: Record<string, Encoded>): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(drawn).map(([name, value]) => [name, decode(value)]));
  return (await ask({ draws })).draws.map(weightsOf);
}

async function ask(question: object): Promise<{ cases: Record<string, Behaviour>; draws: Record<string, Encoded>[] }> {
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  return askKerasBy(script, question);
}

/** What our model makes of the same images with the same weights; training is traced where the runtime traces. */
export function behaviourOf(runtime: Runtime, { layers, shared, of: given = 'images' }: ParityCase): Behaviour {
  const random = new StepRandom(runtime);
  const shape = shapeOfGiven(given);
  const { logits: model } = buildModel(resolveClassifier(layers, shared), shape, { seed: 1, random });
  const variables = model.weights.map((weight) => runtime.variable(weight.name, drawWeight(weight)[1]));
  const trained = model.trainableWeights.map((weight) => model.weights.indexOf(weight));
  const dtype = given === 'words' ? 'int32' : 'float32';
  const program = runtime.compile('step', [{ shape: [BATCH, ...shape.inputs[0].shape], dtype }], ([x]) =>
    trainingStep(model, variables, trained, x),
  );
  const batches = tf.unstack(drawInputs(given));
  const inference = infer(model, variables, batches[0]);
  const [training, penalty, input, ...gradients] = program.run([batches[0]]);
  for (const batch of batches.slice(1)) tf.dispose(program.run([batch]));
  const names = trained.map((index) => model.weights[index].originalName);
  const after = Object.fromEntries(model.weights.map(({ originalName }, i) => [originalName, variables[i].read()]));
  const averages = Object.entries(after).filter(([name]) => name.includes('/moving_'));
  return {
    inference: encode(inference),
    training: encode(training),
    penalty: penalty.dataSync()[0],
    gradients: {
      ...(given === 'words' ? {} : { input: encode(input) }),
      ...encodeAll(asKeras(model, Object.fromEntries(names.map((name, index) => [name, gradients[index]])))),
    },
    averages: encodeAll(Object.fromEntries(averages)),
  };
}

function infer(model: tf.LayersModel, variables: Variable[], x: tf.Tensor): tf.Tensor {
  return withWeights(model, accessTo(variables, []), () => model.apply(x, { training: false }) as tf.Tensor);
}

/** The output, the penalty, and the gradients in the images (of words there is none: zeros) and the trained weights. */
function trainingStep(model: tf.LayersModel, variables: Variable[], trained: number[], x: tf.Tensor): tf.Tensor[] {
  const results: tf.Tensor[] = [];
  const isOfWords = x.dtype === 'int32';
  const { grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => {
    const [input, weights] = isOfWords ? [x, parameters] : [parameters[0], parameters.slice(1)];
    return withWeights(model, accessTo(variables, trained, weights), () => {
      const output = model.apply(input, { training: true }) as tf.Tensor;
      const penalty = regularizationPenalty(model) ?? tf.scalar(0);
      results.push(tf.keep(output), tf.keep(penalty));
      return tf.add<tf.Scalar>(tf.sum(tf.mul(output, drawCotangent())), penalty);
    });
  })([...(isOfWords ? [] : [x]), ...trained.map((index) => variables[index].read())]);
  return [...results, ...(isOfWords ? [tf.zerosLike(x)] : []), ...grads];
}

function accessTo(variables: Variable[], trained: number[], values: tf.Tensor[] = []) {
  return {
    read: (index: number) => (trained.includes(index) ? values[trained.indexOf(index)] : variables[index].read()),
    write: (index: number, value: tf.Tensor) => {
      variables[index].assign(value);
    },
  };
}

/** A value that depends on the weight's name and shape alone; no two channels are alike, and variances are positive. */
export function drawWeight({ originalName: name, shape, trainable }: tf.LayerVariable): [string, tf.Tensor] {
  // The identity within a dilated depthwise convolution.
  if (!trainable && name.endsWith('/pointwise_kernel')) return [name, identity(shape as number[])];
  if (isOfPlaces(name)) return [name, tf.ones(shape as number[])];
  const draws = normals(name, shape as number[]);
  const scaled = tf.mul(draws, 0.4);
  return [name, /variance|gamma/.test(name) ? tf.add(tf.abs(scaled), 0.5) : scaled];
}

const identity = (shape: number[]): tf.Tensor => tf.reshape(tf.eye(shape[3]), shape);

function normals(name: string, shape: number[]): tf.Tensor {
  const stream = randomStream(1, `test/${name}`);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => stream.normal()),
    shape,
  );
}

/** Forward within 1e-5, gradients within 1e-4 of their largest number. */
export function expectSame(ours: Behaviour, theirs: Behaviour): void {
  expect(deviation(decode(ours.inference), decode(theirs.inference), 1), 'inference').toBeLessThan(1e-5);
  expect(deviation(decode(ours.training), decode(theirs.training), 1), 'training').toBeLessThan(1e-5);
  expect(ours.penalty, 'penalty').toBeCloseTo(theirs.penalty, 5);
  expectAllSame(ours.gradients, theirs.gradients, 1e-4);
  expectAllSame(ours.averages, theirs.averages, 1e-5);
}

function expectAllSame(ours: Record<string, Encoded>, theirs: Record<string, Encoded>, tolerance: number): void {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  for (const [name, value] of Object.entries(theirs)) {
    expect(ours[name].shape, name).toEqual(value.shape);
    // No answer depends on the bias of keys: where all scores grow alike, a softmax is the same.
    const scale = name.endsWith('/key/bias') ? 1 : 0;
    expect(deviation(decode(ours[name]), decode(value), scale), name).toBeLessThan(tolerance);
  }
}
