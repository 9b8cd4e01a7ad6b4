import type { Path } from './text/problems.js';
import type { Json } from './text/tree.js';

type Mapping = Record<string, Json>;

/** The keys of a model that say its inputs, and the key of the layer `inputs` that each stands for. */
const KEYS = { inputs: 'towers', merge: 'merge', use_inputs: 'use' };

/** Whether a model says its inputs, rather than being given all columns side by side. */
export function saysInputs(model: Mapping): boolean {
  return Object.keys(KEYS).some((key) => Object.hasOwn(model, key) && model[key] !== null);
}

/** The model with the layer that its inputs stand for in the place of their keys, the first of its layers. */
export function withInputsLayer(model: Mapping): Mapping {
  const shared = Object.entries(model).filter(([key]) => !Object.hasOwn(KEYS, key));
  if (!saysInputs(model)) return Object.fromEntries(shared);
  const said = Object.entries(KEYS).filter(([key]) => Object.hasOwn(model, key) && model[key] !== null);
  const first: Mapping = { type: 'inputs', ...Object.fromEntries(said.map(([key, name]) => [name, model[key]])) };
  return { ...Object.fromEntries(shared), layers: [first, ...(model.layers as Json[])] };
}

/**
 * Where a model says what stands at a path of its layers.
 * @param path from `model.layers` on: the layer's place, and what lies within it
 * @returns undefined for what isn't of its inputs
 */
export function originOfInputs([index, key, ...inner]: Path): Path | undefined {
  if (index !== 0) return undefined;
  const [name] = Object.entries(KEYS).find(([, each]) => each === key) ?? ['inputs'];
  return ['model', name, ...inner];
}
