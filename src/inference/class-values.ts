import type { TrainedModel } from './trained-model.js';

/** What a model's answer says of each class: a probability where it ends in softmax, else just an output. */
export type ValueName = 'probability' | 'output';

/** A class and what the model says of it. */
export interface ClassValue {
  class: string;
  value: number;
}

/** The same under the value's own name, as JSON answers have it. */
export type NamedClassValue = { class: string } & Partial<Record<ValueName, number>>;

/** What this model's values are called. Outputs of a sigmoid don't add up to 1, those of other activations go beyond. */
export function valueName({ endsIn }: Pick<TrainedModel, 'endsIn'>): ValueName {
  return endsIn === 'softmax' ? 'probability' : 'output';
}

/** Why what needs probabilities is left out; undefined of a model that gives them. */
export function withoutProbabilities(model: Pick<TrainedModel, 'endsIn'>): string | undefined {
  if (valueName(model) === 'probability') return undefined;
  return `the model ends in ${model.endsIn}, not in softmax: its outputs are not probabilities`;
}

/**
 * The classes of one image with the greatest values, the greatest first; of equal ones, the first.
 * @param values row-major [images, classes]
 * @param image its row
 */
export function greatestClasses(
  values: Float32Array,
  image: number,
  classes: readonly string[],
  count: number,
): ClassValue[] {
  const row = values.subarray(image * classes.length, (image + 1) * classes.length);
  return [...row.keys()]
    .sort((a, b) => row[b] - row[a] || a - b)
    .slice(0, count)
    .map((index) => ({ class: classes[index], value: row[index] }));
}

/** A class's value under its name: `{ class: '7', probability: 0.98 }`. */
export function namedValue(name: ValueName, { class: of, value }: ClassValue): NamedClassValue {
  return { class: of, [name]: value };
}
