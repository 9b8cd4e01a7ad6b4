import { branchFor, expand, isObject, type Schema } from './schema.js';
import type { Json } from '../text/tree.js';

/** What a schema allows, as a phrase: `a whole number, at least 1`. */
export function describeSchema(schema: Schema): string {
  const whole = expand(schema);
  if (whole.if) return alternatives([whole.else, whole.then].map((branch) => describeSchema({ ...branch })));
  if (whole.const !== undefined) return formatValue(whole.const);
  if (whole.enum) return oneOf(whole.enum);
  if (whole.oneOf) return `a mapping with the key \`${whole.discriminator?.propertyName ?? ''}\``;
  const types = Array.isArray(whole.type) ? whole.type : [whole.type ?? ''];
  return alternatives(types.map((type) => describeType(type, whole)));
}

function describeType(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return describeText(schema);
    case 'array':
      return describeList(schema);
    case 'object':
      return 'a mapping of keys to values';
    case 'null':
      return 'null';
    default:
      return 'a value';
  }
}

function describeText({ examples, 'x-path': isPath, 'x-model': isModel, 'x-words': isWord }: Schema): string {
  if (isPath) return 'a path';
  if (isModel) return 'an experiment, a run or a model';
  return isWord && examples ? oneOf(examples) : 'text';
}

function describeList({ items, minItems, maxItems }: Schema): string {
  const exact = minItems === maxItems && minItems !== undefined;
  const inner = items ? branchFor(items, undefined) : {};
  const kind = inner.type === 'integer' ? 'whole numbers' : inner.type === 'number' ? 'numbers' : undefined;
  const of = kind === undefined ? '' : ` of ${exact ? `${minItems} ` : ''}${kind}`;
  return `a list${of}`;
}

/** The bounds of a number, with the comma that they follow: `, above 0 and at most 1`. */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return `, from ${minimum} to ${maximum}`;
  const bounds = [
    exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`,
    minimum === undefined ? undefined : `at least ${minimum}`,
    exclusiveMaximum === undefined ? undefined : `below ${exclusiveMaximum}`,
    maximum === undefined ? undefined : `at most ${maximum}`,
  ].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? '' : `, ${bounds.join(' and ')}`;
}

export function oneOf(values: readonly Json[]): string {
  const list = values.map(formatValue).join(', ');
  return values.length > 1 ? `one of ${list}` : list;
}

function alternatives(phrases: string[]): string {
  return [...new Set(phrases)].join(', or ');
}

/** A value as a file would say it, shortened. */
export function formatValue(value: Json): string {
  if (typeof value === 'string') return value;
  return shorten(JSON.stringify(value));
}

/** What stands in a file, as a phrase: `the text "no"`, `a list`. */
export function describeValue(value: Json): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return `the text ${shorten(JSON.stringify(value))}`;
  if (Array.isArray(value))
    return value.length <= 4 ? shorten(JSON.stringify(value)) : `a list of ${value.length} items`;
  if (isObject(value)) return 'a mapping';
  return String(value);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
