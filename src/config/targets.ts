import type { TargetTraits } from './schema/schema.js';
import { branchFor, isObject } from './schema/schema.js';
import type { Json } from './text/tree.js';

type Mapping = Record<string, Json>;

/** The type of a dataset's target: of datasets of images, their classes. @param dataset complete */
export function targetType(dataset: Json | undefined): string {
  const target = isObject(dataset) && isObject(dataset.target) ? Object.values(dataset.target)[0] : undefined;
  return isObject(target) && typeof target.type === 'string' ? target.type : 'category';
}

/** What follows from the type of a target. */
export function targetTraits(type: string): TargetTraits {
  const traits = branchFor({ $ref: '#/definitions/target_column' }, { type })['x-target'];
  if (!traits) throw new Error(`internal: no target is of type ${type}`);
  return traits;
}

/** Whether a file says something of a key below a section. */
export type IsWritten = (section: string, key: string) => boolean;

/**
 * Training with the target's own loss and metrics where none are written: the schema's defaults are those of classes.
 * @param training with defaults
 * @param isWritten what is written stays, and is checked against the target
 */
export function withTargetDefaults(training: Mapping, type: string, isWritten: IsWritten): Mapping {
  if (type === 'category') return training;
  const { losses, metrics } = targetTraits(type);
  return {
    ...training,
    ...(isWritten('training', 'loss') ? {} : { loss: losses[0] }),
    ...(isWritten('training', 'metrics') ? {} : { metrics }),
  };
}

/** The metric that variants are compared by where their sweep names none. */
export function usualSweepMetric(type: string): string {
  return `val_${targetTraits(type).metrics[0]}`;
}
