import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EarlyStoppingConfig } from '../../src/config/schema/experiment.generated.js';
import { randomStream } from '../../src/random.js';
import { type EarlyStoppingState, createEarlyStopping } from '../../src/training/early-stopping.js';
import { askKerasBy } from '../support/keras.js';

interface Case {
  arguments: EarlyStoppingConfig;
  values: number[];
}

/** Epochs, from 0. */
interface Outcome {
  stopped: number | null;
  weights: number | null;
}

/** Courses of a metric, with every way to react to them. */
const cases: Case[] = Array.from({ length: 120 }, (_, index) => {
  const random = randomStream(index, 'test/early-stopping');
  return {
    arguments: {
      monitor: 'val_loss',
      min_delta: [0, 0.05, 0.3][random.below(3)],
      patience: random.below(12),
      mode: (['auto', 'min', 'max'] as const)[random.below(3)],
      restore_best_weights: random.below(2) === 1,
      start_from_epoch: [0, 0, 1, 4][random.below(4)],
    },
    values: Array.from({ length: 15 }, (_, epoch) => Math.round(10 * random.uniform() - epoch / 2) / 10),
  };
});

let keras: Outcome[];

beforeAll(async () => {
  const script = fileURLToPath(new URL('keras_reference.py', import.meta.url));
  const answer = await askKerasBy<{ early_stopping: Outcome[] }>(script, { early_stopping: cases });
  keras = answer.early_stopping;
});

/** @param isInterrupted whether each epoch is the work of a new process, which knows the state alone */
function run({ arguments: config, values }: Case, isInterrupted: boolean): Outcome {
  let stopping = createEarlyStopping(config);
  let best: number | null = null;
  for (const [epoch, value] of values.entries()) {
    if (isInterrupted) {
      const saved = JSON.parse(JSON.stringify(stopping.state())) as EarlyStoppingState;
      stopping = createEarlyStopping(config);
      stopping.restore(saved);
    }
    const { improved, stop } = stopping.afterEpoch(epoch + 1, { val_loss: value, val_accuracy: 0 });
    if (improved) best = epoch;
    if (stop) return { stopped: epoch, weights: config.restore_best_weights ? best : epoch };
  }
  const last = values.length - 1;
  return { stopped: null, weights: config.restore_best_weights ? (best ?? last) : last };
}

describe('early stopping', () => {
  it.each([
    ['in one go', false],
    ['interrupted after every epoch', true],
  ])('stops and keeps weights as Keras does, %s', (_, isInterrupted) => {
    for (const [index, each] of cases.entries()) {
      expect(run(each, isInterrupted), JSON.stringify(each)).toEqual(keras[index]);
    }
    // The cases show both outcomes.
    expect(keras.filter(({ stopped }) => stopped === null).length).toBeGreaterThan(5);
    expect(keras.filter(({ stopped, weights }) => stopped !== null && weights !== stopped).length).toBeGreaterThan(20);
  });

  it('takes larger for better in all metrics but losses', () => {
    const config = { ...cases[0].arguments, mode: 'auto', min_delta: 0, patience: 1, start_from_epoch: 0 } as const;
    const rising = (monitor: EarlyStoppingConfig['monitor']): boolean => {
      const stopping = createEarlyStopping({ ...config, monitor });
      stopping.afterEpoch(1, { [monitor]: 0.1 });
      return stopping.afterEpoch(2, { [monitor]: 0.2 }).improved;
    };
    expect(rising('val_accuracy')).toBe(true);
    expect(rising('train_f1_score')).toBe(true);
    expect(rising('val_loss')).toBe(false);
    expect(rising('train_loss')).toBe(false);
  });

  it('never takes a value that isn’t finite for the best', () => {
    const config = { ...cases[0].arguments, mode: 'min', min_delta: 0, patience: 2, start_from_epoch: 0 } as const;
    const stopping = createEarlyStopping(config);
    const decisions = [Number.NaN, 3, Number.NEGATIVE_INFINITY, Number.NaN].map((value, index) =>
      stopping.afterEpoch(index + 1, { val_loss: value }),
    );
    expect(decisions.map(({ improved }) => improved)).toEqual([false, true, false, false]);
    expect(decisions.map(({ stop }) => stop)).toEqual([false, false, false, true]);
    // Nor does it end training after the first epoch.
    expect(createEarlyStopping({ ...config, patience: 0 }).afterEpoch(1, { val_loss: Number.NaN }).stop).toBe(false);
  });
});
