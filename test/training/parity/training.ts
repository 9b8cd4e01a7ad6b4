import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { trainingInputs } from '../../../src/run/setup.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { createSchedule } from '../../../src/training/schedules.js';
import { compileTrainingLoop, toState, toTensors } from '../../../src/training/step.js';
import { epochOrder, train } from '../../../src/training/trainer.js';
import type { Encoded } from '../../support/encoding.js';
import { askKerasBy } from '../../support/keras.js';
import { type ParityCase, type Prepared, prepare, questionOf, questionOfData, weightsOf } from './experiments.js';

/** What training made of a case. */
export interface Trained {
  /** Of every step, or of the last step of every epoch. */
  rates: number[];
  /** Of every step, or the mean over every epoch. */
  losses: number[];
  /** After the last step, by Keras's names. */
  weights: Record<string, Encoded>;
  /** The loss of the validation images with these weights, in inference. */
  validation: number;
  /** Of every epoch, by Keras's names. */
  metrics?: Record<string, number[]>;
}

/** Each case by its name. */
type Results = Record<string, Trained>;

/** Trains all cases: `steps` by single steps, `epochs` as runs do; here and, meanwhile, in Keras. */
export async function trainBoth(
  runtime: Runtime,
  cases: { steps: Record<string, ParityCase>; epochs: Record<string, ParityCase> },
): Promise<Record<'ours' | 'keras', { steps: Results; epochs: Results }>> {
  const steps = Object.entries(cases.steps).map(([name, each]) => [name, prepare(runtime, each)] as const);
  const epochs = Object.entries(cases.epochs).map(([name, each]) => [name, prepare(runtime, each)] as const);
  const asked = askKeras({ steps: questionsOf(steps), epochs: questionsOf(epochs) });
  const ours: { steps: Results; epochs: Results } = { steps: {}, epochs: {} };
  for (const [name, prepared] of steps) {
    ours.steps[name] = trainSteps(prepared);
    await setImmediate(); // so that Keras's process is fed
  }
  for (const [name, prepared] of epochs) ours.epochs[name] = await trainEpochs(prepared);
  return { ours, keras: await asked };
}

const questionsOf = (cases: (readonly [string, Prepared])[]): object =>
  Object.fromEntries(cases.map(([name, prepared]) => [name, questionOf(prepared)]));

async function askKeras(questions: object): Promise<{ steps: Results; epochs: Results }> {
  const script = fileURLToPath(new URL('keras_training.py', import.meta.url));
  return askKerasBy(script, { ...questionOfData(), ...questions });
}

/** Trains by the step that runs are trained by, one step a call, so that each one's loss is seen. */
export function trainSteps({ setup, experiment: { training }, stepsPerEpoch }: Prepared): Trained {
  const { batch_size: batchSize, epochs, seed } = training;
  const examples = setup.train.length;
  const loop = compileTrainingLoop(setup.parts, setup.stages[0], {
    batchSize,
    stride: batchSize,
    examples,
    steps: stepsPerEpoch,
  });
  const base = { learningRate: training.optimizer.learning_rate, stepsPerEpoch, epochs };
  const schedule = createSchedule(training.learning_rate_schedule, base);
  const rates: number[] = [];
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const ofEpoch = schedule.ratesOfEpoch(epoch);
    rates.push(...ofEpoch);
    const state = toTensors({
      order: tf.tensor1d(epochOrder(setup.train, seed, epoch + 1), 'int32'),
      learningRates: tf.tensor1d(ofEpoch),
      seeds: tf.tensor1d(setup.parts.random.seeds({ augmentation: seed, dropout: seed }), 'int32'),
      firstStep: tf.scalar(epoch * stepsPerEpoch, 'int32'),
      lossSum: tf.scalar(0),
      score: tf.scalar(0),
    });
    for (let step = 0; step < stepsPerEpoch; step++) {
      const after = loop.run(step, step + 1, state);
      losses.push(toState(after).lossSum.dataSync()[0] / batchSize);
      tf.dispose(after);
    }
    tf.dispose(state);
  }
  return { rates, losses, ...finish(setup) };
}

/** Trains by the whole loop of a run: validation, callbacks and all. */
async function trainEpochs({ setup, experiment: { training } }: Prepared): Promise<Trained> {
  const epochs: Record<string, number>[] = [];
  const result = await train({
    config: training,
    ...trainingInputs(setup),
    onEvent: (event) => {
      if (event.type === 'epoch') epochs.push(event.metrics);
    },
  });
  if (result.status !== 'FINISHED') throw new Error(result.reason);
  const all = (name: string): number[] => epochs.map((metrics) => metrics[name]);
  const metrics = { accuracy: all('train_accuracy'), val_loss: all('val_loss'), val_accuracy: all('val_accuracy') };
  return { rates: all('learning_rate'), losses: all('train_loss'), metrics, ...finish(setup) };
}

/** What is left in the end; frees the rest. */
function finish(setup: Prepared['setup']): Pick<Trained, 'weights' | 'validation'> {
  const weights = weightsOf(setup);
  const validation = setup.evaluator.evaluate(setup.validation).loss;
  setup.dispose();
  return { weights, validation };
}
