import { describe, expect, it } from 'vitest';
import type { OptimizerConfig } from '../../src/config/experiment.js';
import { slotsPerWeight } from '../../src/training/slots.js';
import { updateRule } from '../../src/training/update-rules.js';

const common = { learning_rate: 0.1, epsilon: 1e-7 };
const adam = { ...common, beta_1: 0.9, beta_2: 0.999, weight_decay: 0.1 };

/** Each rule of each optimizer. */
const optimizers: OptimizerConfig[] = [
  { name: 'sgd', learning_rate: 0.1, momentum: 0, nesterov: false },
  { name: 'sgd', learning_rate: 0.1, momentum: 0.9, nesterov: true },
  { name: 'adagrad', ...common, initial_accumulator_value: 0.1 },
  { name: 'adadelta', ...common, rho: 0.95 },
  { name: 'rmsprop', ...common, rho: 0.9, momentum: 0, centered: false },
  { name: 'rmsprop', ...common, rho: 0.9, momentum: 0, centered: true },
  { name: 'adam', ...adam, amsgrad: false },
  { name: 'adam', ...adam, amsgrad: true },
  { name: 'adamw', ...adam, amsgrad: false },
  { name: 'adamw', ...adam, amsgrad: true },
];

describe('slotsPerWeight', () => {
  it.each(optimizers)('is what the update rule keeps: $name, centered $centered, amsgrad $amsgrad', (config) => {
    expect(slotsPerWeight(config)).toBe(Object.keys(updateRule(config).slots).length);
  });
});
