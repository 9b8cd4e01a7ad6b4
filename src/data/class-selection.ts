import { UserError } from '../text/errors.js';
import type { Dataset, Rows } from './dataset.js';
import { datasetDigest } from './digest.js';
import { selectRows } from './rows.js';

/**
 * The rows of some of a dataset's classes, whose labels are then these classes' positions. They are copied, so that
 * of a memory-mapped dataset what is selected must fit into memory.
 * @throws UserError `dataset-class-unknown`
 */
export function selectClasses(dataset: Dataset, classes: string[]): Dataset {
  requireClasses(dataset.target.classes, classes);
  const present = dataset.target.classes.map((name) => name.normalize());
  const labelOf = new Map(classes.map((name, label) => [present.indexOf(name.normalize()), label]));
  const { train, test, givenValidation = 0 } = dataset;
  const validation = train.target.subarray(train.count - givenValidation);
  const sets = {
    train: select(train, labelOf),
    test: select(test, labelOf),
    givenValidation: validation.filter((label) => labelOf.has(label)).length,
  };
  const columns = { inputs: dataset.inputs, target: { ...dataset.target, classes } };
  return { ...dataset, ...columns, ...sets, digest: datasetDigest(columns, sets) };
}

/** @throws UserError `dataset-class-unknown` */
export function requireClasses(present: readonly string[], wanted: readonly string[]): void {
  // An é may be written as one character or two; it is the same letter.
  const known = new Set(present.map((name) => name.normalize()));
  const unknown = wanted.find((name) => !known.has(name.normalize()));
  if (unknown === undefined) return;
  throw new UserError(`the dataset has no class ${JSON.stringify(unknown)}`, {
    code: 'dataset-class-unknown',
    hint: `its classes are ${present.slice(0, 30).join(', ')}`,
    exitCode: 2,
  });
}

/** @param labelOf label in the whole dataset → label among the selected classes */
function select(rows: Rows, labelOf: ReadonlyMap<number, number>): Rows {
  const chosen = Int32Array.from(rows.target.keys()).filter((row) => labelOf.has(rows.target[row]));
  const selected = selectRows(rows, chosen);
  return { ...selected, target: Int32Array.from(selected.target, (label) => labelOf.get(label) ?? 0) };
}
