import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import { residentBytesOfRow } from '../data/inputs.js';
import { evaluationMetrics } from './evaluation.js';
import { randomStream, sourceSeeds, type SourceSeeds } from '../random.js';
import type { Loop, Variable } from '../tensorflow/runtime.js';
import type { Checkpoint, CheckpointOrigin, CheckpointValues } from './checkpoint.js';
import type { CheckpointWriter } from './checkpoint-files.js';
import { describeDivergence } from './divergence.js';
import { type EarlyStopping, createEarlyStopping } from './early-stopping.js';
import type { Evaluator } from './evaluation.js';
import type { TrainingEvent } from './events.js';
import { valuesOf } from '../data/rows.js';
import { targetKind } from '../data/columns/kinds.js';
import type { TargetValues } from '../data/dataset.js';
import { ReadAhead } from './read-ahead.js';
import { type Schedule, countSteps, createSchedule } from './schedules.js';
import { type BestEpoch, type TrainingState, initialState } from './state.js';
import { type LoopState, type StepParts, type TrainingStage, compileTrainingLoop, toState, toTensors } from './step.js';

/** How long one call into the engine may take: between calls progress is shown and an interrupt is heard. */
const CALL_SECONDS = 0.25;

/** What a training is given. */
export interface Training {
  config: TrainingConfig;
  parts: StepParts;
  /** What is trained when, by first epochs; the first begins with the training. */
  stages: readonly TrainingStage[];
  /** The examples trained on and validated on: indices into the resident data. */
  train: Int32Array;
  validation: Int32Array;
  /** The target's value of every resident example. */
  labels: TargetValues;
  evaluator: Evaluator;
  onEvent: (event: TrainingEvent) => void;
  /** Ends the training after the steps under way. */
  signal?: AbortSignal;
  /** Where an earlier part of this training ended; it resumes there, with the same bits. */
  from?: Checkpoint;
  /** Whether `from` is the end of a training of fewer epochs. */
  trainsOn?: boolean;
  /** Whether the result is to have the state that more epochs would begin from. */
  keepsLast?: boolean;
  /** Writes checkpoints, the last when the signal has ended the training. */
  checkpoints?: CheckpointWriter;
}

/** What came of it. */
export interface TrainingResult {
  status: 'FINISHED' | 'INTERRUPTED' | 'DIVERGED';
  /** Why it diverged. */
  reason?: string;
  /** Epochs and steps that are done. */
  epochs: number;
  steps: number;
  /** Of the last epoch; empty before its end. */
  metrics: Record<string, number>;
  best: BestEpoch | null;
  /** The epoch whose weights the model has now: the last, or the one that early stopping went back to. */
  weightsEpoch: number;
  /** Training alone: without tracing, validation and whatever listeners do. */
  samplesPerSecond: number;
  /** The state after the last epoch, before early stopping went back; if it was wanted. */
  last?: Checkpoint;
}

/** Trains until the epochs are done, early stopping decides, the loss diverges or the signal aborts. */
export async function train(training: Training): Promise<TrainingResult> {
  const trainer = new Trainer(training);
  try {
    return await trainer.run();
  } finally {
    trainer.dispose();
    await training.checkpoints?.finish();
  }
}

class Trainer {
  readonly #training: Training;
  readonly #batchSize: number;
  readonly #fullSteps: number;
  readonly #stepsPerEpoch: number;
  readonly #schedule: Schedule;
  readonly #earlyStopping: EarlyStopping | undefined;
  readonly #sources: SourceSeeds;
  readonly #stepSeeds: Int32Array;
  readonly #readAhead: ReadAhead | undefined;
  #loop: Loop | undefined;
  #lastLoop: Loop | undefined;
  /** Which the loops train. */
  #stage: TrainingStage | undefined;
  #state: TrainingState;
  /** Of `state.keptEpoch`. */
  #bestWeights: tf.Tensor[] = [];
  /** Steps in one call, found by timing: it changes when JavaScript looks in, never what is computed. */
  #stepsPerCall = 1;

  constructor(training: Training) {
    const { config, train: examples, parts } = training;
    this.#training = training;
    this.#batchSize = Math.min(config.batch_size, examples.length);
    this.#fullSteps = Math.floor(examples.length / this.#batchSize);
    this.#stepsPerEpoch = countSteps(examples.length, this.#batchSize);
    this.#schedule = createSchedule(config.learning_rate_schedule, {
      learningRate: config.optimizer.learning_rate,
      stepsPerEpoch: this.#stepsPerEpoch,
      epochs: config.epochs,
    });
    this.#earlyStopping = config.early_stopping ? createEarlyStopping(config.early_stopping) : undefined;
    this.#sources = sourceSeeds(config);
    this.#stepSeeds = parts.random.seeds(this.#sources);
    this.#readAhead = readAheadOf(parts, this.#batchSize);
    this.#state = initialState();
  }

  async run(): Promise<TrainingResult> {
    const { config, onEvent, from } = this.#training;
    const started = performance.now();
    this.#enterStage(1 + (from?.state.epochs ?? 0));
    const seconds = (performance.now() - started) / 1000;
    onEvent({ type: 'compiled', seconds, stepsPerEpoch: this.#stepsPerEpoch, epochs: config.epochs });
    if (from) this.#restore(from);
    while (!this.#state.stopped) {
      const unfrozen = this.#enterStage(1 + this.#state.epochs);
      if (unfrozen.length > 0) onEvent({ type: 'unfrozen', epoch: 1 + this.#state.epochs, layers: unfrozen });
      const ended = await this.#trainEpoch();
      if (ended) return this.#result(ended.status, ended.reason);
      this.#endEpoch();
    }
    const last = this.#training.keepsLast ? this.#toCheckpoint() : undefined;
    this.#restoreBest();
    return { ...this.#result('FINISHED'), last };
  }

  dispose(): void {
    tf.dispose(this.#bestWeights);
    this.#disposeLoops();
  }

  #disposeLoops(): void {
    this.#loop?.dispose();
    this.#lastLoop?.dispose();
  }

  /** Compiles the loops of the stage that an epoch belongs to. @returns the layers that are trained from now on */
  #enterStage(epoch: number): string[] {
    const stage = this.#training.stages.findLast(({ firstEpoch }) => firstEpoch <= epoch);
    if (!stage || stage === this.#stage) return [];
    this.#stage = stage;
    this.#disposeLoops();
    const { parts, train: examples } = this.#training;
    const sizes = { stride: this.#batchSize, examples: examples.length, steps: this.#stepsPerEpoch };
    this.#loop = compileTrainingLoop(parts, stage, { ...sizes, batchSize: this.#batchSize });
    const rest = examples.length % this.#batchSize;
    if (rest > 0) this.#lastLoop = compileTrainingLoop(parts, stage, { ...sizes, batchSize: rest });
    return stage.unfrozen;
  }

  /** Trains what is left of the epoch. @returns undefined when it is done */
  async #trainEpoch(): Promise<Ending | undefined> {
    let carried = this.#carried();
    try {
      while (this.#state.step < this.#stepsPerEpoch) {
        const { loop, to } = this.#nextCall();
        const called = performance.now();
        this.#readAhead?.beforeCall(this.#state.step, to);
        const next = toState(loop.run(this.#state.step, to, toTensors(carried)));
        disposeState(carried);
        carried = next;
        this.#advance(to, carried, called);
        if (!Number.isFinite(this.#state.lossSum)) return this.#diverged('loss');
        this.#reportProgress();
        await setImmediate();
        if (this.#training.signal?.aborted) return await this.#interrupted();
        this.#checkpoint('step');
      }
      return this.#hasFiniteWeights() ? undefined : this.#diverged('weights');
    } finally {
      disposeState(carried);
    }
  }

  /** What the loop carries, as the state has it. */
  #carried(): LoopState {
    const { epochs, step, lossSum, score } = this.#state;
    const { train: examples } = this.#training;
    const order = epochOrder(examples, this.#sources.order, epochs + 1);
    this.#readAhead?.startEpoch(order, step);
    return {
      order: tf.tensor1d(order, 'int32'),
      learningRates: tf.tensor1d(this.#schedule.ratesOfEpoch(epochs)),
      seeds: tf.tensor1d(this.#stepSeeds, 'int32'),
      firstStep: tf.scalar(epochs * this.#stepsPerEpoch, 'int32'),
      lossSum: tf.scalar(lossSum),
      score: tf.scalar(score),
    };
  }

  #nextCall(): { loop: Loop; to: number } {
    const { step } = this.#state;
    if (!this.#loop) throw new Error('internal: the training loop is not compiled');
    if (step < this.#fullSteps) return { loop: this.#loop, to: Math.min(step + this.#stepsPerCall, this.#fullSteps) };
    if (!this.#lastLoop) throw new Error('internal: there is no last batch');
    return { loop: this.#lastLoop, to: step + 1 };
  }

  /** Notes the results of a call. @param called when it began */
  #advance(to: number, { lossSum, score }: LoopState, called: number): void {
    const state = this.#state;
    state.lossSum = lossSum.dataSync()[0]; // waits for the engine
    state.score = score.dataSync()[0];
    const seconds = (performance.now() - called) / 1000;
    const steps = to - state.step;
    state.epochSeconds += seconds;
    state.step = to;
    const wanted = Math.min(2 * steps, Math.round((CALL_SECONDS * steps) / seconds));
    this.#stepsPerCall = Math.max(1, Math.min(wanted, this.#readAhead?.stepsPerCall ?? wanted));
  }

  #reportProgress(): void {
    const { epochs, step, lossSum, score, epochSeconds } = this.#state;
    const samples = Math.min(step * this.#batchSize, this.#training.train.length);
    const means = { loss: lossSum / samples, [this.#progressMetric]: score / samples };
    this.#training.onEvent({
      ...{ type: 'progress', epoch: epochs + 1, step, ...means, samplesPerSecond: samples / epochSeconds },
    });
  }

  /** Validates the epoch that is done, tells of it, and decides whether it was the last. */
  #endEpoch(): void {
    const metrics = this.#validate(this.#trainMetrics());
    const epoch = this.#state.epochs + 1;
    const samples = this.#state.samples + this.#training.train.length;
    const seconds = this.#state.seconds + this.#state.epochSeconds;
    const best = isBetter(metrics, this.#state.best?.metrics) ? { epoch, metrics } : this.#state.best;
    this.#state = { ...this.#state, ...START_OF_EPOCH, epochs: epoch, samples, seconds, metrics, best };
    this.#training.onEvent({
      ...{ type: 'epoch', epoch, step: this.#globalStep, metrics, samplesPerSecond: this.#samplesPerSecond },
    });
    this.#state.stopped = this.#decideToStop(epoch, metrics);
    if (!this.#state.stopped) this.#schedule.onEpochEnd?.(metrics);
    this.#checkpoint('epoch-end');
  }

  #trainMetrics(): Record<string, number> {
    const { epochs, lossSum, score } = this.#state;
    const { length } = this.#training.train;
    const rates = this.#schedule.ratesOfEpoch(epochs);
    const means = { train_loss: lossSum / length, [`train_${this.#progressMetric}`]: score / length };
    return { ...means, learning_rate: rates[rates.length - 1] };
  }

  #validate(metrics: Record<string, number>): Record<string, number> {
    const { config, validation, labels, evaluator, parts } = this.#training;
    if (validation.length === 0) return metrics;
    const evaluation = evaluator.evaluate(validation);
    const own = valuesOf(labels, validation, labels.length / parts.labels.shape[0]);
    return { ...metrics, ...evaluationMetrics('val', config.metrics, evaluation, parts.target, own) };
  }

  #decideToStop(epoch: number, metrics: Record<string, number>): boolean {
    const { config, parts } = this.#training;
    const decision = this.#earlyStopping?.afterEpoch(epoch, metrics);
    if (decision?.improved && config.early_stopping?.restore_best_weights) {
      tf.dispose(this.#bestWeights);
      this.#bestWeights = parts.weights.map((weight) => weight.read());
      this.#state.keptEpoch = epoch;
    }
    return epoch === config.epochs || (decision?.stop ?? false);
  }

  #restoreBest(): void {
    this.#bestWeights.forEach((value, index) => {
      this.#training.parts.weights[index].assign(value);
    });
  }

  #checkpoint(at: 'step' | 'epoch-end'): void {
    const { checkpoints } = this.#training;
    if (checkpoints?.isDue(at)) checkpoints.save(this.#globalStep, this.#toCheckpoint());
  }

  /** The last checkpoint, of the very step that it ends at. */
  async #interrupted(): Promise<Ending> {
    const { checkpoints } = this.#training;
    await checkpoints?.finish();
    checkpoints?.save(this.#globalStep, this.#toCheckpoint());
    await checkpoints?.finish();
    return { status: 'INTERRUPTED' };
  }

  #toCheckpoint(): Checkpoint {
    const { weights, optimizer, runtime } = this.#training.parts;
    const schedule = this.#schedule.state();
    const state = { ...this.#state, schedule, earlyStopping: this.#earlyStopping?.state() ?? null };
    const bestWeights = this.#bestWeights.map((value) => value.dataSync() as Float32Array);
    const values = { weights: readValues(weights), slots: readValues(optimizer.slots), bestWeights };
    return { state, values, origin: originOf(runtime) };
  }

  #restore({ state, values }: Checkpoint): void {
    const { weights, optimizer } = this.#training.parts;
    this.#state = { ...state };
    assignValues(weights, values.weights);
    assignValues(optimizer.slots, values.slots);
    this.#bestWeights = values.bestWeights.map((value, index) => tf.tensor(value, [...weights[index].shape]));
    this.#schedule.restore(state.schedule);
    if (state.earlyStopping) this.#earlyStopping?.restore(state.earlyStopping);
    if (this.#training.trainsOn) {
      // What an epoch does that isn't the last.
      this.#state.stopped = false;
      this.#schedule.onEpochEnd?.(state.metrics);
    }
    if (!this.#state.stopped) this.#training.onEvent({ type: 'resumed', epoch: state.epochs + 1, step: state.step });
  }

  #hasFiniteWeights(): boolean {
    return this.#training.parts.weights.every((weight) =>
      tf.tidy(() => tf.all(tf.isFinite(weight.read())).dataSync()[0] === 1),
    );
  }

  #diverged(what: 'loss' | 'weights'): Ending {
    const { epochs, step } = this.#state;
    const reason = describeDivergence(what, { epoch: epochs + 1, step }, this.#training.config);
    return { status: 'DIVERGED', reason };
  }

  get #progressMetric(): string {
    return targetKind(this.#training.parts.target.column.type).progressMetric;
  }

  /** Steps done since the training began. */
  get #globalStep(): number {
    return this.#state.epochs * this.#stepsPerEpoch + this.#state.step;
  }

  get #samplesPerSecond(): number {
    const { samples, seconds } = this.#state;
    return seconds > 0 ? samples / seconds : 0;
  }

  #result(status: TrainingResult['status'], reason?: string): TrainingResult {
    const { epochs, metrics, best, keptEpoch } = this.#state;
    const weightsEpoch = status === 'FINISHED' ? (keptEpoch ?? epochs) : epochs;
    const samplesPerSecond = this.#samplesPerSecond;
    return { status, reason, epochs, steps: this.#globalStep, metrics, best, weightsEpoch, samplesPerSecond };
  }
}

interface Ending {
  status: 'DIVERGED' | 'INTERRUPTED';
  reason?: string;
}

const START_OF_EPOCH = { step: 0, lossSum: 0, score: 0, epochSeconds: 0 };

/** What trains here, as a checkpoint has it. */
export function originOf({ version, device, threads }: StepParts['runtime']): CheckpointOrigin {
  return { engine: version, device, threads };
}

function readAheadOf({ resident, prefetch }: StepParts, size: number): ReadAhead | undefined {
  return prefetch && new ReadAhead(prefetch, { size, bytes: size * residentBytesOfRow(resident) });
}

/** The order of an epoch's examples: a fresh shuffle, from the epoch's own stream. @param seed of the order @param epoch from 1 */
export function epochOrder(examples: Int32Array, seed: number, epoch: number): Int32Array {
  return randomStream(seed, `shuffle/epoch-${epoch}`).shuffle(Int32Array.from(examples));
}

function isBetter(metrics: Record<string, number>, best: Record<string, number> | undefined): boolean {
  if (!best) return true;
  const key = 'val_loss' in metrics ? 'val_loss' : 'train_loss';
  return metrics[key] < best[key];
}

/** Without `tf.tidy`, which looks through whatever it returns for tensors: number by number, for seconds. */
function readValues(variables: readonly Variable[]): CheckpointValues['weights'] {
  return variables.map((variable) => {
    const value = variable.read();
    const numbers = value.dataSync() as Float32Array;
    value.dispose();
    return numbers;
  });
}

function assignValues(variables: readonly Variable[], values: readonly Float32Array[]): void {
  variables.forEach((variable, index) => {
    tf.tidy(() => {
      variable.assign(tf.tensor(values[index], [...variable.shape]));
    });
  });
}

function disposeState(state: LoopState): void {
  tf.dispose(toTensors(state));
}
