import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import type { FittedTarget } from '../data/fitted.js';
import { valuesOf } from '../data/rows.js';
import { UserError } from '../text/errors.js';
import type { Dataset } from '../data/dataset.js';
import type { Evaluator } from '../training/evaluation.js';
import { columnOf } from '../metrics/regression.js';
import { type ThresholdGoal, chooseThreshold } from '../metrics/thresholds.js';

type Threshold = TrainingConfig['threshold'];

/** A target with the threshold that is stated, if one is. */
export function withThreshold(target: FittedTarget, threshold: Threshold): FittedTarget {
  if (typeof threshold !== 'number') return target;
  const count = target.column.type === 'binary' ? 1 : target.column.classes.length;
  return { ...target, thresholds: new Array<number>(count).fill(threshold) };
}

/** @throws UserError where a threshold is to be chosen on rows that there are none of */
export function requireValidation(threshold: Threshold, rows: number): void {
  if (typeof threshold !== 'string' || rows > 0) return;
  throw new UserError(`training.threshold: ${threshold} is chosen on validation rows, and there are none`, {
    code: 'no-validation',
    hint: 'set dataset.validation_split above 0, or give a number',
    exitCode: 2,
  });
}

/** What thresholds are chosen of. */
interface Choice {
  target: FittedTarget;
  /** Of the training rows. */
  evaluator: Evaluator;
  /** Indices into those. */
  validation: Int32Array;
  dataset: Dataset;
}

/** The thresholds with the greatest score on the validation rows, of the weights as they are; those that are, if none are to be chosen. */
export function chooseThresholds(
  { target, evaluator, validation, dataset }: Choice,
  threshold: Threshold,
): FittedTarget {
  if (typeof threshold !== 'string') return target;
  const { outputs } = evaluator.evaluate(validation);
  const { train } = dataset;
  const size = train.target.length / train.count;
  const truth = valuesOf(train.target, validation, size);
  const thresholds = Array.from({ length: size }, (_, label) =>
    chooseThreshold(
      columnOf(outputs, label, size),
      (row) => truth[row * size + label] === 1,
      threshold satisfies ThresholdGoal,
    ),
  );
  return { ...target, thresholds };
}
