import { closest } from 'fastest-levenshtein';
import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import { UserError } from '../text/errors.js';

/**
 * The weight of each class in the loss (Keras `class_weight`): as given by name or number, 1 where not given; or
 * `balanced`: examples / (classes with examples · examples of the class), as scikit-learn's `compute_class_weight` has it.
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
  const present = counts.filter((count) => count > 0).length;
  // A class without examples takes no part in the loss, whatever its weight.
  return counts.map((count) => (count === 0 ? 1 : labels.length / (present * count)));
}

/** Classes are known by name; by number too, unless some are called by numbers of their own. */
function classIndex(name: string, classes: readonly string[]): number {
  const index = classes.findIndex((each) => each.normalize() === name.normalize());
  if (index >= 0) return index;
  const byNumber = !classes.some((each) => /^\d+$/.test(each));
  if (byNumber && /^(0|[1-9]\d*)$/.test(name) && Number(name) < classes.length) return Number(name);
  const numbers = byNumber ? `, or by number from 0 to ${classes.length - 1}` : '';
  throw new UserError(`training.class_weight names the class "${name}", which the dataset doesn't have`, {
    code: 'unknown-class',
    hint: `did you mean "${closest(name, classes)}"? Classes are known by name${numbers}`,
    exitCode: 2,
  });
}

/** The keys of class weights that name no class, each with its repair. */
export function unknownClasses(
  config: TrainingConfig['class_weight'],
  classes: readonly string[],
): { name: string; error: UserError }[] {
  return Object.keys(typeof config === 'object' && config ? config : {}).flatMap((name) => {
    try {
      classIndex(name, classes);
      return [];
    } catch (error) {
      return error instanceof UserError ? [{ name, error }] : [];
    }
  });
}
