import * as tf from '@tensorflow/tfjs';
import type { BinaryTarget } from '../../config/schema/experiment.generated.js';
import { accuracy, answers, classScores, confusionMatrix } from '../../metrics/classification.js';
import { areaUnderCurve, averagePrecision } from '../../metrics/ranking.js';
import { UserError } from '../../text/errors.js';
import { listed } from '../../text/words.js';
import { emptyTarget } from './category.js';
import type { CellReader } from './cells.js';
import { type TargetKind, UNSCALED, theTarget, thresholdsOf } from './target-kind.js';
import { Words, sortedWords } from './words.js';

/** No or yes, 0 or 1; one output, the probability of yes. */
export const binaryTarget: TargetKind = {
  read(targets, namedIn) {
    const [name, config] = theTarget(targets);
    const { positive } = config as BinaryTarget;
    const words = new Words();
    const add: CellReader['add'] = (cell, place) => {
      if (cell === null) throw emptyTarget(place(), name);
      words.add(cell, place);
    };
    return {
      columns: [{ name, reader: { add } }],
      finish: (known) => {
        const named = namedIn(name);
        const classes = twoClasses(named ? [...named] : sortedWords(words.among(known)), name, positive);
        return { target: { name, type: 'binary', classes }, values: words.classesIn(classes, name) };
      },
    };
  },
  areClasses: ({ length }) => length === 2,
  outputs: () => 1,
  strata: (values) => values as Int32Array,
  fit: () => UNSCALED,
  makeResident: (values, _, runtime) => runtime.resident(values as Int32Array),
  toOutputs(labels, _, smoothing) {
    const shares = tf.expandDims(tf.cast(labels, 'float32'), 1);
    return smoothing === 0 ? shares : tf.add(tf.mul(shares, 1 - smoothing), smoothing / 2);
  },
  progressMetric: 'accuracy',
  progress: (outputs, labels) =>
    tf.sum(tf.cast(tf.equal(tf.cast(tf.greater(tf.squeeze(outputs, [1]), 0.5), 'int32'), labels), 'float32')),
  measure(wanted, outputs, values, target) {
    const labels = values as Int32Array;
    const predictions = answers(outputs, thresholdsOf(target)[0]);
    const [, yes] = classScores(confusionMatrix(labels, predictions, 2));
    const isPositive = (row: number): boolean => labels[row] === 1;
    const known: Record<string, () => number> = {
      precision: () => yes.precision,
      recall: () => yes.recall,
      f1_score: () => yes.f1_score,
      auc: () => areaUnderCurve(outputs, isPositive),
      average_precision: () => averagePrecision(outputs, isPositive),
    };
    const asked = wanted.filter((metric) => Object.hasOwn(known, metric)).map((metric) => [metric, known[metric]()]);
    return { accuracy: accuracy(predictions, labels), ...(Object.fromEntries(asked) as Record<string, number>) };
  },
};

/** No, then yes. */
function twoClasses(found: string[], name: string, positive: string | null): string[] {
  if (found.length !== 2) {
    throw new UserError(`the binary target ${JSON.stringify(name)} has ${found.length} values: ${listed(found)}`, {
      code: 'dataset-invalid',
      hint: 'a binary target has two; one of more classes is of type category',
    });
  }
  if (positive === null) return found;
  if (found.includes(positive)) return [...found.filter((value) => value !== positive), positive];
  throw new UserError(`the binary target ${JSON.stringify(name)} is never ${JSON.stringify(positive)}`, {
    code: 'dataset-invalid',
    hint: `its values are ${listed(found)}: let positive be one of them`,
  });
}
