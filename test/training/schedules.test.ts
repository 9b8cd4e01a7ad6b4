import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  LearningRateScheduleConfig,
  ReduceOnPlateauSchedule,
} from '../../src/config/schema/experiment.generated.js';
import { randomStream } from '../../src/random.js';
import { createSchedule } from '../../src/training/schedules.js';
import { expectClose } from '../support/close.js';
import { askKerasBy } from '../support/keras.js';

const STEPS_PER_EPOCH = 7;
const EPOCHS = 12;
const STEPS = STEPS_PER_EPOCH * EPOCHS;
const RATE = 0.3;
const base = { learningRate: RATE, stepsPerEpoch: STEPS_PER_EPOCH, epochs: EPOCHS };

/** Each schedule, and the one of Keras that it is, with lengths in steps. */
const cases: Record<string, { config: LearningRateScheduleConfig; keras: { class: string; arguments: object } }> = {
  step: {
    config: { name: 'step', decay_epochs: 3, decay_rate: 0.5, warmup_epochs: 0 },
    keras: {
      class: 'ExponentialDecay',
      arguments: { initial_learning_rate: RATE, decay_steps: 3 * STEPS_PER_EPOCH, decay_rate: 0.5, staircase: true },
    },
  },
  'step of half an epoch': {
    config: { name: 'step', decay_epochs: 0.5, decay_rate: 0.9, warmup_epochs: 0 },
    keras: {
      class: 'ExponentialDecay',
      arguments: { initial_learning_rate: RATE, decay_steps: STEPS_PER_EPOCH / 2, decay_rate: 0.9, staircase: true },
    },
  },
  exponential: {
    config: { name: 'exponential', decay_epochs: 2, decay_rate: 0.96, warmup_epochs: 0 },
    keras: {
      class: 'ExponentialDecay',
      arguments: { initial_learning_rate: RATE, decay_steps: 2 * STEPS_PER_EPOCH, decay_rate: 0.96 },
    },
  },
  'piecewise constant': {
    config: { name: 'piecewise_constant', boundaries: [4, 9.5], factors: [0.1, 0.01], warmup_epochs: 0 },
    keras: {
      class: 'PiecewiseConstantDecay',
      arguments: {
        boundaries: [4 * STEPS_PER_EPOCH, 9.5 * STEPS_PER_EPOCH],
        values: [RATE, 0.1 * RATE, 0.01 * RATE],
      },
    },
  },
  'cosine over all epochs': {
    config: { name: 'cosine', decay_epochs: null, alpha: 0, warmup_epochs: 0 },
    keras: { class: 'CosineDecay', arguments: { initial_learning_rate: RATE, decay_steps: STEPS } },
  },
  'cosine with an end': {
    config: { name: 'cosine', decay_epochs: 5, alpha: 0.1, warmup_epochs: 0 },
    keras: {
      class: 'CosineDecay',
      arguments: { initial_learning_rate: RATE, decay_steps: 5 * STEPS_PER_EPOCH, alpha: 0.1 },
    },
  },
  'cosine with warm-up': {
    config: { name: 'cosine', decay_epochs: null, alpha: 0.05, warmup_epochs: 2 },
    keras: {
      class: 'CosineDecay',
      arguments: {
        initial_learning_rate: 0,
        warmup_target: RATE,
        warmup_steps: 2 * STEPS_PER_EPOCH,
        decay_steps: (EPOCHS - 2) * STEPS_PER_EPOCH,
        alpha: 0.05,
      },
    },
  },
};

interface PlateauCase {
  arguments: Omit<ReduceOnPlateauSchedule, 'name'>;
  learning_rate: number;
  values: number[];
}

/** Metrics that go up and down, with every way to react to them. */
const plateauCases: PlateauCase[] = Array.from({ length: 60 }, (_, index) => {
  const random = randomStream(index, 'test/plateau');
  return {
    arguments: {
      monitor: 'val_loss',
      factor: [0.1, 0.5, 0.9][random.below(3)],
      patience: random.below(4),
      mode: (['auto', 'min', 'max'] as const)[random.below(3)],
      min_delta: [0, 1e-4, 0.2][random.below(3)],
      cooldown: random.below(3),
      min_lr: [0, 0.01, 0.2][random.below(3)],
    },
    learning_rate: 0.1,
    values: Array.from({ length: 25 }, () => Math.round(10 * random.uniform()) / 10),
  };
});

let keras: { schedules: number[][]; plateaus: number[][] };

beforeAll(async () => {
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  keras = await askKerasBy(script, {
    schedules: Object.values(cases).map((each) => ({ ...each.keras, steps: STEPS })),
    plateaus: plateauCases,
  });
});

function ratesOf(config: LearningRateScheduleConfig, sizes = base): number[] {
  const schedule = createSchedule(config, sizes);
  return Array.from({ length: sizes.epochs }, (_, epoch) => Array.from(schedule.ratesOfEpoch(epoch))).flat();
}

/** Keras computes in float32: what is left near 0 of two numbers near 1 has an error of that size. */
const FLOAT32 = { relative: 1e-6, absolute: 1e-6 * RATE };

describe('a schedule', () => {
  it.each(Object.keys(cases))('is that of Keras in every step: %s', (name) => {
    expectClose(ratesOf(cases[name].config), keras.schedules[Object.keys(cases).indexOf(name)], FLOAT32);
  });

  it('is constant by default', () => {
    expect(new Set(ratesOf({ name: 'constant', warmup_epochs: 0 }))).toEqual(new Set([Math.fround(RATE)]));
  });

  it('rises from 0 in the warm-up and counts from its end', () => {
    const plain = ratesOf({ name: 'step', decay_epochs: 3, decay_rate: 0.5, warmup_epochs: 0 });
    const warmedUp = ratesOf({ name: 'step', decay_epochs: 3, decay_rate: 0.5, warmup_epochs: 2 });
    const warmupSteps = 2 * STEPS_PER_EPOCH;
    expectClose(
      warmedUp.slice(0, warmupSteps),
      Array.from({ length: warmupSteps }, (_, step) => (RATE * step) / warmupSteps),
      FLOAT32,
    );
    expect(warmedUp.slice(warmupSteps)).toEqual(plain.slice(0, STEPS - warmupSteps));
  });

  // The values of PyTorch 2's OneCycleLR, from its `get_lr`.
  it.each([
    [
      { pct_start: 0.3, div_factor: 25, final_div_factor: 10000 },
      { learningRate: 1, stepsPerEpoch: 5, epochs: 2 },
      [0.04, 0.52, 1, 0.950484632, 0.8117456539, 0.6112620219, 0.3887419781, 0.1882583461, 0.049519368, 4e-6],
    ],
    [
      { pct_start: 0.45, div_factor: 10, final_div_factor: 100 },
      { learningRate: 0.1, stepsPerEpoch: 4, epochs: 2 },
      [0.01, 0.0390427801, 0.0886829837, 0.097976674, 0.0770550088, 0.0429413738, 0.0123003088, 1e-4],
    ],
  ])('is PyTorch’s for one_cycle %#', (config, sizes, expected) => {
    expectClose(ratesOf({ name: 'one_cycle', ...config }, sizes), expected, FLOAT32);
  });

  it('trains with the peak of one_cycle where there is but one step', () => {
    const config = { name: 'one_cycle', pct_start: 0.3, div_factor: 25, final_div_factor: 10000 } as const;
    expect(ratesOf(config, { learningRate: 1, stepsPerEpoch: 1, epochs: 1 })).toEqual([1]);
  });
});

describe('reduce_on_plateau', () => {
  const create = ({ arguments: own, learning_rate }: PlateauCase): ReturnType<typeof createSchedule> =>
    createSchedule({ name: 'reduce_on_plateau', ...own }, { ...base, learningRate: learning_rate });

  it('is that of Keras for any course of the metric', () => {
    for (const [index, each] of plateauCases.entries()) {
      const schedule = create(each);
      const rates = each.values.map((value, epoch) => {
        schedule.onEpochEnd?.({ val_loss: value });
        return schedule.ratesOfEpoch(epoch + 1)[0];
      });
      expect(rates, JSON.stringify(each)).toEqual(keras.plateaus[index]);
    }
    // Many of them have reduced it.
    expect(keras.plateaus.filter((rates) => rates[rates.length - 1] < 0.05).length).toBeGreaterThan(10);
  });

  it('resumes from its state as if it had never stopped', () => {
    for (const [index, each] of plateauCases.entries()) {
      let schedule = create(each);
      const rates = each.values.map((value, epoch) => {
        const saved = JSON.parse(JSON.stringify(schedule.state())) as ReturnType<typeof schedule.state>;
        schedule = create(each);
        schedule.restore(saved);
        schedule.onEpochEnd?.({ val_loss: value });
        return schedule.ratesOfEpoch(epoch + 1)[0];
      });
      expect(rates).toEqual(keras.plateaus[index]);
    }
  });

  it('takes a value that isn’t finite for no improvement', () => {
    const own = {
      ...plateauCases[0].arguments,
      mode: 'min',
      patience: 1,
      cooldown: 0,
      factor: 0.5,
      min_lr: 0,
    } as const;
    const schedule = create({ arguments: { ...own, min_delta: 0 }, learning_rate: 1, values: [] });
    const after = [Number.NaN, 2, 1, Number.NaN, Number.POSITIVE_INFINITY].map((value) => {
      schedule.onEpochEnd?.({ val_loss: value });
      return schedule.ratesOfEpoch(0)[0];
    });
    expect(after).toEqual([0.5, 0.5, 0.5, 0.25, 0.125]);
  });
});
