import type { Path } from './problems.js';
import { isObject } from './schema.js';
import type { Json } from './tree.js';

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

/** A valid sweep in its one form: nested parameters by dotted keys, one value as a list of one, every distribution named. */
export function resolveSweep(sweep: Mapping): Mapping {
  const { name, goal } = sweep.metric as { name: string; goal?: string };
  const placed = placedParameters(sweep.parameters);
  return {
    ...sweep,
    seeds: sweep.seeds === 'auto' ? { ...AUTOMATIC_SEEDS } : sweep.seeds,
    metric: { name, goal: goal ?? (name.endsWith('loss') ? 'minimize' : 'maximize') },
    parameters: Object.fromEntries(placed.map(({ key, parameter }) => [key, resolveParameter(parameter as Mapping)])),
  };
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
  const isShort = !isObject(placed.parameter) || Object.hasOwn(placed.parameter, 'value');
  return [...placed.path, ...(isShort && rest[0] === 'values' ? rest.slice(1) : rest)];
}

function resolveParameter(parameter: Mapping): Mapping {
  const { value, ...rest } = parameter;
  if (Object.hasOwn(parameter, 'value')) return { values: [value], ...rest, distribution: 'categorical' };
  if (!Object.hasOwn(parameter, 'min') || Object.hasOwn(parameter, 'distribution')) return parameter;
  const whole = Number.isInteger(parameter.min) && Number.isInteger(parameter.max);
  return { ...parameter, distribution: whole ? 'int_uniform' : 'uniform' };
}
