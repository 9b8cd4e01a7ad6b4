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

/** Of each label the weight where it applies, and where it doesn't. */
export interface LabelWeights {
  applies: readonly number[];
  not: readonly number[];
}

/**
 * The weights of labels in the loss: as given of those that apply (TensorFlow's `pos_weight`), 1 where not given and of those
 * that don't apply; or `balanced`, each label by itself: examples / (2 · examples that have it), and of those without it
 * likewise, as scikit-learn's `compute_class_weight` has it of yes and no.
 * @param truth row-major [examples, labels], 0 or 1, of the examples trained on
 * @returns undefined where all weights are 1
 * @throws UserError `unknown-class`
 */
export function labelWeights(
  config: TrainingConfig['class_weight'],
  labels: readonly string[],
  truth: Int32Array,
): LabelWeights | undefined {
  if (config === null) return undefined;
  if (config !== 'balanced') return { applies: classWeights(config, labels, truth) ?? [], not: labels.map(() => 1) };
  const examples = truth.length / labels.length;
  const counts = new Array<number>(labels.length).fill(0);
  truth.forEach((value, index) => (counts[index % labels.length] += value));
  const balanced = counts.map((count) => {
    // Of a label that all examples have, or none has, only one of the two takes part.
    if (count === 0 || count === examples) return [1, 1];
    return [examples / (2 * count), examples / (2 * (examples - count))];
  });
  return { applies: balanced.map(([applies]) => applies), not: balanced.map(([, not]) => not) };
}

/**
 * The weight of each class of a mask: as `classWeights`, each pixel being an example.
 * @param countPixels of each class, in the masks trained on
 * @throws UserError `unknown-class`
 */
export function pixelWeights(
  config: TrainingConfig['class_weight'],
  classes: readonly string[],
  countPixels: () => readonly number[],
): number[] | undefined {
  return config === 'balanced' ? balanced(countPixels()) : classWeights(config, classes, new Int32Array());
}

function balancedWeights(classes: number, labels: Int32Array): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] += 1;
  return balanced(counts);
}

/** @param counts of the examples of each class */
function balanced(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  // A class without examples takes no part in the loss, whatever its weight.
  return counts.map((count) => (count === 0 ? 1 : all / (present * count)));
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
