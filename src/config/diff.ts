import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import { stringify } from 'yaml';
import type { Experiment } from './schema/experiment.generated.js';
import { formatPath, type Path } from './text/problems.js';
import { resolveExperiment } from './resolve.js';
import { branchFor, expand, experimentSchema, isObject, type Schema } from './schema/schema.js';
import type { Json } from './text/tree.js';

/** A key whose value differs between two configurations; undefined where one of them has no such key. */
export interface Difference {
  /** The dotted key. */
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** A layer or the shared defaults of a model, as data. */
type Mapping = Record<string, Json>;

/**
 * Every key that differs, the smallest that says so. Layers are compared with layers of their own type, so that a layer
 * more is one difference; what they inherit is told once, as a key of `model`.
 */
export function differences(base: Experiment, config: Experiment): Difference[] {
  const [before, after] = [base, config] as unknown as { model: Mapping & { layers: Mapping[] } }[];
  const [rest, otherRest] = [before, after].map((each) => ({ ...each, model: { ...each.model, layers: [] } }));
  const { model } = before;
  const { model: otherModel } = after;
  return [
    ...compare(rest, otherRest, []),
    ...compareLayers([model.layers, model], [otherModel.layers, otherModel], ['model', 'layers']),
  ];
}

/** The experiment that says no more than it must: what is left when every key that has a default is taken out. */
export function withoutChoices(config: Experiment): Experiment {
  const required = onlyRequired(experimentSchema(), config as unknown as Json) as Record<string, Json>;
  const layers = onlyRequired({ items: { $ref: '#/definitions/layer' } }, config.model.layers as unknown as Json);
  return resolveExperiment({ ...required, model: { layers } }, config.name, () => '');
}

function compare(before: Json | undefined, after: Json | undefined, path: Path): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return keys.flatMap((key) => compare(own(before, key), own(after, key), [...path, key]));
  }
  if (isListOfMappings(before) && isListOfMappings(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => compare(before.at(i), after.at(i), [...path, i])).flat();
  }
  return [{ path: formatPath(path), before, after }];
}

function own(mapping: Record<string, Json>, key: string): Json | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

function isListOfMappings(value: Json | undefined): value is Record<string, Json>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

/** @param before layers, and the model that they inherit from */
function compareLayers(before: [Mapping[], Mapping], after: [Mapping[], Mapping], path: Path): Difference[] {
  const [[layers, model], [others, otherModel]] = [before, after];
  const types = (each: Mapping[]) => each.map(({ type }) => type as string);
  return sideBySide(types(layers), types(others)).flatMap(([i, j]) => {
    if (i !== undefined && j !== undefined)
      return compareLayer([layers[i], model], [others[j], otherModel], [...path, j]);
    const [gone, added] = [
      i === undefined ? i : brief(layers[i], model),
      j === undefined ? j : brief(others[j], otherModel),
    ];
    return [{ path: formatPath([...path, j ?? i ?? 0]), before: gone, after: added }];
  });
}

/** Indices of two lists that stand side by side; undefined where one list has nothing like the other's item. */
type Pair = [number | undefined, number | undefined];

/** Sets two lists side by side so that as many equal items as possible meet, in order. */
export function sideBySide(first: string[], second: string[]): Pair[] {
  let [i, j] = [0, 0];
  return diffArrays(first, second).flatMap(({ count, added, removed }) =>
    Array.from({ length: count }, (): Pair => [added ? undefined : i++, removed ? undefined : j++]),
  );
}

function compareLayer(
  [layer, model]: [Mapping, Mapping],
  [other, otherModel]: [Mapping, Mapping],
  path: Path,
): Difference[] {
  return Object.keys({ ...layer, ...other }).flatMap((key) => {
    if (isDefault(key, layer, model) && isDefault(key, other, otherModel)) return [];
    const inner = [...path, key];
    if (key !== 'layers') return compare(own(layer, key), own(other, key), inner);
    return compareLayers([layer.layers as Mapping[], model], [other.layers as Mapping[], otherModel], inner);
  });
}

/** A layer without what it need not say. */
function brief(layer: Mapping, model: Mapping): Mapping {
  const said = Object.entries(layer).filter(([key]) => !isDefault(key, layer, model));
  const inner = (value: Json) => (value as Mapping[]).map((each) => brief(each, model));
  return Object.fromEntries(said.map(([key, value]) => [key, key === 'layers' ? inner(value) : value]));
}

/** Whether a hidden layer would have this value if it didn't give it. */
function isDefault(key: string, layer: Mapping, model: Mapping): boolean {
  const value = own(layer, key);
  if (key === 'name') return new RegExp(`^${layer.type as string}(_\\d+)?$`).test(value as string);
  if (key === 'use_bias') return value === !layer.batch_normalization;
  if (key === 'strides' && Object.hasOwn(layer, 'pool_size')) return isDeepStrictEqual(value, layer.pool_size);
  const { properties = {} } = branchFor({ $ref: '#/definitions/layer' }, layer);
  const schema = Object.hasOwn(properties, key) ? expand(properties[key]) : {};
  const inherited = schema['x-inherits'];
  return isDeepStrictEqual(value, inherited === undefined ? schema.default : model[inherited]);
}

function onlyRequired(schema: Schema, value: Json): Json {
  const branch = branchFor(schema, value);
  if (Array.isArray(value)) return value.map((item) => onlyRequired(branch.items ?? {}, item));
  if (!isObject(value)) return value;
  const kept = (branch.required ?? []).filter((key) => Object.hasOwn(value, key));
  return Object.fromEntries(kept.map((key) => [key, onlyRequired(branch.properties?.[key] ?? {}, value[key])]));
}

/** One line a difference: `training.epochs: 6 → 10`, `+ …` for what is new, `- …` for what is gone. */
export function formatDifferences(found: readonly Difference[]): string {
  return found.map((difference) => `${formatDifference(difference)}\n`).join('');
}

function formatDifference({ path, before, after }: Difference): string {
  if (before === undefined) return `+ ${path}: ${inline(after)}`;
  return after === undefined ? `- ${path}: ${inline(before)}` : `  ${path}: ${inline(before)} → ${inline(after)}`;
}

function inline(value: Json | undefined): string {
  const options = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false } as const;
  return stringify(value, options).trimEnd().replace(/\n\s*/g, ' ');
}
