import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { Experiment } from './experiment.js';
import { formatPath, type Path } from './problems.js';
import { resolveExperiment } from './resolve.js';
import { branchFor, experimentSchema, isObject, type Schema } from './schema.js';
import type { Json } from './tree.js';

/** A key whose value differs between two configurations; undefined where one of them has no such key. */
export interface Difference {
  /** The dotted key. */
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** Every key that differs, the smallest that says so, in the order of the file. */
export function differences(base: Experiment, config: Experiment): Difference[] {
  return compare(base as unknown as Json, config as unknown as Json, []);
}

/** The experiment that says no more than it must: what is left when every key that has a default is taken out. */
export function withoutChoices(config: Experiment): Experiment {
  const required = onlyRequired(experimentSchema(), config as unknown as Json) as Record<string, Json>;
  const layers = onlyRequired({ items: { $ref: '#/definitions/layer' } }, config.model.layers as unknown as Json);
  return resolveExperiment({ ...required, model: { layers } }, config.name, () => '').config;
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
  return Array.isArray(value) && value.every(isObject);
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
