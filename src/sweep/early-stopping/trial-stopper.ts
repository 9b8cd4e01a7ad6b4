import type { EarlyTerminateConfig, SweepMetric } from '../../config/schema/experiment.generated.js';
import { MedianStopping } from './median-stopping.js';
import type { StoppingRule } from './stopping-rule.js';
import { SuccessiveHalving, rungsOf } from './successive-halving.js';

/** Tells by a sweep's metric which trials are to be stopped early. */
export class TrialStopper {
  readonly #rule: StoppingRule;
  readonly #sign: 1 | -1;
  /** The metric that is reported each epoch. */
  readonly metric: string;

  /** @param epochs of the experiment that the sweep varies */
  constructor(rule: EarlyTerminateConfig, { name, goal }: SweepMetric, epochs: number) {
    this.#rule = rule.type === 'median' ? new MedianStopping(rule) : new SuccessiveHalving(rule, rungsOf(rule, epochs));
    this.#sign = goal === 'maximize' ? 1 : -1;
    this.metric = epochMetric(name);
  }

  /**
   * @param metrics that a trial has after an epoch
   * @returns why it is to be stopped, or undefined
   */
  report(trial: string, epoch: number, metrics: Readonly<Record<string, number>>): string | undefined {
    if (!Object.hasOwn(metrics, this.metric)) return undefined;
    return this.#rule.report(trial, epoch, this.#sign * metrics[this.metric]);
  }
}

/**
 * What tells during training how the metric of a sweep will end: for `best_val_loss` it is `val_loss`, and for
 * `test_accuracy` it is `val_accuracy`, since the test set is scored only once everything is decided.
 */
export function epochMetric(name: string): string {
  return name.replace(/^best_/, '').replace(/^test_/, 'val_');
}
