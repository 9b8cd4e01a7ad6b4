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
import { type Encoded, asKeras, decode, deviation, encode, encodeAll } from '../support/encoding.js';
import { askPython } from '../support/python.js';
import { kerasPython } from '../support/tensorflow.js';
import { IMAGES, resolveClassifier, shapeOf } from './models.js';
import type { ParityCase } from './parity-cases.js';

const STEPS = 3;
const BATCH = 5;
const IMAGE = [IMAGES.height, IMAGES.width, IMAGES.channels];

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

export const drawImages = (): tf.Tensor => normals('images', [STEPS, BATCH, ...IMAGE]);
/** What the outputs are multiplied by before they are summed up into the loss. */
const drawCotangent = (): tf.Tensor => normals('cotangent', [BATCH, IMAGES.classes]);

/** What Keras makes of each model. */
export async function askKeras(cases: Record<string, ParityCase>): Promise<Record<string, Behaviour>> {
  const questions = Object.entries(cases).map(([name, { layers, shared }]) => {
    const model = resolveClassifier(layers, shared);
    const { logits } = buildModel(model, shapeOf(IMAGES), { seed: 1, random: new StepRandom({} as Runtime) });
    const weights = encodeAll(asKeras(logits, Object.fromEntries(logits.weights.map((each) => drawWeight(each)))));
    logits.dispose();
    const question = { model, shape: IMAGE, classes: IMAGES.classes, weights };
    return [name, { ...question, images: encode(drawImages()), cotangent: encode(drawCotangent()) }] as const;
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
  return askPython(await kerasPython(), script, question);
}

/** What our model makes of the same images with the same weights; training is traced where the runtime traces. */
export function behaviourOf(runtime: Runtime, { layers, shared }: ParityCase): Behaviour {
  const random = new StepRandom(runtime);
  const { logits: model } = buildModel(resolveClassifier(layers, shared), shapeOf(IMAGES), { seed: 1, random });
  const variables = model.weights.map((weight) => runtime.variable(weight.name, drawWeight(weight)[1]));
  const trained = model.trainableWeights.map((weight) => model.weights.indexOf(weight));
  const program = runtime.compile('step', [{ shape: [BATCH, ...IMAGE], dtype: 'float32' }], ([x]) =>
    trainingStep(model, variables, trained, x),
  );
  const batches = tf.unstack(drawImages());
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
      input: encode(input),
      ...encodeAll(asKeras(model, Object.fromEntries(names.map((name, index) => [name, gradients[index]])))),
    },
    averages: encodeAll(Object.fromEntries(averages)),
  };
}

function infer(model: tf.LayersModel, variables: Variable[], x: tf.Tensor): tf.Tensor {
  return withWeights(model, accessTo(variables, []), () => model.apply(x, { training: false }) as tf.Tensor);
}

/** The output, the penalty, and the gradients in the images and the trained weights. */
function trainingStep(model: tf.LayersModel, variables: Variable[], trained: number[], x: tf.Tensor): tf.Tensor[] {
  const results: tf.Tensor[] = [];
  const { grads } = tf.valueAndGrads((input: tf.Tensor, ...weights: tf.Tensor[]) =>
    withWeights(model, accessTo(variables, trained, weights), () => {
      const output = model.apply(input, { training: true }) as tf.Tensor;
      const penalty = regularizationPenalty(model) ?? tf.scalar(0);
      results.push(tf.keep(output), tf.keep(penalty));
      return tf.add<tf.Scalar>(tf.sum(tf.mul(output, drawCotangent())), penalty);
    }),
  )([x, ...trained.map((index) => variables[index].read())]);
  return [...results, ...grads];
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
    expect(deviation(decode(ours[name]), decode(value)), name).toBeLessThan(tolerance);
  }
}
