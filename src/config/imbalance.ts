import type { DatasetConfig, Experiment, TrainingConfig } from './schema/experiment.generated.js';
import { targetTraits, targetType } from './targets.js';
import { type Report, conflict } from './text/problems.js';
import type { Json } from './text/tree.js';

/** What is done about classes of which there are few. */
export function checkImbalance({ dataset, training }: Experiment, report: Report): void {
  const { oversampling = null, focal = null, class_weight: weight, loss } = training;
  const type = targetType(dataset as unknown as Json);
  if (oversampling !== null && (type === 'number' || type === 'multi_label')) {
    const hint =
      type === 'number' ? 'remove it: it is for classes' : 'weigh the labels instead: class_weight: balanced';
    report([['training', 'oversampling']], conflict(`oversampling of a target of type ${type}`, hint));
  }
  if (oversampling !== null && weight === 'balanced') {
    const hint = 'remove one of the two: of classes with as many examples each, all weigh the same';
    report(
      [
        ['training', 'class_weight'],
        ['training', 'oversampling'],
      ],
      conflict('class_weight: balanced beside oversampling', hint),
    );
  }
  checkThreshold(training, dataset, report);
  if (focal === null || loss.endsWith('focal_crossentropy')) return;
  const named = targetTraits(type).losses.find((each) => each.endsWith('focal_crossentropy'));
  const hint = named === undefined ? 'remove it: it is for classes' : `set loss: ${named}, or remove it`;
  report([['training', 'focal']], conflict(`focal with the loss ${loss}, of which it changes nothing`, hint));
}

function checkThreshold({ threshold = null }: TrainingConfig, dataset: DatasetConfig, report: Report): void {
  if (threshold === null) return;
  const type = targetType(dataset as unknown as Json);
  const path = ['training', 'threshold'];
  if (type !== 'binary' && type !== 'multi_label') {
    const message = `a threshold of a target of type ${type}`;
    report([path], conflict(message, 'remove it: it is for binary targets and labels'));
  }
  const { validation_split: part, split } = dataset;
  if (
    typeof threshold === 'number' ||
    part > 0 ||
    split?.folds ||
    (dataset.name === 'table' && dataset.validation !== null)
  )
    return;
  const hint = 'set dataset.validation_split above 0, or give a number';
  report([path, ['dataset', 'validation_split']], conflict(`threshold: ${threshold} without validation rows`, hint));
}
