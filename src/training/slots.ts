import type { OptimizerConfig } from '../config/experiment.js';

/**
 * How many values an optimizer keeps of each weight that it trains: the `slots` of its `updateRule`, counted without
 * loading tfjs (a test holds the two together).
 */
export function slotsPerWeight(config: OptimizerConfig): number {
  switch (config.name) {
    case 'sgd':
      return config.momentum > 0 ? 1 : 0;
    case 'adagrad':
      return 1;
    case 'adadelta':
      return 2;
    case 'rmsprop':
      return config.centered ? 3 : 2;
    case 'adam':
    case 'adamw':
      return config.amsgrad ? 3 : 2;
  }
}
