import type {
  LearningRateScheduleConfig,
  OneCycleSchedule,
  ReduceOnPlateauSchedule,
} from '../config/schema/experiment.generated.js';
import { isImprovement, monitoredValue } from './monitor.js';

/** The steps that go through a number of examples once; the last may have a smaller batch. */
export function countSteps(examples: number, batchSize: number): number {
  return Math.ceil(examples / batchSize);
}

/** The learning rate of every step. */
export interface Schedule {
  /**
   * The rates of an epoch's steps: [stepsPerEpoch].
   * @param epoch from 0
   */
  ratesOfEpoch(epoch: number): Float32Array;
  /** Tells the metrics of the epoch that ended, to a schedule that follows one. */
  onEpochEnd?(metrics: Readonly<Record<string, number>>): void;
  /** What an exact resume needs besides the number of the epoch: plain values; null where that is nothing. */
  state(): PlateauState | null;
  restore(state: PlateauState | null): void;
}

/** The state of `reduce_on_plateau`. */
export interface PlateauState {
  learningRate: number;
  /** Of the watched metric; null: none so far. */
  best: number | null;
  /** Epochs since. */
  wait: number;
  /** Epochs before watching continues. */
  cooldown: number;
}

/** What a schedule scales. */
export interface ScheduleBase {
  learningRate: number;
  stepsPerEpoch: number;
  /** Of the whole training. */
  epochs: number;
}

/** A schedule that is a function of the step alone. */
type FixedSchedule = Exclude<LearningRateScheduleConfig, ReduceOnPlateauSchedule>;
type WarmedUpSchedule = Exclude<FixedSchedule, OneCycleSchedule>;

/** Keras's schedules, by the formulas of `keras/src/optimizers/schedules`, with lengths in epochs in place of steps. */
export function createSchedule(config: LearningRateScheduleConfig, base: ScheduleBase): Schedule {
  if (config.name === 'reduce_on_plateau') return reduceOnPlateau(config, base);
  const factor = config.name === 'one_cycle' ? oneCycle(config, base) : warmedUp(config, base);
  return {
    ratesOfEpoch: (epoch) =>
      Float32Array.from({ length: base.stepsPerEpoch }, (_, step) => {
        return base.learningRate * factor(epoch * base.stepsPerEpoch + step);
      }),
    state: () => null,
    restore: () => undefined,
  };
}

/**
 * The factor of the learning rate in each step. In the warm-up it rises linearly from 0 in the first step (as in Keras's
 * CosineDecay with `warmup_target`); the schedule proper counts from its end.
 */
function warmedUp(config: WarmedUpSchedule, { stepsPerEpoch, epochs }: ScheduleBase): (step: number) => number {
  const warmupSteps = config.warmup_epochs * stepsPerEpoch;
  return (step) =>
    step < warmupSteps
      ? step / warmupSteps
      : decay(config, (step - warmupSteps) / stepsPerEpoch, epochs - config.warmup_epochs);
}

/**
 * @param epoch after the warm-up; whole in an epoch's first step
 * @param epochs that remain after the warm-up
 */
function decay(config: WarmedUpSchedule, epoch: number, epochs: number): number {
  switch (config.name) {
    case 'constant':
      return 1;
    case 'step':
      return config.decay_rate ** Math.floor(epoch / config.decay_epochs);
    case 'exponential':
      return config.decay_rate ** (epoch / config.decay_epochs);
    case 'piecewise_constant': {
      // Keras changes the rate in the step after the boundary, not in that of the boundary.
      const passed = config.boundaries.filter((boundary) => epoch > boundary).length;
      return passed === 0 ? 1 : config.factors[passed - 1];
    }
    case 'cosine': {
      const progress = Math.min(1, epoch / (config.decay_epochs ?? epochs));
      return config.alpha + (1 - config.alpha) * halfCosine(progress);
    }
  }
}

/**
 * The 1cycle policy (Smith and Topin, "Super-Convergence: very fast training of neural networks using large learning
 * rates", 2018), as PyTorch's `OneCycleLR` with `anneal_strategy='cos'` and two phases has it: from 1 / div_factor up to 1
 * in the first pct_start of all steps, then down to 1 / (div_factor · final_div_factor) in the last.
 */
function oneCycle(config: OneCycleSchedule, { stepsPerEpoch, epochs }: ScheduleBase): (step: number) => number {
  const total = stepsPerEpoch * epochs;
  const peak = config.pct_start * total - 1;
  const first = 1 / config.div_factor;
  const last = first / config.final_div_factor;
  return (step) => {
    if (step < peak) return anneal(first, 1, step / peak);
    // A training of one step has nothing to anneal.
    return total > 1 ? anneal(1, last, (step - peak) / (total - 1 - peak)) : 1;
  };
}

function anneal(from: number, to: number, progress: number): number {
  return to + (from - to) * halfCosine(progress);
}

/** From 1 to 0 while the progress goes from 0 to 1. */
function halfCosine(progress: number): number {
  return (1 + Math.cos(Math.PI * progress)) / 2;
}

/** Keras ReduceLROnPlateau; the rate is a float32, as there. */
function reduceOnPlateau(config: ReduceOnPlateauSchedule, base: ScheduleBase): Schedule {
  let state: PlateauState = { learningRate: Math.fround(base.learningRate), best: null, wait: 0, cooldown: 0 };
  return {
    ratesOfEpoch: () => new Float32Array(base.stepsPerEpoch).fill(state.learningRate),
    onEpochEnd: (metrics) => {
      state = afterEpoch(config, state, monitoredValue(config, metrics));
    },
    state: () => state,
    restore: (saved) => {
      if (saved) state = saved;
    },
  };
}

function afterEpoch(config: ReduceOnPlateauSchedule, before: PlateauState, value: number): PlateauState {
  const cooldown = Math.max(0, before.cooldown - 1);
  if (isImprovement(config, value, before.best)) return { ...before, best: value, wait: 0, cooldown };
  if (cooldown > 0) return { ...before, cooldown };
  const wait = before.wait + 1;
  const isReduced = wait >= config.patience && before.learningRate > Math.fround(config.min_lr);
  if (!isReduced) return { ...before, wait, cooldown };
  const learningRate = Math.fround(Math.max(before.learningRate * config.factor, config.min_lr));
  return { ...before, learningRate, wait: 0, cooldown: config.cooldown };
}
