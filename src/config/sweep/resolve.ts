import { takesFractions } from '../schema/paths.js';
import type { Path } from '../text/problems.js';
import { isObject } from '../schema/schema.js';
import type { Json } from '../text/tree.js';

type Mapping = Record<string, Json>;

/** What `seeds: auto` is short for. */
const AUTOMATIC_SEEDS = { min: 3, max: 20 };

/** A parameter, wherever in the sweep it is written. */
export interface PlacedParameter {
  /** What it varies: the dotted key. */
  key: string;
  /** Where it stands in the file. */
  path: Path;
  parameter: Json;
}

/**
 * A valid sweep in its one form: nested parameters by dotted keys, one value as a list of one, every distribution named.
 * @param sweep with defaults
 * @param usualMetric that variants are compared by where the sweep names none
 */
export function resolveSweep(sweep: Mapping, usualMetric: string | undefined): Mapping {
  const { name: given, goal } = sweep.metric as { name: string; goal?: string };
  const name = usualMetric ?? given;
  const placed = placedParameters(sweep.parameters);
  return {
    ...sweep,
    seeds: sweep.seeds === 'auto' ? { ...AUTOMATIC_SEEDS } : sweep.seeds,
    metric: { name, goal: goal ?? usualGoal(name) },
    parameters: Object.fromEntries(
      placed.map(({ key, parameter }) => [key, resolveParameter(key, parameter as Mapping)]),
    ),
  };
}

/** Of losses and errors the lowest value is best, of all other metrics the highest. */
export function usualGoal(metric: string): 'minimize' | 'maximize' {
  return /(loss|error)$/.test(metric) ? 'minimize' : 'maximize';
}

/** Every parameter, in the order of the file; nested ones as well as those with dotted keys. */
export function placedParameters(parameters: Json): PlacedParameter[] {
  return placedBelow(parameters, '', ['sweep', 'parameters']);
}

function placedBelow(parameters: Json, prefix: string, path: Path): PlacedParameter[] {
  if (!isObject(parameters)) return [];
  return Object.entries(parameters).flatMap(([key, parameter]) => {
    const here = { key: `${prefix}${key}`, path: [...path, key], parameter };
    if (!isObject(parameter) || !Object.hasOwn(parameter, 'parameters')) return [here];
    return placedBelow(parameter.parameters, `${here.key}.`, [...here.path, 'parameters']);
  });
}

/**
 * Where in the file a path of the resolved sweep comes from: there its parameters may be nested, and lists or one value
 * stand for them.
 */
export function originOfParameter(path: Path, sweep: Mapping): Path {
  const [, section, name, ...rest] = path;
  if (path.length < 3 || section !== 'parameters') return path;
  const placed = placedParameters(sweep.parameters).find(({ key }) => key === name);
  if (!placed) return path;
  return [...placed.path, ...originInParameter(rest, placed.parameter)];
}

/** A list, one value, or a mapping of names to values may stand for `values`. */
function originInParameter(rest: Path, parameter: Json): Path {
  const [section, index, ...below] = rest;
  if (!isObject(parameter)) return section === 'values' ? rest.slice(1) : rest;
  if (section !== 'values' && section !== 'names') return rest;
  if (Object.hasOwn(parameter, 'value')) return rest.slice(1);
  if (!isObject(parameter.values) || typeof index !== 'number')
    return section === 'names' && isObject(parameter.values) ? ['values'] : rest;
  return ['values', Object.keys(parameter.values)[index], ...below];
}

function resolveParameter(key: string, parameter: Mapping): Mapping {
  const { value, values, ...rest } = parameter;
  if (isObject(values)) return { values: Object.values(values), ...rest, names: Object.keys(values) };
  if (Object.hasOwn(parameter, 'value')) return { values: [value], ...rest, distribution: 'categorical' };
  if (!Object.hasOwn(parameter, 'min') || Object.hasOwn(parameter, 'distribution')) return parameter;
  // YAML's 1.0 is a whole number once it is read, so what is meant shows in what the key takes.
  const whole = Number.isInteger(parameter.min) && Number.isInteger(parameter.max) && !takesFractions(key);
  return { ...parameter, distribution: whole ? 'int_uniform' : 'uniform' };
}
