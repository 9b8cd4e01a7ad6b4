import { isDeepStrictEqual } from 'node:util';
import type { SweepConfig } from '../schema/experiment.generated.js';
import type { Json } from '../text/tree.js';
import type { Values } from './conditions.js';
import { parametersOf, without } from './datasets.js';

/** What a variant, or some of its values, are called by the experiment file. */
export interface GivenNames {
  /** Of the variant as a whole. */
  variant?: string;
  /** Dotted key → the name of the variant's value. */
  values?: Readonly<Record<string, string>>;
}

/** What a variant is told apart by. */
export interface NamedVariant {
  values: Values;
  names?: GivenNames;
}

/** The variants that `include` lists: their values, without their names. */
export function includedValues({ include }: Pick<SweepConfig, 'include'>): Values[] {
  return include.map((entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'name')) as Values);
}

/** The names that the file gives to a variant and its values; undefined where it gives none. */
export function givenNames(sweep: SweepConfig, values: Values): GivenNames | undefined {
  const { include } = sweep;
  const parameters = parametersOf(sweep);
  const written = sweep.datasets ? without(values) : values;
  const variant = include.find(({ name, ...own }) => name !== undefined && isDeepStrictEqual(own, written))?.name;
  const named = Object.entries(values).flatMap(([key, value]) => {
    const name = valueName(parameters, key, value);
    return name === undefined ? [] : [[key, name] as const];
  });
  if (variant === undefined && named.length === 0) return undefined;
  return { ...(variant !== undefined && { variant }), ...(named.length > 0 && { values: Object.fromEntries(named) }) };
}

function valueName(parameters: SweepConfig['parameters'], key: string, value: Json): string | undefined {
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
  if (!parameter || !('values' in parameter) || !parameter.names) return undefined;
  const index = parameter.values.findIndex((each) => isDeepStrictEqual(each, value));
  return index === -1 ? undefined : parameter.names[index];
}
