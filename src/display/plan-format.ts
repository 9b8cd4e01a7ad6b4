import { colors as pc } from '../text/visible.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import { sizeOfSweep } from '../config/variants/size.js';
import type { Calibration } from '../protocol/job.js';
import { type MemoryUse, type Plan, type PlannedExperiment, estimateSeconds } from '../run/plan.js';
import { describeCpu, hasBfloat16 } from '../tensorflow/library/platform.js';
import { isImages } from '../data/images/image-dataset.js';
import { columnsText, datasetText, accountJson } from './dataset-account.js';
import { bytesText, count, duration } from './format.js';
import { seedText } from './seed-text.js';
import { sizeText, sweepJson, variantTable } from './sweep/sweep-summary.js';
import { fittedTable } from './tables/fitted-table.js';
import { formatTable } from './tables/table.js';
import { wrapped } from './wrapped.js';
import { counted } from '../text/words.js';

/** A plan as tables and sentences. */
export function planText(planned: PlannedExperiment): string {
  const { plan } = planned;
  const { config } = planned.experiment;
  const { train, validation, test } = plan.data;
  const what = isImages(plan.data) ? 'images' : 'rows';
  const sets = [`${count(train)} training`, `${count(validation)} validation`, `${count(test)} test ${what}`];
  return [
    `${pc.bold(config.name)}  ${pc.dim(planned.file)}`,
    `${plan.data.name}: ${sets.join(', ')} of ${columnsText(plan.data)}`,
    ...groupLines(plan.data),
    datasetText(planned.data, planned.file),
    layerTable(plan),
    memoryTable(plan, config.training.optimizer.name, planned.calibration),
    ...seedLines(config),
    `steps  ${count(plan.stepsPerEpoch)} an epoch × ${counted(plan.epochs, 'epoch')} = ${count(plan.stepsPerEpoch * plan.epochs)}`,
    `time   ${timeText(planned)}`,
    ...precisionLines(planned),
    ...sweepLines(planned),
    '',
  ].join('\n');
}

/** Where rows are divided by groups. */
function groupLines({ groups }: Plan['data']): string[] {
  if (!groups) return [];
  const { column, train, validation, test } = groups;
  return [
    `groups: ${count(train)} training, ${count(validation)} validation, ${count(test)} test values of ${column}, none in two of them`,
  ];
}

/** Where not one seed is all there is to say. */
function seedLines({ training: { seed, seeds }, dataset: { split } }: Experiment): string[] {
  const text = seedText({ seed, seeds, folds: split?.folds });
  return text === String(seed) ? [] : [`seed   ${text}`];
}

/** What bfloat16 costs and gains: see docs/performance.md. */
function precisionLines({ experiment: { config }, calibration }: PlannedExperiment): string[] {
  if (config.training.precision === 'float32') return [];
  const lost = 'each product rounded to 8 bits: accuracies differ from float32 by about as much as from seed to seed';
  const isSlow = calibration?.device === 'CPU' && hasBfloat16(describeCpu()) === false;
  const slow = isSlow
    ? ['this CPU has no instructions for it (AVX512-BF16, AMX): float32 is several times as fast']
    : [];
  return [`precision  bfloat16; ${[lost, ...slow].join('; ')}`];
}

function sweepLines({ experiment: { config }, variants, plan, calibration }: PlannedExperiment): string[] {
  if (!variants || !config.sweep) return [];
  const size = sizeOfSweep(config, variants);
  const runs = [...new Set([size.runs, size.mostRuns])];
  const each = calibration ? estimateSeconds(plan, calibration) : undefined;
  const time =
    each === undefined
      ? ''
      : `, about ${runs.map((number) => duration(number * each)).join(' to ')} one after another if each takes as long`;
  return [`sweep  ${config.sweep.method}: ${sizeText(size)}${time}`, '', variantTable(config, variants).trimEnd()];
}

function layerTable({ data: { inputs }, layers, parameters, trainableParameters, flops }: Plan): string {
  const right = 'right' as const;
  const columns = [
    { title: 'LAYER', rank: 0 },
    { title: 'TYPE', rank: 3 },
    { title: 'OUTPUT SHAPE', align: right, rank: 1 },
    { title: 'PARAMETERS', align: right, rank: 0 },
    { title: 'FLOPS', align: right, rank: 2 },
  ];
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.outputShape.join('×'),
    count(layer.parameters),
    count(layer.flops),
  ]);
  const total = ['total', '', '', count(parameters), count(flops)];
  const frozen = parameters - trainableParameters;
  const untrained = frozen > 0 ? [['of which not trained', '', '', count(frozen), '']] : [];
  const noun = inputs.every(({ type }) => type === 'image') ? 'image' : 'row';
  const a = noun === 'image' ? 'an' : 'a';
  const note = pc.dim(
    wrapped(
      `FLOPs are those of one ${noun} forward; a training step takes about three times as many ${a} ${noun}.`,
      '',
    ),
  );
  return `${fittedTable(columns, [...rows, total, ...untrained])}${note}`;
}

function memoryTable(
  { memory, slotsPerWeight, batchSize }: Plan,
  optimizer: string,
  calibration: Calibration | undefined,
): string {
  const names: Record<Exclude<keyof MemoryUse, 'isMapped'>, string> = {
    weights: 'weights',
    optimizerSlots: `slots of ${optimizer}, ${slotsPerWeight} a weight`,
    gradients: 'gradients',
    activations: `activations of a batch of ${count(batchSize)}`,
    bestWeights: 'best weights, kept by early stopping',
    dataset: memory.isMapped ? 'dataset, mapped: in memory as far as it fits' : 'dataset',
    total: `total, besides TensorFlow itself${calibration ? '' : ' (several hundred MB)'}${memory.isMapped ? ' and the dataset' : ''}`,
  };
  const parts = Object.keys(names) as (keyof typeof names)[];
  const rows = parts.filter((part) => memory[part] > 0).map((part) => [names[part], bytesText(memory[part])]);
  const measured = calibration ? [['whole process with TensorFlow, measured', bytesText(calibration.peakBytes)]] : [];
  return formatTable([{ title: 'MEMORY' }, { title: '', align: 'right' }], [...rows, ...measured]);
}

function timeText({ plan, calibration }: PlannedExperiment): string {
  if (!calibration) return 'not measured';
  const { secondsPerStep, measuredSteps, device } = calibration;
  return [
    `about ${duration(estimateSeconds(plan, calibration))} on ${device}`,
    `${stepText(secondsPerStep)} a step, measured over ${counted(measuredSteps, 'step')}`,
    ...(plan.mayStopEarly ? ['less if early stopping ends it'] : []),
  ].join('; ');
}

/** `9.61 ms`, `2.51 s`. */
function stepText(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

/** The plans as one JSON document: an object, or an array for several experiments. */
export function planJson(planned: PlannedExperiment[]): string {
  const plans = planned.map(plainPlan);
  return `${JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2)}\n`;
}

function plainPlan(planned: PlannedExperiment): object {
  const { file, experiment, plan } = planned;
  const { data, layers, memory, batchSize, stepsPerEpoch, epochs } = plan;
  return {
    file,
    name: experiment.config.name,
    dataset: { ...plainData(data), ...accountJson(planned.data) },
    layers: layers.map(({ name, type, ...layer }) => ({
      name,
      type,
      output_shape: layer.outputShape,
      parameters: layer.parameters,
      trainable_parameters: layer.trainableParameters,
      flops: layer.flops,
      activation_bytes: layer.activationBytes,
    })),
    parameters: plan.parameters,
    trainable_parameters: plan.trainableParameters,
    flops: plan.flops,
    optimizer: { name: experiment.config.training.optimizer.name, slots_per_weight: plan.slotsPerWeight },
    memory_bytes: { ...plainMemory(memory), measured_process: planned.calibration?.peakBytes ?? null },
    batch_size: batchSize,
    steps_per_epoch: stepsPerEpoch,
    epochs,
    steps: stepsPerEpoch * epochs,
    may_stop_early: plan.mayStopEarly,
    time: plainTime(planned),
    ...(planned.variants ? { sweep: sweepJson(experiment.config, planned.variants) } : {}),
  };
}

function plainData({ inputs, target, ...data }: Plan['data']): object {
  if (!isImages({ inputs, target })) return { ...data, inputs, target };
  const { name, ...sizes } = data;
  const [height, width, channels] = inputs[0].shape;
  return { name, height, width, channels, classes: target.classes, ...sizes };
}

function plainMemory({ optimizerSlots, bestWeights, isMapped, ...memory }: MemoryUse): object {
  return { ...memory, dataset_is_mapped: isMapped, optimizer_slots: optimizerSlots, best_weights: bestWeights };
}

function plainTime({ plan, calibration }: PlannedExperiment): object | null {
  if (!calibration) return null;
  return {
    seconds: estimateSeconds(plan, calibration),
    start_seconds: calibration.startSeconds,
    seconds_per_step: calibration.secondsPerStep,
    measured_steps: calibration.measuredSteps,
    seconds_per_evaluated_image: calibration.secondsPerEvaluatedImage,
    device: calibration.device,
  };
}
