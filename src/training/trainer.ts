import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/experiment.js';
import { randomStream } from '../random.js';
import type { Loop } from '../tensorflow/runtime.js';
import { type EarlyStopping, createEarlyStopping } from './early-stopping.js';
import type { Evaluator } from './evaluation.js';
import type { TrainingEvent } from './events.js';
import { evaluationMetrics } from './metrics.js';
import { type Schedule, createSchedule } from './schedules.js';
import { type LoopState, type StepParts, compileTrainingLoop, toState, toTensors } from './step.js';

/** How long one call into the engine may take: between calls progress is shown and an interrupt is heard. */
const CALL_SECONDS = 0.25;

/** What a training is given. */
export interface Training {
  config: TrainingConfig;
  parts: StepParts;
  /** The examples trained on and validated on: indices into the resident data. */
  train: Int32Array;
  validation: Int32Array;
  /** The class of every resident example. */
  labels: Int32Array;
  evaluator: Evaluator;
  onEvent: (event: TrainingEvent) => void;
  signal?: AbortSignal;
}

/** What came of it. */
export interface TrainingResult {
  status: 'FINISHED' | 'INTERRUPTED' | 'DIVERGED';
  /** Why it ended before its time. */
  reason?: string;
  epochs: number;
  steps: number;
  /** Of the last epoch. */
  metrics: Record<string, number>;
  /** Of the epoch whose weights count as the best: that of the lowest `val_loss`, without validation `train_loss`. */
  best: { epoch: number; metrics: Record<string, number> };
  /** The epoch whose weights the model has now: the last, or the one that early stopping went back to. */
  weightsEpoch: number;
  /** Training alone: without tracing, validation and whatever listeners do. */
  samplesPerSecond: number;
}

/** Trains until the epochs are done, early stopping decides, the loss diverges or the signal aborts. */
export async function train(training: Training): Promise<TrainingResult> {
  const trainer = new Trainer(training);
  try {
    return await trainer.run();
  } finally {
    trainer.dispose();
  }
}

class Trainer {
  readonly #training: Training;
  readonly #batchSize: number;
  readonly #fullSteps: number;
  readonly #stepsPerEpoch: number;
  readonly #schedule: Schedule;
  readonly #earlyStopping: EarlyStopping | undefined;
  readonly #seeds: Int32Array;
  #loop: Loop | undefined;
  #lastLoop: Loop | undefined;
  #bestWeights: { epoch: number; values: tf.Tensor[] } | undefined;
  #step = 0;
  #trainedSamples = 0;
  #trainedSeconds = 0;
  /** Steps in one call, found by timing: it changes when JavaScript looks in, never what is computed. */
  #stepsPerCall = 1;

  constructor(training: Training) {
    const { config, train: examples, parts } = training;
    this.#training = training;
    this.#batchSize = Math.min(config.batch_size, examples.length);
    this.#fullSteps = Math.floor(examples.length / this.#batchSize);
    this.#stepsPerEpoch = Math.ceil(examples.length / this.#batchSize);
    this.#schedule = createSchedule(config.learning_rate_schedule, {
      learningRate: config.optimizer.learning_rate,
      stepsPerEpoch: this.#stepsPerEpoch,
      epochs: config.epochs,
    });
    this.#earlyStopping = config.early_stopping ? createEarlyStopping(config.early_stopping) : undefined;
    this.#seeds = parts.random.seeds(config.seed);
  }

  async run(): Promise<TrainingResult> {
    const { config, onEvent } = this.#training;
    const started = performance.now();
    this.#compile();
    const seconds = (performance.now() - started) / 1000;
    onEvent({ type: 'compiled', seconds, stepsPerEpoch: this.#stepsPerEpoch, epochs: config.epochs });
    let result: Pick<TrainingResult, 'epochs' | 'metrics' | 'best'> | undefined;
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const ended = await this.#trainEpoch(epoch);
      if (ended.status !== 'TRAINED') return this.#result(ended.status, result, epoch, ended.reason);
      const metrics = this.#validate(ended.metrics);
      const best = isBetter(metrics, result?.best.metrics) ? { epoch, metrics } : (result?.best ?? { epoch, metrics });
      result = { epochs: epoch, metrics, best };
      onEvent({ type: 'epoch', epoch, step: this.#step, metrics, samplesPerSecond: this.#samplesPerSecond });
      if (this.#decideToStop(epoch, metrics)) break;
      this.#schedule.onEpochEnd?.(metrics);
    }
    this.#restoreBest();
    return this.#result('FINISHED', result, result?.epochs ?? 0);
  }

  dispose(): void {
    tf.dispose(this.#bestWeights?.values);
  }

  #compile(): void {
    const sizes = { stride: this.#batchSize, examples: this.#training.train.length, steps: this.#stepsPerEpoch };
    this.#loop = compileTrainingLoop(this.#training.parts, { ...sizes, batchSize: this.#batchSize });
    const rest = this.#training.train.length % this.#batchSize;
    if (rest > 0) this.#lastLoop = compileTrainingLoop(this.#training.parts, { ...sizes, batchSize: rest });
  }

  async #trainEpoch(epoch: number): Promise<EpochOutcome> {
    let state = this.#startOfEpoch(epoch);
    let seconds = 0;
    try {
      for (let step = 0; step < this.#stepsPerEpoch;) {
        const { loop, to } = this.#nextCall(step);
        const called = performance.now();
        const next = toState(loop.run(step, to, toTensors(state)));
        disposeState(state);
        state = next;
        const samples = this.#examplesBefore(to);
        const means = readMeans(state, samples); // waits for the engine
        const callSeconds = (performance.now() - called) / 1000;
        this.#adaptCall(to - step, callSeconds);
        seconds += callSeconds;
        step = to;
        if (!Number.isFinite(means.loss)) return { status: 'DIVERGED', reason: divergence(means.loss, epoch, step) };
        this.#training.onEvent({ type: 'progress', epoch, step, ...means, samplesPerSecond: samples / seconds });
        await setImmediate();
        if (this.#training.signal?.aborted) return { status: 'INTERRUPTED' };
      }
      this.#step += this.#stepsPerEpoch;
      this.#trainedSamples += this.#training.train.length;
      this.#trainedSeconds += seconds;
      const { loss, accuracy } = readMeans(state, this.#training.train.length);
      const rates = this.#schedule.ratesOfEpoch(epoch - 1);
      const metrics = { train_loss: loss, train_accuracy: accuracy, learning_rate: rates[rates.length - 1] };
      return { status: 'TRAINED', metrics };
    } finally {
      disposeState(state);
    }
  }

  #startOfEpoch(epoch: number): LoopState {
    return {
      order: tf.tensor1d(epochOrder(this.#training.train, this.#training.config.seed, epoch), 'int32'),
      learningRates: tf.tensor1d(this.#schedule.ratesOfEpoch(epoch - 1)),
      seeds: tf.tensor1d(this.#seeds, 'int32'),
      firstStep: tf.scalar(this.#step, 'int32'),
      lossSum: tf.scalar(0),
      correct: tf.scalar(0),
    };
  }

  #nextCall(step: number): { loop: Loop; to: number } {
    if (!this.#loop) throw new Error('internal: the training loop is not compiled');
    if (step < this.#fullSteps) return { loop: this.#loop, to: Math.min(step + this.#stepsPerCall, this.#fullSteps) };
    if (!this.#lastLoop) throw new Error('internal: there is no last batch');
    return { loop: this.#lastLoop, to: step + 1 };
  }

  #adaptCall(steps: number, seconds: number): void {
    this.#stepsPerCall = Math.max(1, Math.min(2 * steps, Math.round((CALL_SECONDS * steps) / seconds)));
  }

  #examplesBefore(step: number): number {
    return Math.min(step * this.#batchSize, this.#training.train.length);
  }

  #validate(metrics: Record<string, number>): Record<string, number> {
    const { config, validation, labels, evaluator } = this.#training;
    if (validation.length === 0) return metrics;
    const evaluation = evaluator.evaluate(validation, labels);
    const own = validation.map((index) => labels[index]);
    return { ...metrics, ...evaluationMetrics('val', config.metrics, evaluation, own) };
  }

  #decideToStop(epoch: number, metrics: Record<string, number>): boolean {
    const decision = this.#earlyStopping?.afterEpoch(epoch, metrics);
    if (decision?.improved && this.#training.config.early_stopping?.restore_best_weights) {
      tf.dispose(this.#bestWeights?.values);
      this.#bestWeights = { epoch, values: this.#training.parts.weights.map((weight) => weight.read()) };
    }
    return decision?.stop ?? false;
  }

  #restoreBest(): void {
    this.#bestWeights?.values.forEach((value, index) => {
      this.#training.parts.weights[index].assign(value);
    });
  }

  get #samplesPerSecond(): number {
    return this.#trainedSeconds > 0 ? this.#trainedSamples / this.#trainedSeconds : 0;
  }

  #result(
    status: TrainingResult['status'],
    result: Pick<TrainingResult, 'metrics' | 'best'> | undefined,
    epochs: number,
    reason?: string,
  ): TrainingResult {
    const metrics = result?.metrics ?? {};
    const best = result?.best ?? { epoch: epochs, metrics };
    const weightsEpoch = status === 'FINISHED' ? (this.#bestWeights?.epoch ?? epochs) : epochs;
    const samplesPerSecond = this.#samplesPerSecond;
    return { status, reason, epochs, steps: this.#step, metrics, best, weightsEpoch, samplesPerSecond };
  }
}

type EpochOutcome =
  { status: 'TRAINED'; metrics: Record<string, number> } | { status: 'DIVERGED' | 'INTERRUPTED'; reason?: string };

/** The order of an epoch's examples: a fresh shuffle, from the epoch's own stream. @param epoch from 1 */
export function epochOrder(examples: Int32Array, seed: number, epoch: number): Int32Array {
  return randomStream(seed, `shuffle/epoch-${epoch}`).shuffle(Int32Array.from(examples));
}

function isBetter(metrics: Record<string, number>, best: Record<string, number> | undefined): boolean {
  if (!best) return true;
  const key = 'val_loss' in metrics ? 'val_loss' : 'train_loss';
  return metrics[key] < best[key];
}

function readMeans({ lossSum, correct }: LoopState, samples: number): { loss: number; accuracy: number } {
  return { loss: lossSum.dataSync()[0] / samples, accuracy: correct.dataSync()[0] / samples };
}

function disposeState(state: LoopState): void {
  tf.dispose(toTensors(state));
}

function divergence(loss: number, epoch: number, step: number): string {
  return (
    `the training loss is ${Number.isNaN(loss) ? 'NaN' : 'infinite'} by step ${step} of epoch ${epoch}; ` +
    'the likely cause is too high a learning rate: lower training.optimizer.learning_rate, or clip gradients'
  );
}
