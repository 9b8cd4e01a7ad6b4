import type { ErrorObject } from 'ajv';
import { describeSchema, describeValue, formatValue, oneOf } from './describe.js';
import { nearestPath } from './paths.js';
import { allPlaces, formatPlaces, placeOf } from './places.js';
import { formatPath, type Path, type ProblemDetails } from '../text/problems.js';
import { branchFor, expand, isObject, schemaAt, tagsOf, type Schema } from './schema.js';
import { nearest } from '../text/suggest.js';
import type { Json } from '../text/tree.js';
import { ablate } from '../../system/shell.js';

/** What Ajv found, with what is needed to say it better. */
interface Failure {
  error: ErrorObject;
  /** Where in the configuration: for a missing or unknown key, the mapping around it. */
  path: Path;
  data: Json;
}

/** A failure of the schema, found and named. */
export interface Finding {
  details: ProblemDetails;
  /** The key that is wrong. */
  path: Path;
  /** Whether the key itself is the mistake, rather than its value. */
  atKey?: boolean;
}

/** What an Ajv error means in the words of experiment files; nothing if another error says it. */
export function findingsOf(failure: Failure): Finding[] {
  const { keyword, params } = failure.error as ErrorObject<string, Record<string, unknown>>;
  switch (keyword) {
    case 'if':
      return [];
    case 'required':
      return [missingKey(failure, String(params.missingProperty))];
    case 'additionalProperties':
      return [unknownKey(failure, String(params.additionalProperty))];
    case 'discriminator':
      return wrongTag(failure, String(params.tag));
    case 'enum':
    case 'const':
      return [wrongValue(failure)];
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return [outOfRange(failure)];
    case 'uniqueItems':
      return [duplicateItem(failure, Math.max(Number(params.i), Number(params.j)))];
    case 'pattern':
    case 'minLength':
    case 'maxLength':
      return [wrongText(failure, keyword)];
    case 'type':
      return [wrongType(failure)];
    default:
      return [wrongLength(failure, keyword, Number(params.limit))];
  }
}

function valueAt(data: Json, path: Path): Json {
  return path.reduce<Json>((value, part) => (value as Record<string | number, Json>)[part], data);
}

/** The schema of a place with its annotations, not yet narrowed by the value there. */
function schemaOf({ path, data }: Failure): Schema {
  return schemaAt(path, data) ?? {};
}

function label(path: Path): string {
  return path.length === 0 ? 'the file' : formatPath(path);
}

function missingKey(failure: Failure, key: string): Finding {
  const { path, data } = failure;
  const around = expand(branchFor(schemaOf(failure), valueAt(data, path)));
  const expected = around.oneOf ? oneOf(tags(around, key)) : describeSchema(around.properties?.[key] ?? {});
  const message = `${label(path)} has no key ${JSON.stringify(key)}`;
  const details: ProblemDetails = { code: 'missing-key', message, expected: `${key}: ${expected}` };
  return { path: [...path, key], atKey: true, details: { ...details, ...layerHint(around, valueAt(data, path)) } };
}

/** The names that tell the variants of a union apart. */
function tags({ oneOf: variants = [] }: Schema, property: string): Json[] {
  return variants.flatMap((variant) => tagsOf(variant, property));
}

/** `- conv2d: {…}` and `- flatten` are other tools' way to write a layer. */
function layerHint(schema: Schema, value: Json): { hint?: string } {
  const property = schema.discriminator?.propertyName;
  const word = typeof value === 'string' ? value : isObject(value) ? Object.keys(value)[0] : undefined;
  if (property === undefined || word === undefined) return {};
  const meant = nearest(word, tags(schema, property).map(String));
  return meant === undefined ? {} : { hint: `write \`${property}: ${meant}\`, and its other keys beside it` };
}

function unknownKey(failure: Failure, key: string): Finding {
  const { path, data } = failure;
  const branch = branchFor(schemaOf(failure), valueAt(data, path));
  const known = Object.keys(branch.properties ?? {});
  const received = JSON.stringify(key.length > 60 ? `${key.slice(0, 59)}…` : key);
  const finding = (details: ProblemDetails): Finding => ({ path: [...path, key], atKey: true, details });
  const elsewhere = allPlaces().get(key);
  if (elsewhere) {
    const here = placeOf(path);
    const siblings = elsewhere.get(here);
    const message = siblings
      ? `${received} is a key of ${siblings.slice(0, 4).join(', ')}, not of ${variantName(valueAt(data, path))}`
      : `${received} belongs in ${formatPlaces(elsewhere)}`;
    return finding({ code: 'misplaced-key', message, ...(siblings ? {} : meantAt(path, key)) });
  }
  const details: ProblemDetails = { code: 'unknown-key', message: `unknown key ${received}`, expected: oneOf(known) };
  if (key === '<<') return finding({ ...details, hint: 'merge keys are not YAML 1.2: use `extends`' });
  const suggestion = nearest(key, known);
  return finding(suggestion === undefined ? { ...details, ...meantElsewhere(path, key) } : { ...details, suggestion });
}

function variantName(value: Json): string {
  const tag = isObject(value) ? (value.type ?? value.name) : undefined;
  return typeof tag === 'string' ? tag : 'this one';
}

/** A misspelt key in the wrong place. */
function meantElsewhere(path: Path, key: string): { suggestion?: string; hint?: string } {
  const near = nearest(key, [...allPlaces().keys()]);
  const places = near === undefined ? undefined : allPlaces().get(near);
  const meant = meantAt(path, key);
  if (!places) return meant;
  return { ...meant, hint: `${meant.suggestion === undefined ? near : 'it'} belongs in ${formatPlaces(places)}` };
}

/** The one real key that was meant by one that stands where there is none. */
function meantAt(path: Path, key: string): { suggestion?: string } {
  const meant = nearestPath([...path.map(String), key]);
  return meant ? { suggestion: formatPath(meant) } : {};
}

function wrongTag(failure: Failure, tag: string): Finding[] {
  const { path, data } = failure;
  const value = valueAt(data, path);
  // A tag that isn't there is reported as a missing key.
  if (!isObject(value) || !Object.hasOwn(value, tag)) return [];
  const around = expand(branchFor(schemaOf(failure), value));
  return [{ path: [...path, tag], details: notOneOf(tags(around, tag), value[tag], [...path, tag]) }];
}

function wrongValue(failure: Failure): Finding {
  const { path, data } = failure;
  const value = valueAt(data, path);
  const schema = branchFor(schemaOf(failure), value);
  const incomplete = namesIncomplete(schemaOf(failure), value);
  if (incomplete) return { path, details: incomplete };
  const details = notOneOf(schema.enum ?? [schema.const ?? null], value, path);
  // "A name or a mapping": say both.
  return { path, details: { ...details, expected: describeSchema(schemaOf(failure)) } };
}

/** A name that can't stand alone, since it needs parameters. */
function namesIncomplete(schema: Schema, value: Json): ProblemDetails | undefined {
  const { then } = expand(schema);
  if (!then || typeof value !== 'string') return undefined;
  const tag = expand(then).discriminator?.propertyName ?? 'name';
  const { required = [], properties } = branchFor(then, { [tag]: value });
  const missing = required.filter((key) => key !== tag);
  if (!properties || missing.length === 0) return undefined;
  const message = `${value} needs ${missing.join(' and ')}`;
  return {
    code: 'missing-key',
    message,
    expected: `{ ${tag}: ${value}, ${missing.map((key) => `${key}: …`).join(', ')} }`,
  };
}

function notOneOf(allowed: Json[], value: Json, path: Path): ProblemDetails {
  const suggestion = typeof value === 'string' ? nearest(value, allowed.map(String)) : undefined;
  const message = `${label(path)} can't be ${describeValue(value)}`;
  return { code: 'wrong-value', message, expected: oneOf(allowed), suggestion };
}

function wrongType(failure: Failure): Finding {
  const { path, data } = failure;
  const value = valueAt(data, path);
  const schema = schemaOf(failure);
  const details: ProblemDetails = {
    code: 'wrong-type',
    message: `${label(path)} has the wrong type`,
    expected: describeSchema(schema),
    received: describeValue(value),
  };
  return { path, details: { ...details, ...typeHint(value, expand(schema), path) } };
}

function typeHint(value: Json, schema: Schema, path: Path): { hint?: string } {
  if (value === null) return { hint: 'give the key a value, or remove it' };
  if (value === 'None') {
    const takesNull = JSON.stringify([schema.type, schema.then, schema.else]).includes('"null"');
    return { hint: takesNull ? 'write null' : 'give the key a value, or remove it' };
  }
  if (typeof value !== 'string') {
    return typeof value === 'number' && describeSchema(schema) === 'text' ? { hint: `quote it: "${value}"` } : {};
  }
  const expected = JSON.stringify([schema.type, schema.then, schema.else]);
  if (expected.includes('boolean')) {
    if (/^(y|yes|on)$/i.test(value)) return { hint: 'write true' };
    if (/^(n|no|off)$/i.test(value)) return { hint: 'write false' };
  }
  if (/number|integer/.test(expected)) return listHint(value, expected, path) ?? numberHint(value, path);
  return layerHint(schema, value);
}

/** A number as many languages write it, or two of them. */
const DECIMAL_COMMA = /^\d+,\d+$/;

function severalValuesHint(path: Path, values: string): string {
  return `to try several values, use \`${ablate('sweep', 'FILE', `${formatPath(path)}=${values}`)}\``;
}

/** Text that means several numbers: `(3,3)`, `3,5`, `3x3`, where a list or whole numbers are taken. */
function listHint(text: string, expected: string, path: Path): { hint: string } | undefined {
  const [, open, inner] = /^\s*(\(?)\s*([-+.\de]+(?:\s*[,x×]\s*[-+.\de]+)+),?\s*\)?\s*$/i.exec(text) ?? ['', '', ''];
  const items = inner.split(/[,x×]/).map((part) => part.trim());
  if (items.length < 2) return undefined;
  const list = expected.includes('"array"') ? `for a list, write [${items.join(', ')}]` : undefined;
  if (open === '(' || !text.includes(',')) return list === undefined ? undefined : { hint: list };
  if (list === undefined && expected.includes('"number"') && DECIMAL_COMMA.test(text)) return undefined;
  return { hint: [list, severalValuesHint(path, items.join(','))].filter(Boolean).join('; ') };
}

/** Text that means a number: `1_000`, `"128"`, `10%`, `1/3`, `0,5`. */
function numberHint(text: string, path: Path): { hint?: string } {
  if (/^\s*[+-]?[\d.]+(e[+-]?\d+)?\s*$/i.test(text)) return { hint: `write ${text.trim()} without quotes` };
  if (DECIMAL_COMMA.test(text))
    return { hint: `for a decimal, write ${text.replace(',', '.')}; ${severalValuesHint(path, text)}` };
  if (/^(choice|range|interval|shuffle|sort)\(/.test(text)) return { hint: severalValuesHint(path, text) };
  if (/^[\d_ ]+$/.test(text)) return { hint: `write ${text.replace(/[_ ]/g, '')}` };
  const percent = /^([\d.]+)\s*%$/.exec(text);
  if (percent) return { hint: `write ${Number(percent[1]) / 100}` };
  const ratio = /^([\d.]+)\s*\/\s*([\d.]+)$/.exec(text);
  return ratio ? { hint: `write ${Number((Number(ratio[1]) / Number(ratio[2])).toPrecision(4))}` } : {};
}

function outOfRange(failure: Failure): Finding {
  const { path, data } = failure;
  const value = valueAt(data, path);
  const expected = describeSchema(branchFor(schemaOf(failure), value));
  const message = `${label(path)} is out of range`;
  const details: ProblemDetails = { code: 'out-of-range', message, expected, received: formatValue(value) };
  return { path, details: { ...details, ...wrongUnit(failure, Number(value)) } };
}

/** 25 where 0.25 is meant, 15 degrees where a fraction of a turn is. */
function wrongUnit({ path, data }: Failure, value: number): Partial<ProblemDetails> {
  const around = typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
  const unit = expand(schemaAt(around, data) ?? {})['x-unit'];
  const size = Math.abs(value);
  if (unit === 'turn' && size > 1 && size <= 360) {
    const turn = Number((value / 360).toPrecision(3));
    return {
      code: 'wrong-unit',
      message: `${label(path)} is a fraction of a full turn, not degrees`,
      hint: `${value}° is ${turn}`,
    };
  }
  if (unit === 'fraction' && size > 1 && size <= 100) {
    const fraction = Number((value / 100).toPrecision(6));
    return {
      code: 'wrong-unit',
      message: `${label(path)} is a fraction, not percent`,
      hint: `${value} % is ${fraction}`,
    };
  }
  return {};
}

function duplicateItem({ path, data }: Failure, index: number): Finding {
  const item = valueAt(data, [...path, index]);
  const message = `${describeValue(item)} stands twice in ${label(path)}`;
  return { path: [...path, index], details: { code: 'duplicate-value', message, hint: 'keep one of the two' } };
}

function wrongText(failure: Failure, keyword: string): Finding {
  const { path, data } = failure;
  const value = valueAt(data, path);
  const schema = branchFor(schemaOf(failure), value) as Schema & { minLength?: number; maxLength?: number };
  const { minLength = 0, maxLength } = schema;
  const words = schema['x-words'] ? (schema.examples ?? []).map(String) : [];
  const expected =
    keyword === 'pattern'
      ? describePattern(schema)
      : keyword === 'minLength'
        ? `at least ${minLength} character`
        : `at most ${maxLength ?? 0} characters`;
  const details: ProblemDetails = {
    code: 'wrong-value',
    message: `${label(path)} can't be ${describeValue(value)}`,
    expected,
    suggestion: nearest(value as string, words),
  };
  return { path, details };
}

function describePattern(schema: Schema): string {
  const { pattern = '' } = schema;
  if (schema['x-words']) return describeSchema(schema);
  if (pattern.includes('train|val|test')) return 'a metric of the summary, such as val_accuracy or test_loss';
  if (pattern.includes('u0000')) return 'a path';
  return 'at most 100 letters, digits, "_", "-" or ".", beginning with a letter';
}

function wrongLength(failure: Failure, keyword: string, limit: number): Finding {
  const { path, data } = failure;
  const items = keyword.endsWith('Properties') ? 'key' : 'item';
  const bound = keyword.startsWith('min') ? 'at least' : 'at most';
  const value = valueAt(data, path);
  const { length } = isObject(value) ? Object.keys(value) : (value as Json[]);
  const details: ProblemDetails = {
    code: 'wrong-length',
    message: `${label(path)} has ${length} ${items}${length === 1 ? '' : 's'}`,
    expected: `${bound} ${limit} ${items}${limit === 1 ? '' : 's'}`,
  };
  return { path, details };
}
