import type { Conv2D, Experiment, LayerConfig, OptimizerConfig, TrainingConfig } from './experiment.js';
import { matchesName, outputIndex } from './layers.js';
import type { Path, ProblemDetails, Report } from './problems.js';
import { nearest } from './suggest.js';
import { checkSweep } from './sweep-consistency.js';

/** Finds keys of a resolved configuration that can't hold together. */
export function checkConsistency(config: Experiment, report: Report): void {
  checkLayers(config.model.layers, report);
  checkSize(config.model.layers, report);
  checkNames(config.model.layers, report);
  checkLayerPatterns(config, report);
  checkMultipliers(config, report);
  checkUnfreezing(config.training, report);
  checkOutput(config, report);
  checkOptimizer(config.training.optimizer, report);
  checkSchedule(config.training, report);
  checkMonitors(config, report);
  checkLoss(config.training, report);
  checkRanges(config.augmentation, ['augmentation'], report);
  if (!config.sweep) return;
  checkSweep(config.sweep, report);
  checkSweepMetric(config.sweep.metric.name, config, report);
}

/** Whether an experiment measures what its sweep compares. */
export function checkSweepMetric(name: string, { training, dataset }: Experiment, report: Report): void {
  checkMonitor(name.replace(/^best_/, ''), ['sweep', 'metric', 'name'], training, dataset, report);
}

function conflict(message: string, hint: string): ProblemDetails {
  return { code: 'conflict', message, hint };
}

function sides(size: number | [number, number]): [number, number] {
  return Array.isArray(size) ? size : [size, size];
}

function checkLayers(layers: LayerConfig[], report: Report): void {
  const output = outputIndex(layers);
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
  const wide = layers.findIndex((layer) => layer.type === 'conv2d' && layer.filters > 65536);
  if (wide === -1) return;
  const { filters } = layers[wide] as Conv2D;
  report([[...path, wide]], { code: 'out-of-range', message: `${filters} filters`, expected: 'at most 65536' });
}

function checkLayer(layer: LayerConfig, path: Path, isOutput: boolean, report: Report): void {
  if (layer.type === 'dense' && layer.units === undefined && !isOutput) {
    const message = 'a hidden dense layer has no key "units"';
    report([path], { code: 'missing-key', message, expected: 'units: a whole number, at least 1' });
  }
  if (layer.type === 'conv2d' && layer.filters % layer.groups !== 0) {
    const message = `${layer.filters} filters can't be split into ${layer.groups} groups`;
    report([[...path, 'groups']], conflict(message, 'let groups divide filters'));
  }
  if (
    'dilation_rate' in layer &&
    Math.max(...sides(layer.strides)) > 1 &&
    Math.max(...sides(layer.dilation_rate)) > 1
  ) {
    const message = 'strides and dilation_rate above 1 at once, which TensorFlow does not compute';
    report([[...path, 'dilation_rate']], conflict(message, 'set one of the two to 1'));
  }
  if ('depth_multiplier' in layer && sides(layer.strides)[0] !== sides(layer.strides)[1]) {
    const message = 'strides of a depthwise convolution that differ, which TensorFlow does not compute';
    report([[...path, 'strides']], conflict(message, 'give one number'));
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
    ...(layer.type === 'residual' ? placedLayers(layer.layers, [...path, i, 'layers']) : []),
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
    if (/^\d+$/.test(epoch) && Number(epoch) >= 2 && Number(epoch) <= epochs) continue;
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
  if (training.loss !== 'sparse_categorical_crossentropy' || last === -1) return;
  const { activation } = model.layers[last] as { activation: unknown };
  if (activation === 'softmax') return;
  const message = `the model ends in the activation ${nameOf(activation)}, and cross-entropy needs probabilities`;
  const hint = 'let the last layer be `type: dense` with `activation: softmax` (its default)';
  report([['model', 'layers', last, 'activation'], ['training']], conflict(message, hint));
}

function nameOf(activation: unknown): string {
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
    const message = `a warm-up of ${schedule.warmup_epochs} epochs in a training of ${epochs}`;
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
  { validation_split: split }: Experiment['dataset'],
  report: Report,
): void {
  if (monitor.startsWith('val_') && split === 0) {
    const hint = 'set dataset.validation_split above 0, or monitor train_loss';
    report([path, ['dataset', 'validation_split']], conflict(`${monitor} without validation images`, hint));
  }
  const metric = monitor.replace(/^(train|val|test)_/, '');
  const measured = ['loss', 'accuracy', ...metrics];
  if (measured.includes(metric)) return;
  const hint = `add ${metric} to training.metrics`;
  report([path, ['training', 'metrics']], conflict(`${monitor} is monitored and not measured`, hint));
}

function checkLoss({ loss, label_smoothing: smoothing }: TrainingConfig, report: Report): void {
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
