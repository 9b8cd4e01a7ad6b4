import type { Path } from '../text/problems.js';
import { nearest } from '../text/suggest.js';
import { allPlaces } from './places.js';
import { expand, experimentSchema, typeOf, type Schema } from './schema.js';

/** What a value of a schema may be: each branch of a choice, each variant of a union. */
export function branchesOf(schema: Schema): Schema[] {
  const whole = expand(schema);
  const inner = [whole.then, whole.else, ...(whole.oneOf ?? [])].filter((each) => each !== undefined);
  return [whole, ...inner.flatMap(branchesOf)];
}

/**
 * Every schema that may hold at a path, in some experiment: of an optimizer's key those of all optimizers.
 * @returns none if the path leads nowhere
 */
export function schemasAt(path: Path): Schema[] {
  return path.reduce<Schema[]>(
    (around, part) => once(around.flatMap((schema) => childrenCalled(part, schema))),
    [experimentSchema()],
  );
}

/** Layers lie in layers of several kinds: without this, each step of a path would double what it may lead to. */
function once(schemas: readonly Schema[]): Schema[] {
  const known = new Map(
    schemas.map((schema) => [Object.keys(schema).length === 1 ? (schema.$ref ?? schema) : schema, schema]),
  );
  return [...known.values()];
}

function childrenCalled(part: string | number, schema: Schema): Schema[] {
  return branchesOf(schema).flatMap(({ items, properties = {}, additionalProperties: any }) => {
    if (items && /^\d+$/.test(String(part))) return [items];
    if (Object.hasOwn(properties, part)) return [properties[part]];
    return typeof any === 'object' ? [any] : [];
  });
}

/** The key whose value text stands for, where a mapping may stand too: `name` of an optimizer, `type` of a column. */
export function shorthandKey(path: Path): string {
  const keys = schemasAt(path).map((schema) => discriminatorOf(expand(schema)));
  return keys.find((key) => key !== undefined) ?? 'name';
}

function discriminatorOf({ then }: Schema): string | undefined {
  return then && expand(then).discriminator?.propertyName;
}

/** Whether a key may be null. */
export function mayBeNull(path: Path): boolean {
  const branches = schemasAt(path).flatMap(branchesOf);
  return branches.some(({ type, enum: allowed = [] }) => {
    return [type].flat().includes('null') || allowed.some((value) => typeOf(value) === 'null');
  });
}

/**
 * Whether a key takes fractions, in any variant of what it may stand in (a rate of one optimizer is one of all).
 * @param key dotted; items of lists are numbered
 */
export function takesFractions(key: string): boolean {
  const branches = schemasAt(key.split('.')).flatMap(branchesOf);
  const items = branches.flatMap(({ items: each }) => (each ? branchesOf(each) : []));
  return [...branches, ...items].some(({ type }) => [type].flat().includes('number'));
}

/**
 * The path of a real key that was probably meant by one that leads nowhere: each part corrected, or the only place of
 * its last word, or the one at the top level (`lr` means `training.optimizer.learning_rate`).
 */
export function nearestPath(path: readonly string[]): string[] | undefined {
  const parts = path.flatMap((part) => part.split(/[/.[\]]+/).filter(Boolean));
  const word = parts.at(-1) ?? '';
  const found = corrected(parts);
  if (found?.at(-1) === word) return found;
  // A word that is a key is right, and its place wrong.
  return allPlaces().has(word) ? onlyPlaceOf(word) : (found ?? onlyPlaceOf(nearest(word, [...allPlaces().keys()])));
}

function corrected(parts: readonly string[]): string[] | undefined {
  const found: string[] = [];
  for (const part of parts) {
    const around = schemasAt(found).flatMap(branchesOf);
    const words = around.flatMap(({ properties = {} }) => Object.keys(properties));
    // A list whose item isn't named means its first.
    if (words.length === 0 && around.some(({ items }) => items) && !/^\d+$/.test(part)) {
      const inside = corrected([...found, '0', part]);
      return inside && corrected([...inside, ...parts.slice(found.length + 1)]);
    }
    const word = schemasAt([...found, part]).length > 0 ? part : nearest(part, [...new Set(words)]);
    if (word === undefined) return undefined;
    found.push(word);
  }
  return found;
}

function onlyPlaceOf(key = ''): string[] | undefined {
  const paths = [...(allPlaces().get(key)?.keys() ?? [])].map((place) => [...place.split('.').filter(Boolean), key]);
  const real = paths.filter((path) => schemasAt(path).length > 0);
  // A word of the top level is known by it: `augmentation` is the section before it is one of `training.seeds`.
  return real.length === 1 ? real[0] : real.find((path) => path.length === 1);
}
