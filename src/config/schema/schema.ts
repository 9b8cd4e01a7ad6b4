import type { Path } from '../text/problems.js';
import type { Json } from '../text/tree.js';
import { readTextSync } from '../../system/regular-file.js';

/** The conditions of `if` that the schema uses: a type, keys that are there, and what some of them may be. */
export interface Condition {
  type: string | string[];
  required?: string[];
  properties?: Record<string, { enum: Json[] }>;
}

/** What follows from the type of a target. */
export interface TargetTraits {
  /** Of the output layer. */
  activation: string;
  /** Its type, unless it is dense. */
  output?: string;
  /** The first unless told. */
  losses: string[];
  /** Unless told. The first is told while training is in progress. */
  metrics: string[];
}

/** JSON Schema draft-07, as far as `schemas/experiment.schema.json` uses it, and its annotations. */
export interface Schema {
  title?: string;
  description?: string;
  $ref?: string;
  type?: string | string[];
  const?: Json;
  enum?: Json[];
  default?: Json;
  examples?: Json[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  definitions?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
  discriminator?: { propertyName: string };
  oneOf?: Schema[];
  if?: Condition;
  then?: Schema;
  else?: Schema;
  /** The model-wide default that a layer's key takes its value from. */
  'x-inherits'?: string;
  /** A path of the file system, relative to the file that it is written in. */
  'x-path'?: boolean;
  /** A trained model: see `model-reference.ts`. */
  'x-model'?: boolean;
  /** A list of names: a number there is the text that it is written as. */
  'x-names'?: boolean;
  /** `fraction`: percent is a likely mistake; `turn`: degrees are. */
  'x-unit'?: 'fraction' | 'turn';
  /** Text is one of the words that the pattern forms, of which `examples` has the usual ones. */
  'x-words'?: boolean;
  /** May be missing from a resolved configuration. */
  'x-optional'?: boolean;
  /** What follows from a target of this type: the output layer's activation; its losses and metrics, the usual ones first. */
  'x-target'?: TargetTraits;
  /** Text is a key, and this its value: `label` for `{ label: { type: category } }`; a list is of keys of numbers. */
  'x-key-of'?: Record<string, Json>;
  /** Never stands in a resolved configuration. */
  'x-shorthand'?: boolean;
}

export const ANNOTATIONS = [
  'x-inherits',
  'x-path',
  'x-model',
  'x-names',
  'x-unit',
  'x-words',
  'x-optional',
  'x-shorthand',
  'x-target',
  'x-key-of',
];

let loaded: Schema | undefined;
const annotated = new Map<string, ReadonlySet<string>>();
const expanded = new WeakMap<Schema, Schema>();
const branches = new WeakMap<Schema, [then: Schema, otherwise: Schema]>();

/** The schema of experiment files, read once. */
export function experimentSchema(): Schema {
  return (loaded ??= readSchema());
}

function readSchema(): Schema {
  const file = new URL('../../../schemas/experiment.schema.json', import.meta.url);
  return JSON.parse(readTextSync(file)) as Schema;
}

/** A schema with its references followed; keys beside a `$ref` come before those of the definition. */
export function expand(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const known = expanded.get(schema);
  if (known) return known;
  const { $ref, ...own } = schema;
  const definition = experimentSchema().definitions?.[$ref.replace('#/definitions/', '')];
  if (!definition) throw new Error(`internal: schema definition ${$ref} is missing`);
  const whole = { ...expand(definition), ...own };
  expanded.set(schema, whole);
  return whole;
}

/**
 * The schema that holds for a value: of `if`/`then`/`else` the branch that the value takes, of a discriminated union the
 * variant that it names (the union itself if it names none). Annotations around the choice are kept.
 */
export function branchFor(schema: Schema, value: Json | undefined): Schema {
  const whole = expand(schema);
  if (whole.if) {
    const [then, otherwise] = branchesOf(whole);
    return branchFor(holds(whole.if, value) ? then : otherwise, value);
  }
  const variant = variantFor(whole, value);
  return variant ? branchFor(variant, value) : whole;
}

/** Both branches of a choice, each with what stands around it; merged once, since every value of a file asks for them. */
function branchesOf(whole: Schema): [then: Schema, otherwise: Schema] {
  const known = branches.get(whole);
  if (known) return known;
  const { then = {}, else: otherwise = {} } = whole;
  const around = Object.fromEntries(Object.entries(whole).filter(([key]) => !['if', 'then', 'else'].includes(key)));
  const merged: [Schema, Schema] = [
    { ...around, ...expand(then) },
    { ...around, ...expand(otherwise) },
  ];
  branches.set(whole, merged);
  return merged;
}

function holds({ type, required = [], properties = {} }: Condition, value: Json | undefined): boolean {
  if (![type].flat().includes(typeOf(value))) return false;
  if (!isObject(value)) return required.length === 0;
  const among = Object.entries(properties).filter(([key]) => Object.hasOwn(value, key));
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    among.every(([key, allowed]) => allowed.enum.includes(value[key]))
  );
}

function variantFor({ oneOf, discriminator }: Schema, value: Json | undefined): Schema | undefined {
  if (!oneOf || !discriminator || !isObject(value)) return undefined;
  const { propertyName } = discriminator;
  const meant = oneOf.find((variant) => tagsOf(variant, propertyName).includes(value[propertyName]));
  return meant && expand(meant);
}

/** The values of a key by which a variant of a union is told apart: one, or several that mean the same kind. */
export function tagsOf(variant: Schema, property: string): Json[] {
  const tag = expand(variant).properties?.[property];
  return tag?.enum ?? (tag?.const === undefined ? [] : [tag.const]);
}

/** The schema of a key or item within a value. */
export function schemaOfChild(schema: Schema, value: Json | undefined, part: string | number): Schema | undefined {
  const branch = branchFor(schema, value);
  if (Array.isArray(value)) return branch.items;
  const own = Object.hasOwn(branch.properties ?? {}, part) ? branch.properties?.[part] : undefined;
  if (own) return own;
  return typeof branch.additionalProperties === 'object' ? branch.additionalProperties : undefined;
}

/**
 * The schema of the place that a path leads to, whether or not the data has a value there.
 * @returns undefined if no experiment like this one has such a place
 */
export function schemaAt(path: Path, data: Json): Schema | undefined {
  let schema: Schema | undefined = experimentSchema();
  let value: Json | undefined = data;
  for (const part of path) {
    schema = schema && schemaOfChild(schema, value, part);
    const child: Json | undefined = hasParts(value) ? value[part] : undefined;
    value = schema && asLongForm(child ?? expand(schema).default ?? {});
  }
  return schema;
}

function hasParts(value: Json | undefined): value is Record<string | number, Json> & Json {
  return typeof value === 'object' && value !== null;
}

/** A name is short for a mapping (`adam` for `{ name: adam }`), so that a path can lead into it. */
function asLongForm(value: Json): Json {
  return typeof value === 'string' ? { name: value } : value;
}

export function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Schema's name of a value's type (`number` for whole numbers too). */
export function typeOf(value: Json | undefined): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

type Annotation = 'x-path' | 'x-model' | 'x-names';

/**
 * Whether the values of a key are paths (`x-path`), models (`x-model`) or names (`x-names`), wherever in the schema.
 * @param key may be dotted, as a sweep's are: its last word counts
 */
export function hasAnnotation(key: string | undefined, annotation: Annotation): boolean {
  const keys = annotated.get(annotation) ?? keysWith(annotation);
  annotated.set(annotation, keys);
  return key !== undefined && keys.has(key.slice(key.lastIndexOf('.') + 1));
}

function keysWith(annotation: Annotation): Set<string> {
  const words = new Set<string>();
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) schema.forEach(visit);
    else if (isObject(schema as Json)) {
      for (const [key, inner] of Object.entries(schema as Record<string, Json>)) {
        if (isObject(inner) && expand(inner)[annotation] === true) words.add(key);
        visit(inner);
      }
    }
  };
  visit(experimentSchema());
  return words;
}
