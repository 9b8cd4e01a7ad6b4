import type { DatasetConfig } from '../config/schema/experiment.generated.js';
import { targetKind } from './columns/kinds.js';
import type { Dataset } from './dataset.js';
import { takeGroupFold } from './group-split.js';
import { randomStream } from '../random.js';
import { selectRows } from './rows.js';
import { foldOf } from './split.js';

/**
 * A dataset whose test rows are to be a fold of whole groups (see `Dataset.isUndivided`) with these of the run's fold:
 * `folds` seeds in a row test each group once. Its digest stays that of all rows, as they are the same data.
 * @param seed of the split
 * @throws UserError `too-few-groups`
 */
export function withTestedFold(dataset: Dataset, { split }: DatasetConfig, seed: number): Dataset {
  const { train: rows, target, isUndivided } = dataset;
  const folds = split?.folds ?? null;
  if (!isUndivided || folds === null || !rows.groups) return dataset;
  const fold = foldOf(seed, folds);
  const labels = targetKind(target.type).strata(rows.target, target);
  const sides = takeGroupFold({ groups: rows.groups, labels }, fold, randomStream(fold.repetition, 'folds'));
  return { ...dataset, train: selectRows(rows, sides.rest), test: selectRows(rows, sides.drawn) };
}
