import type { TrainingConfig } from '../config/schema/experiment.generated.js';
import { UserError } from '../text/errors.js';
import { randomStream, sourceSeeds } from '../random.js';

/** More examples are no epoch. */
const MOST_EXAMPLES = 100_000_000;

/**
 * The examples of an epoch: with `training.oversampling`, those of smaller classes are repeated until each class has as many as
 * the largest (imbalanced-learn's RandomOverSampler): all of them equally often, and what is left is drawn by the seed of the order.
 * @param train indices of the examples trained on, ascending
 * @param labels the class of every example: [all]
 * @returns indices, ascending; `train` itself where nothing is repeated
 * @throws UserError `too-many-examples`
 */
export function oversampled(
  training: Pick<TrainingConfig, 'oversampling' | 'seed' | 'seeds'>,
  train: Int32Array,
  labels: ArrayLike<number>,
): Int32Array {
  if (!training.oversampling) return train;
  const ofClass = new Map<number, number[]>();
  for (const row of train) {
    const rows = ofClass.get(labels[row]);
    if (rows) rows.push(row);
    else ofClass.set(labels[row], [row]);
  }
  const most = Math.max(...[...ofClass.values()].map(({ length }) => length));
  if (most * ofClass.size > MOST_EXAMPLES) throw tooMany(most * ofClass.size);
  const examples = new Int32Array(most * ofClass.size);
  let at = 0;
  for (const [label, rows] of ofClass) {
    const random = randomStream(sourceSeeds(training).order, `oversampling/class-${label}`);
    const shuffled = random.shuffle(Int32Array.from(rows));
    for (let count = 0; count < most; count++) examples[at++] = shuffled[count % shuffled.length];
  }
  return examples.sort();
}

function tooMany(count: number): UserError {
  return new UserError(`oversampling would make ${count.toLocaleString('en')} examples of an epoch`, {
    code: 'too-many-examples',
    hint: 'weigh the classes instead: training.class_weight: balanced',
    exitCode: 2,
  });
}
