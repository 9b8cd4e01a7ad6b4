import type { Path } from '../text/problems.js';
import { expand, experimentSchema, tagsOf, type Schema } from './schema.js';

/** The places where a key may stand: `training.optimizer` → the variants there that have it (none: no variants). */
export type Places = Map<string, string[]>;

let index: Map<string, Places> | undefined;

/** Every key of the schema and its places, gathered once. */
export function allPlaces(): Map<string, Places> {
  if (!index) {
    index = new Map();
    gather(experimentSchema(), '', undefined, index, new Set());
  }
  return index;
}

/** The place that a mapping's path belongs to: indices and nesting of layers make no difference. */
export function placeOf(path: Path): string {
  const words = path.filter((part) => typeof part === 'string');
  const first = words.indexOf('layers');
  const isNested = (word: string, i: number): boolean =>
    first >= 0 && i > first && /^(layers|branches|towers)$/.test(word);
  return words.filter((word, i) => !isNested(word, i)).join('.');
}

/** A place in words: `training.optimizer (sgd, rmsprop)`. */
export function formatPlaces(places: Places): string {
  const phrases = [...places].map(([place, variants]) => {
    const of = variants.length === 0 ? '' : ` (${variants.slice(0, 4).join(', ')}${variants.length > 4 ? ', …' : ''})`;
    return `${place === '' ? 'the top level of the file' : place}${of}`;
  });
  return phrases.length > 3 ? `${phrases.slice(0, 3).join(', ')}, …` : phrases.join(' or ');
}

function gather(
  schema: Schema,
  place: string,
  variant: string | undefined,
  into: Map<string, Places>,
  around: ReadonlySet<Schema>,
): void {
  const whole = expand(schema);
  const identity = schema.$ref === undefined ? schema : { ...whole, $ref: schema.$ref };
  if ([...around].some((other) => other.$ref !== undefined && other.$ref === identity.$ref)) return;
  const inside = new Set([...around, identity]);
  for (const branch of [whole.then, whole.else]) if (branch) gather(branch, place, variant, into, inside);
  for (const option of whole.oneOf ?? []) {
    gather(option, place, tagOf(option, whole.discriminator?.propertyName), into, inside);
  }
  if (whole.items) gather(whole.items, place, undefined, into, inside);
  for (const [key, property] of Object.entries(whole.properties ?? {})) {
    add(into, key, place, variant);
    gather(property, placeOf([...place.split('.').filter(Boolean), key]), undefined, into, inside);
  }
}

function tagOf(variant: Schema, property = ''): string | undefined {
  const [tag] = tagsOf(variant, property);
  return typeof tag === 'string' ? tag : undefined;
}

function add(into: Map<string, Places>, key: string, place: string, variant: string | undefined): void {
  const places = into.get(key) ?? new Map<string, string[]>();
  const variants = places.get(place) ?? [];
  into.set(key, places.set(place, variant === undefined ? variants : [...variants, variant]));
}
