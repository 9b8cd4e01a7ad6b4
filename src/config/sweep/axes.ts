import type { Experiment, SweepConfig, SweepParameter } from '../schema/experiment.generated.js';
import { concerns, conditionHolds, type Condition, type Values } from './conditions.js';

/** A parameter of a sweep, or several that vary together. */
export interface Axis {
  /** Their dotted keys, in the order of the sweep. */
  readonly keys: readonly string[];
  readonly parameters: readonly SweepParameter[];
}

/**
 * What varies independently of one another, in the order of the sweep; parameters with a condition (`when`) come after
 * those that it speaks of.
 * @returns the axes that can be put in order, and the keys of those whose conditions go round in a circle
 */
export function axesOf({ parameters, zip }: Pick<SweepConfig, 'parameters' | 'zip'>): {
  axes: Axis[];
  circular: string[];
} {
  const groupOf = new Map(zip.flatMap((group) => group.map((key) => [key, group] as const)));
  const groups = new Set(Object.keys(parameters).map((key) => groupOf.get(key) ?? [key]));
  const waiting = [...groups].map((keys) => ({ keys, parameters: keys.map((key) => parameters[key]) }));
  const axes: Axis[] = [];
  for (;;) {
    const next = waiting.findIndex((axis) => waiting.every((other) => other === axis || !dependsOn(axis, other)));
    if (next === -1) return { axes, circular: waiting.flatMap(({ keys }) => keys) };
    axes.push(...waiting.splice(next, 1));
  }
}

/** The condition under which a parameter is there. */
export function conditionOf(parameter: SweepParameter): Condition | undefined {
  return parameter.when as Condition | undefined;
}

/** Which of the parameters of an axis are there, given the values of the axes before it. */
export function presentKeys({ parameters }: Axis, values: Values, base: Experiment): number[] {
  const indices = parameters.keys();
  return [...indices].filter((index) => conditionHolds(conditionOf(parameters[index]) ?? {}, values, base));
}

function dependsOn(axis: Axis, other: Axis): boolean {
  const spokenOf = axis.parameters.flatMap((parameter) => Object.keys(conditionOf(parameter) ?? {}));
  return spokenOf.some((key) => other.keys.some((parameter) => concerns(parameter, key)));
}
