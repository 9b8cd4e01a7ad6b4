import type {
  DatasetConfig,
  Experiment,
  LayerConfig,
  OptimizerConfig,
  Table,
  TrainingConfig,
} from './schema/experiment.generated.js';
import { counted, listed } from '../text/words.js';
import { checkAugmented } from './augmented.js';
import { checkChance } from './chance.js';
import { checkImbalance } from './imbalance.js';
import { kindOf } from '../model/layer-parts/kind-of.js';
import { innerLayers } from './inner-layers.js';
import { matchesName, outputIndex } from './layers.js';
import { checkMasks } from './masks.js';
import { type Path, type Report, conflict } from './text/problems.js';
import { nearest } from './text/suggest.js';
import { checkSound } from './sound.js';
import { targetTraits, targetType } from './targets.js';
import type { Json } from './text/tree.js';
import { checkSweep } from './sweep/consistency.js';

/** Finds keys of a resolved configuration that can't hold together. */
export function checkConsistency(config: Experiment, report: Report): void {
  checkLayers(config, report);
  checkSize(config.model.layers, report);
  checkNames(config.model.layers, report);
  checkLayerPatterns(config, report);
  checkMultipliers(config, report);
  checkUnfreezing(config.training, report);
  checkOutput(config, report);
  checkOptimizer(config.training.optimizer, report);
  checkSchedule(config.training, report);
  checkValidationFiles(config.dataset, report);
  checkMonitors(config, report);
  checkLoss(config.training, report);
  checkImbalance(config, report);
  checkTarget(config, report);
  checkRanges(config.augmentation, ['augmentation'], report);
  checkChance(config, report);
  if (!config.sweep) return;
  checkSweep(config.sweep, report);
  checkSweepMetric(config.sweep.metric.name, config, report);
}

/** Whether an experiment measures what its sweep compares. */
export function checkSweepMetric(name: string, { training, dataset, sweep }: Experiment, report: Report): void {
  const path = ['sweep', 'metric', 'name'];
  checkMonitor(
    name.replace(/^best_/, ''),
    path,
    training,
    dataset,
    report,
    'compare by sweep.metric: {name: train_loss}',
  );
  const isLate = name.startsWith('test_') || name.endsWith('robust_accuracy');
  if (!isLate || !sweep?.early_terminate) return;
  const hint = 'compare by val_accuracy or val_loss, or train all variants to the end';
  report([path, ['sweep', 'early_terminate']], conflict(`${name}, known after training, beside early_terminate`, hint));
}

function checkLayers({ model: { layers }, dataset }: Experiment, report: Report): void {
  const output = outputIndex(layers, targetTraits(targetType(dataset as unknown as Json)));
  for (const { layer, path } of placedLayers(layers, ['model', 'layers'])) {
    checkLayer(layer, path, layer === layers[output], report);
  }
}

/** The bounds that the schema sets to `layers`, for those that `blocks` stand for. */
function checkSize(layers: LayerConfig[], report: Report): void {
  const path = ['model', 'layers'];
  if (layers.length > 1000) {
    const message = `the model has ${layers.length} layers`;
    report([path], { code: 'out-of-range', message, expected: 'at most 1000' });
  }
  const filtersOf = ({ layer }: PlacedLayer): number => ('filters' in layer ? (layer.filters ?? 0) : 0);
  const wide = placedLayers(layers, path).find((placed) => filtersOf(placed) > 65536);
  if (!wide) return;
  report([wide.path], { code: 'out-of-range', message: `${filtersOf(wide)} filters`, expected: 'at most 65536' });
}

function checkLayer(layer: LayerConfig, path: Path, isOutput: boolean, report: Report): void {
  for (const { key, ...details } of kindOf(layer).keyProblems?.(layer, isOutput) ?? []) {
    report([key === undefined ? path : [...path, key]], details);
  }
  const initializer = 'kernel_initializer' in layer ? layer.kernel_initializer : undefined;
  if (typeof initializer === 'object' && initializer.name === 'random_uniform') {
    checkOrder(initializer.minval, initializer.maxval, [...path, 'kernel_initializer', 'maxval'], report);
  }
}

interface PlacedLayer {
  layer: LayerConfig;
  path: Path;
}

function placedLayers(layers: LayerConfig[], path: Path): PlacedLayer[] {
  return layers.flatMap((layer, i) => [
    { layer, path: [...path, i] },
    ...innerLayers(layer).flatMap((inner) => placedLayers([...inner.layers], [...path, i, ...inner.path])),
  ]);
}

function checkNames(layers: LayerConfig[], report: Report): void {
  const seen = new Set<string>();
  for (const { layer, path } of placedLayers(layers, ['model', 'layers'])) {
    if (seen.has(layer.name)) {
      const message = `a second layer named ${JSON.stringify(layer.name)}`;
      report([[...path, 'name']], {
        code: 'duplicate-value',
        message,
        hint: 'give each layer a name of its own, or none',
      });
    }
    seen.add(layer.name);
  }
}

/** Patterns of layers' names that no layer's name has the form of. */
function checkLayerPatterns({ model, training }: Experiment, report: Report): void {
  const names = layerNames(model.layers);
  const { trainable, unfreeze, learning_rate_multipliers: multipliers } = training;
  const patterns: { pattern: string; path: Path }[] = [
    ...(trainable ?? []).map((pattern, i) => ({ pattern, path: ['training', 'trainable', i] })),
    ...Object.entries(unfreeze ?? {}).flatMap(([epoch, list]) =>
      list.map((pattern, i) => ({ pattern, path: ['training', 'unfreeze', epoch, i] })),
    ),
    ...Object.keys(multipliers ?? {}).map((pattern) => {
      return { pattern, path: ['training', 'learning_rate_multipliers', pattern] };
    }),
  ];
  for (const { pattern, path } of patterns) {
    if (names.some((name) => matchesName(name, pattern))) continue;
    const message = `no layer is named ${JSON.stringify(pattern)}`;
    const details = { expected: `one of ${names.slice(0, 30).join(', ')}`, suggestion: nearest(pattern, names) };
    report([path, ['model']], { code: 'wrong-value', message, ...details });
  }
}

function checkMultipliers({ model, training }: Experiment, report: Report): void {
  const patterns = Object.keys(training.learning_rate_multipliers ?? {});
  for (const name of layerNames(model.layers)) {
    const [first, second] = patterns.filter((pattern) => matchesName(name, pattern)) as (string | undefined)[];
    if (first === undefined || second === undefined) continue;
    const message = `the layer ${name} has two multipliers: ${JSON.stringify(first)} and ${JSON.stringify(second)}`;
    const path = ['training', 'learning_rate_multipliers', second];
    report([path, ['model']], conflict(message, 'let one pattern stand for each layer'));
  }
}

function layerNames(layers: LayerConfig[]): string[] {
  return placedLayers(layers, []).map(({ layer }) => layer.name);
}

/** Epochs are counted from 1, and whatever is trained in the first needs no unfreezing. */
function checkUnfreezing({ unfreeze, epochs }: TrainingConfig, report: Report): void {
  for (const epoch of Object.keys(unfreeze ?? {})) {
    if (/^[1-9]\d*$/.test(epoch) && Number(epoch) >= 2 && Number(epoch) <= epochs) continue;
    report(
      [
        ['training', 'unfreeze', epoch],
        ['training', 'epochs'],
      ],
      {
        code: 'out-of-range',
        message: `layers are unfrozen in epoch ${JSON.stringify(epoch)} of ${epochs}`,
        expected: `an epoch from 2 to ${epochs}`,
      },
    );
  }
}

/** Cross-entropy takes the logarithm of probabilities; squared errors can be taken of any outputs. */
function checkOutput({ model, training }: Experiment, report: Report): void {
  const last = model.layers.findLastIndex((layer) => 'activation' in layer);
  const ofClasses = ['sparse_categorical_crossentropy', 'categorical_focal_crossentropy', 'dice_crossentropy'];
  if (!ofClasses.includes(training.loss) || last === -1) return;
  const { activation } = model.layers[last] as { activation: unknown };
  if (activation === 'softmax') return;
  const message = `the model ends in the activation ${activationName(activation)}, and cross-entropy needs probabilities`;
  const hint = 'let the last layer be `type: dense` with `activation: softmax` (its default)';
  report([['model', 'layers', last, 'activation'], ['training']], conflict(message, hint));
}

function activationName(activation: unknown): string {
  return typeof activation === 'string' ? activation : (activation as { name: string }).name;
}

function checkOptimizer(optimizer: OptimizerConfig, report: Report): void {
  if (optimizer.name !== 'sgd' || !optimizer.nesterov || optimizer.momentum > 0) return;
  const hint = 'give a momentum too, such as `momentum: 0.9`';
  report([['training', 'optimizer', 'nesterov']], conflict('nesterov without momentum changes nothing', hint));
}

function checkSchedule({ learning_rate_schedule: schedule, epochs }: TrainingConfig, report: Report): void {
  const path = ['training', 'learning_rate_schedule'];
  if ('warmup_epochs' in schedule && schedule.warmup_epochs >= epochs) {
    const message = `a warm-up of ${counted(schedule.warmup_epochs, 'epoch')} in a training of ${epochs}`;
    report([[...path, 'warmup_epochs']], conflict(message, 'let warmup_epochs be smaller than epochs'));
  }
  if (schedule.name !== 'piecewise_constant') return;
  const { boundaries, factors } = schedule;
  if (boundaries.length !== factors.length) {
    const message = `boundaries and factors differ in number: ${boundaries.length} and ${factors.length}`;
    const hint = 'give one factor for each boundary: the one that holds from there on';
    report([[...path, 'factors']], { code: 'wrong-length', message, hint });
  }
  const falling = boundaries.findIndex((boundary, i) => i > 0 && boundary <= boundaries[i - 1]);
  if (falling > 0) report([[...path, 'boundaries', falling]], conflict('boundaries that do not rise', 'sort them'));
}

function checkValidationFiles(dataset: DatasetConfig, report: Report): void {
  if (dataset.name !== 'idx') return;
  const { validation_images: images, validation_labels: labels } = dataset;
  if ((images === null) === (labels === null)) return;
  const [given, missing] = labels === null ? ['images', 'labels'] : ['labels', 'images'];
  const message = `validation_${given} without validation_${missing}`;
  const hint = `give validation_${missing} too, or neither: validation images are then drawn from the training images`;
  report([['dataset', `validation_${given}`]], { code: 'missing-key', message, hint });
}

function checkMonitors({ training, dataset }: Experiment, report: Report): void {
  const schedule = training.learning_rate_schedule;
  const monitored: [string, string][] = [];
  if (training.early_stopping) monitored.push(['early_stopping', training.early_stopping.monitor]);
  if (schedule.name === 'reduce_on_plateau') monitored.push(['learning_rate_schedule', schedule.monitor]);
  for (const [key, monitor] of monitored)
    checkMonitor(monitor, ['training', key, 'monitor'], training, dataset, report);
}

function checkMonitor(
  monitor: string,
  path: Path,
  { metrics }: TrainingConfig,
  dataset: Experiment['dataset'],
  report: Report,
  otherwise = 'monitor train_loss',
): void {
  const { name, validation_split: part, split } = dataset;
  if (monitor.startsWith('val_') && part === 0 && !split?.folds) {
    const mayBeGiven = name === 'idx' || name === 'image_folder' || name === 'table';
    const removed = mayBeGiven ? ', remove it where validation images are given' : '';
    const hint = `set dataset.validation_split above 0${removed}, or ${otherwise}`;
    report([path, ['dataset', 'validation_split']], conflict(`${monitor} without validation images`, hint));
  }
  const metric = monitor.replace(/^(train|val|test)_/, '');
  const type = targetType(dataset as unknown as Json);
  const own = targetTraits(type).metrics;
  // Of classes, labels and masks it is measured in any case.
  const always = type === 'number' ? [] : type === 'mask' ? ['dice'] : ['accuracy'];
  const measured = ['loss', ...always, ...metrics];
  if (measured.includes(metric)) return;
  const hint = metric === 'accuracy' ? `its target is measured by ${listed(own)}` : `add ${metric} to training.metrics`;
  report([path, ['training', 'metrics']], conflict(`${monitor} is monitored and not measured`, hint));
}

/** The loss, the metrics and what else must be those of the target. */
function checkTarget({ dataset, training, augmentation }: Experiment, report: Report): void {
  const type = targetType(dataset as unknown as Json);
  if (dataset.name !== 'table') {
    checkImages(training, report);
    checkAugmented(dataset, augmentation, report);
    return;
  }
  checkColumns(dataset, report);
  checkSound(dataset.inputs, report);
  checkMasks(dataset, training, report);
  const { losses } = targetTraits(type);
  if (!losses.includes(training.loss)) {
    const hint = `its losses are ${listed(losses)}`;
    report(
      [
        ['training', 'loss'],
        ['dataset', 'target'],
      ],
      conflict(`${training.loss} of a target of type ${type}`, hint),
    );
  }
  training.metrics.forEach((metric, index) => {
    if (isMetricOf(metric, type)) return;
    const path = ['training', 'metrics', index];
    report([path, ['dataset', 'target']], conflict(`${metric} of a target of type ${type}`, 'remove it'));
  });
  const isNumber = type === 'number';
  if (isNumber && training.label_smoothing > 0)
    report([['training', 'label_smoothing']], conflict('label_smoothing of a number', 'remove it: it is for classes'));
  if (isNumber && training.class_weight !== null)
    report([['training', 'class_weight']], conflict('class_weight of a number', 'remove it: it is for classes'));
  checkAugmented(dataset, augmentation, report);
}

/** The target's columns: several are numbers, and none of them is an input. */
function checkColumns({ inputs, target, classes }: Table, report: Report): void {
  checkNumbers(inputs, ['dataset', 'inputs'], report);
  checkNumbers(target, ['dataset', 'target'], report);
  const targets = Object.entries(target);
  for (const [name, { type }] of targets) {
    if (targets.length === 1 || type === 'number') continue;
    const hint =
      'give several columns of numbers, or one of another type; labels in columns of 0 and 1 are one target: { NAME: { type: multi_label, columns: [...] } }';
    report(
      [
        ['dataset', 'target', name],
        ['dataset', 'target'],
      ],
      conflict(`a target of type ${type} beside others`, hint),
    );
  }
  const [[name, config]] = targets;
  if (config.type !== 'multi_label') return;
  config.columns?.forEach((column, index) => {
    if (!Object.hasOwn(inputs, column)) return;
    const path = ['dataset', 'target', name, 'columns', index];
    report([path], conflict(`${JSON.stringify(column)} is a label, and an input too`, 'remove one of the two'));
  });
  if (config.columns !== null && config.separator !== null) {
    const path = ['dataset', 'target', name, 'separator'];
    report([path], conflict('a separator beside columns of 0 and 1', 'remove one of the two'));
  }
  if (classes !== null)
    report([['dataset', 'classes']], conflict('classes of a target of labels', 'remove it: all labels are used'));
}

/** Decimals and thousands are told apart by what stands before them. */
function checkNumbers(columns: Readonly<Record<string, object>>, path: Path, report: Report): void {
  for (const [name, column] of Object.entries(columns)) {
    const { decimal = '.', thousands } = column as Partial<Record<string, string>>;
    if (thousands !== decimal) continue;
    const message = `${JSON.stringify(thousands)} stands before the decimals and between the thousands`;
    report(
      [[...path, name, 'thousands']],
      conflict(message, `say decimal: "${thousands === ',' ? '.' : ','}" too, or remove thousands`),
    );
  }
}

/** What only other targets than classes have. */
function checkImages({ loss, metrics }: TrainingConfig, report: Report): void {
  if (!targetTraits('category').losses.includes(loss))
    report([['training', 'loss']], conflict(`${loss} of classes`, 'it is for targets of a table: dataset.target'));
  metrics.forEach((metric, index) => {
    if (isMetricOf(metric, 'category')) return;
    report([['training', 'metrics', index]], conflict(`${metric} of classes`, 'it is for targets of a table'));
  });
}

const OF_NUMBERS = ['mean_absolute_error', 'root_mean_squared_error', 'r2_score'];
const OF_BINARY = ['auc', 'average_precision'];
const OF_LABELS_ALONE = ['micro_f1_score', 'mean_average_precision'];
const OF_MASKS = ['dice', 'mean_iou', 'pixel_accuracy'];
const OF_LABELS = ['accuracy', 'precision', 'recall', 'f1_score', ...OF_LABELS_ALONE];

function isMetricOf(metric: string, type: string): boolean {
  if (type === 'mask') return OF_MASKS.includes(metric);
  if (OF_MASKS.includes(metric)) return false;
  if (type === 'number') return OF_NUMBERS.includes(metric);
  if (OF_NUMBERS.includes(metric)) return false;
  if (type === 'multi_label') return OF_LABELS.includes(metric);
  if (OF_LABELS_ALONE.includes(metric)) return false;
  if (type === 'binary') return !/^(top_|robust)/.test(metric);
  return !OF_BINARY.includes(metric);
}

function checkLoss({ loss, label_smoothing: smoothing, tversky = null }: TrainingConfig, report: Report): void {
  if (tversky !== null && loss !== 'tversky') {
    const message = `tversky with the loss ${loss}, of which it changes nothing`;
    report([['training', 'tversky']], conflict(message, 'set loss: tversky, or remove it'));
  }
  if ((loss === 'dice' || loss === 'tversky') && smoothing > 0) {
    const hint = 'remove one of the two: label smoothing is for cross-entropy';
    report([['training', 'label_smoothing']], conflict(`label_smoothing with ${loss}`, hint));
  }
  if (loss !== 'mean_squared_error' || smoothing === 0) return;
  const hint = 'remove one of the two: label smoothing is for cross-entropy';
  report([['training', 'label_smoothing']], conflict('label_smoothing with mean_squared_error', hint));
}

/** Every `[lower, upper]` of the augmentation. */
function checkRanges(value: unknown, path: Path, report: Report): void {
  if (Array.isArray(value)) {
    const [lower, upper] = value as unknown[];
    const isRange = String(path.at(-1)).endsWith('factor') && typeof lower === 'number' && typeof upper === 'number';
    if (isRange) checkOrder(lower, upper, path, report);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) checkRanges(part, [...path, key], report);
  }
}

function checkOrder(lower: number, upper: number, path: Path, report: Report): void {
  if (lower <= upper) return;
  const message = `a range from ${lower} down to ${upper}`;
  report([path], conflict(message, 'write the lower bound first'));
}
