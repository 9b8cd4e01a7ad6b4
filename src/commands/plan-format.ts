import pc from 'picocolors';
import type { Cell } from '../config/sweep.js';
import type { Calibration, LocatedExperiment } from '../job.js';
import { type MemoryUse, type Plan, estimateSeconds } from '../run-plan.js';
import { describeCpu, hasBfloat16 } from '../tensorflow/library/platform.js';
import { count, duration } from './format.js';
import { cellTable, mostSweepRuns, sweepJson, sweepRuns, sweepSize } from './sweep-summary.js';
import { formatTable } from './table.js';

/** A plan, and how fast its steps are, if that was measured. */
export interface PlannedExperiment {
  /** As the user named it. */
  file: string;
  experiment: LocatedExperiment;
  plan: Plan;
  /** Variants of its sweep, if it has one: the plan is that of the experiment without it. */
  cells?: readonly Cell[];
  calibration?: Calibration;
}

/** A plan as tables and sentences. */
export function planText(planned: PlannedExperiment): string {
  const { plan } = planned;
  const { config } = planned.experiment;
  const { height, width, channels, classes, train, validation, test } = plan.data;
  const images = [`${count(train)} training`, `${count(validation)} validation`, `${count(test)} test images`];
  return [
    `${pc.bold(config.name)}  ${pc.dim(planned.file)}`,
    `${plan.data.name}: ${images.join(', ')} of ${height}×${width}×${channels}, ${classes.length} classes`,
    '',
    layerTable(plan),
    memoryTable(plan, config.training.optimizer.name),
    `steps  ${count(plan.stepsPerEpoch)} an epoch × ${count(plan.epochs)} epochs = ${count(plan.stepsPerEpoch * plan.epochs)}`,
    `time   ${timeText(planned)}`,
    ...precisionLines(planned),
    ...sweepLines(planned),
    '',
  ].join('\n');
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

function sweepLines({ experiment: { config }, cells, plan, calibration }: PlannedExperiment): string[] {
  if (!cells || !config.sweep) return [];
  const runs = [...new Set([sweepRuns(config, cells), mostSweepRuns(config, cells)])];
  const each = calibration ? estimateSeconds(plan, calibration) : undefined;
  const time =
    each === undefined
      ? ''
      : `, about ${runs.map((number) => duration(number * each)).join(' to ')} one after another if each takes as long`;
  return [`sweep  ${config.sweep.method}: ${sweepSize(config, cells)}${time}`, '', cellTable(config, cells).trimEnd()];
}

function layerTable({ layers, parameters, trainableParameters, flops }: Plan): string {
  const right = 'right' as const;
  const columns = [
    { title: 'LAYER' },
    { title: 'TYPE' },
    { title: 'OUTPUT SHAPE', align: right },
    { title: 'PARAMETERS', align: right },
    { title: 'FLOPS', align: right },
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
  const note = pc.dim(
    'FLOPs are those of one image forward; a training step takes about three times as many an image.',
  );
  return `${formatTable(columns, [...rows, total, ...untrained])}${note}\n`;
}

function memoryTable({ memory, slotsPerWeight, batchSize }: Plan, optimizer: string): string {
  const names: Record<Exclude<keyof MemoryUse, 'isMapped'>, string> = {
    weights: 'weights',
    optimizerSlots: `slots of ${optimizer}, ${slotsPerWeight} a weight`,
    gradients: 'gradients',
    activations: `activations of a batch of ${count(batchSize)}`,
    bestWeights: 'best weights, kept by early stopping',
    dataset: memory.isMapped ? 'data set, mapped: in memory as far as it fits' : 'data set',
    total: `total, besides TensorFlow itself${memory.isMapped ? ' and the data set' : ''}`,
  };
  const parts = Object.keys(names) as (keyof typeof names)[];
  const rows = parts.filter((part) => memory[part] > 0).map((part) => [names[part], bytesText(memory[part])]);
  return formatTable([{ title: 'MEMORY' }, { title: '', align: 'right' }], rows);
}

function timeText({ plan, calibration }: PlannedExperiment): string {
  if (!calibration) return 'not measured';
  const { secondsPerStep, measuredSteps, device } = calibration;
  return [
    `about ${duration(estimateSeconds(plan, calibration))} on ${device}`,
    `${stepText(secondsPerStep)} a step, measured over ${count(measuredSteps)} step${measuredSteps === 1 ? '' : 's'}`,
    ...(plan.mayStopEarly ? ['less if early stopping ends it'] : []),
  ].join('; ');
}

/** `9.61 ms`, `2.51 s`. */
function stepText(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

/** Decimal units: `2.78 MB`, `47.4 MB`, `1.20 GB`. */
function bytesText(bytes: number): string {
  const [size, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${(bytes / size).toFixed(bytes / size < 10 ? 2 : 1)} ${unit}`;
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
    dataset: data,
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
    memory_bytes: plainMemory(memory),
    batch_size: batchSize,
    steps_per_epoch: stepsPerEpoch,
    epochs,
    steps: stepsPerEpoch * epochs,
    may_stop_early: plan.mayStopEarly,
    time: plainTime(planned),
    ...(planned.cells ? { sweep: sweepJson(experiment.config, planned.cells) } : {}),
  };
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
