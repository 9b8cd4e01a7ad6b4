import { closest } from 'fastest-levenshtein';
import type { TrainingConfig } from '../config/experiment.js';
import { UserError } from '../errors.js';

/**
 * The weight of each class in the loss (Keras `class_weight`): as given by name or number, 1 where not given; or
 * `balanced`: examples / (classes · examples of the class), as scikit-learn's `compute_class_weight` has it.
 * @param classes the names
 * @param labels of the examples trained on
 * @returns undefined where all weights are 1
 * @throws UserError `unknown-class`
 */
export function classWeights(
  config: TrainingConfig['class_weight'],
  classes: readonly string[],
  labels: Int32Array,
): number[] | undefined {
  if (config === null) return undefined;
  if (config === 'balanced') return balancedWeights(classes.length, labels);
  const weights = new Array<number>(classes.length).fill(1);
  for (const [name, weight] of Object.entries(config)) weights[classIndex(name, classes)] = weight;
  return weights;
}

function balancedWeights(classes: number, labels: Int32Array): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] += 1;
  // A class without examples takes no part in the loss, whatever its weight.
  return counts.map((count) => (count === 0 ? 1 : labels.length / (classes * count)));
}

/** Names come first, so that classes that are called by numbers of their own are found by them. */
function classIndex(name: string, classes: readonly string[]): number {
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  if (/^\d+$/.test(name) && Number(name) < classes.length) return Number(name);
  throw new UserError(`training.class_weight names the class "${name}", which the dataset doesn't have`, {
    code: 'unknown-class',
    hint: `did you mean "${closest(name, classes)}"? Classes are known by name, or by number from 0 to ${classes.length - 1}`,
    exitCode: 2,
  });
}
