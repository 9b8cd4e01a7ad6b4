import type { DatasetConfig } from './schema/experiment.generated.js';

/** Whether folds of whole groups are tested, each in its turn: where the test rows aren't given, but divided off. */
export function testsFolds(dataset: DatasetConfig): boolean {
  if (dataset.name !== 'table' || !dataset.path || !dataset.split) return false;
  const { folds, group, time, column } = dataset.split;
  return folds !== null && group !== null && time === null && column === null;
}
