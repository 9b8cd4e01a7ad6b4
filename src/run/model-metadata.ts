import type { ImageColumn } from '../data/images/image-column.js';
import type { Dataset } from '../data/dataset.js';
import { isImages } from '../data/images/image-dataset.js';
import { keptInputs } from '../data/inputs.js';
import type { StepParts } from '../training/step.js';

/** What is kept with a model: what it is given and how that is prepared, and what its answers mean. */
export function modelMetadata(
  dataset: Dataset,
  { inputs, tensors, target }: Pick<StepParts, 'inputs' | 'tensors' | 'target'>,
): object {
  const { name, digest } = dataset;
  const [{ column, preparation }] = inputs;
  if (!isImages(dataset)) {
    const { classes } = dataset.target;
    return {
      inputs: keptInputs(inputs),
      ...(tensors.length > 1 ? { tensors } : {}),
      target,
      ...(classes.length > 0 ? { classes } : {}),
      dataset: { name, digest },
    };
  }
  const { background } = column as ImageColumn;
  return {
    classes: dataset.target.classes,
    normalization: preparation,
    dataset: { name, digest },
    // tfjs refuses a key without a value.
    ...(background === undefined ? {} : { background }),
  };
}
