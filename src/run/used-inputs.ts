import type { ModelConfig } from '../config/schema/experiment.generated.js';
import type { Dataset } from '../data/dataset.js';
import { usedColumns } from '../model/input-tensors.js';

/** The dataset with the inputs that a model takes; it is the same dataset, of the same digest and the same rows. */
export function withUsedInputs(dataset: Dataset, { layers }: ModelConfig): Dataset {
  const used = usedColumns(layers[0], dataset.inputs);
  if (used.length === dataset.inputs.length) return dataset;
  const chosen = <T>(values: readonly T[]): T[] => used.map((place) => values[place]);
  const [train, test] = [dataset.train, dataset.test].map((rows) => ({ ...rows, inputs: chosen(rows.inputs) }));
  return { ...dataset, inputs: chosen(dataset.inputs), train, test };
}
