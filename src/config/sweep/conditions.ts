import { isDeepStrictEqual } from 'node:util';
import type { Experiment } from '../schema/experiment.generated.js';
import { isObject } from '../schema/schema.js';
import type { Json } from '../text/tree.js';

/** Dotted key → value, of what a variant has of its own. */
export type Values = Readonly<Record<string, Json>>;

/** Dotted key → the value that it must have, or a list of which it must have one. */
export type Condition = Readonly<Record<string, Json>>;

/** Whether a variant of an experiment has all the values of a condition. */
export function conditionHolds(condition: Condition, values: Values, base: Experiment): boolean {
  return Object.entries(condition).every(([key, wanted]) => matches(valueOf(key, values, base), wanted));
}

/** Whether these values of a variant, whatever its others are, are those of a condition. */
export function hasValues(values: Values, condition: Condition): boolean {
  return Object.entries(condition).every(([key, wanted]) => Object.hasOwn(values, key) && matches(values[key], wanted));
}

/** Whether a value is the wanted one, or in the list of wanted ones. `sgd` is any `{ name: sgd, … }` too. */
export function matches(value: Json | undefined, wanted: Json): boolean {
  return isWanted(value, wanted) || (Array.isArray(wanted) && wanted.some((each) => isWanted(value, each)));
}

function isWanted(value: Json | undefined, wanted: Json): boolean {
  if (isDeepStrictEqual(value, wanted)) return true;
  return typeof wanted === 'string' && isObject(value) && value.name === wanted;
}

/** Whether the value of a key may depend on a parameter: it is that key, lies around it, or names what stands there. */
export function concerns(parameter: string, key: string): boolean {
  return key === parameter || key.startsWith(`${parameter}.`) || parameter === `${key}.name`;
}

/** What a key has in a variant: the innermost of its values that says so, else what the experiment itself has. */
function valueOf(key: string, values: Values, base: Experiment): Json | undefined {
  const named = `${key}.name`;
  if (Object.hasOwn(values, named)) return values[named];
  const parts = key.split('.');
  for (let length = parts.length; length > 0; length--) {
    const around = parts.slice(0, length).join('.');
    if (Object.hasOwn(values, around)) return inside(values[around], parts.slice(length));
  }
  return inside(base as unknown as Json, parts);
}

function inside(value: Json, parts: readonly string[]): Json | undefined {
  return parts.reduce<Json | undefined>((around, part) => {
    if (typeof around === 'string') return part === 'name' ? around : undefined;
    if (typeof around !== 'object' || around === null || !Object.hasOwn(around, part)) return undefined;
    return (around as Record<string, Json>)[part];
  }, value);
}
