import * as tf from '@tensorflow/tfjs';
import { toYaml } from '../config/format.js';
import { jsonText } from '../config/text/tree.js';
import type { Dataset, DatasetColumns } from '../data/dataset.js';
import type { FittedTarget } from '../data/fitted.js';
import { foldOf } from '../data/split.js';
import { type FileProblem, UserError } from '../text/errors.js';
import { sourceSeeds } from '../random.js';
import type { Job, SweepTrial } from '../protocol/job.js';
import type { InitializedEvent, PrunedEvent, VectorsEvent } from '../protocol/events.js';
import { chanceLevel } from '../metrics/classification.js';
import type { RunSetup } from './setup.js';
import type { DatasetEvent } from '../tracking/journal-events.js';
import { JournalWriter } from '../tracking/journal.js';
import { describeOrigin, flattenConfig } from '../tracking/run-description.js';
import { type RunHistory, readHistory } from '../tracking/run-history.js';
import { type RunDirectory, type Summary, createRun, readIdentity, writeSummary } from '../tracking/run-store.js';
import { type SystemMetrics, SystemMonitor } from '../tracking/system-metrics.js';
import type { EpochEvent } from '../training/events.js';
import type { BestEpoch } from '../training/state.js';
import type { TrainingResult } from '../training/trainer.js';
import { elementCount } from '../tensorflow/element-count.js';
import { VERSION } from '../system/version.js';
import { ablate } from '../system/shell.js';

/** Makes the directory of a new run. */
export async function createRunOf(job: Job): Promise<RunDirectory> {
  const { config } = job;
  const identity = {
    name: config.name,
    label: job.sweep?.label,
    seed: config.training.seed,
    config_hash: job.configHash,
    description: config.description || undefined,
    parent: job.sweep?.id,
    source: job.origin?.source ?? job.source,
    ...(await describeOrigin(config, job.source, { ablate: VERSION, tfjs: tf.version.tfjs })),
    ...(job.origin && { git_commit: job.origin.gitCommit }),
  };
  return createRun(job.runsDirectory, identity, toYaml(config));
}

/**
 * Writes down what a run does: its journal while it is in progress, its summary when it ends. What the journal of a run that is
 * resumed holds already isn't written again.
 */
export class RunRecorder {
  readonly #started = performance.now();
  readonly #journal: JournalWriter;
  readonly #before: RunHistory;
  /** Metric and step of every point in the journal. */
  readonly #points: Set<string>;
  /** Images that an epoch trains on. */
  #trainImages = 0;
  readonly #monitor: SystemMonitor;
  #systemSamples: number;
  readonly #summary: Omit<Summary, 'status' | 'duration_seconds' | 'error'>;

  /**
   * @param run held by this process
   * @throws UserError `run-changed` when the job isn't the one that the run began as
   */
  constructor(
    readonly run: RunDirectory,
    job: Job,
  ) {
    this.#journal = new JournalWriter(run.journal);
    this.#before = readHistory(run);
    this.#points = new Set(pointsOf(this.#before));
    this.#systemSamples = this.#before.systemSamples;
    checkIdentity(run, job);
    this.#summary = {
      id: run.id,
      name: job.config.name,
      seed: job.config.training.seed,
      config_hash: job.configHash,
      metrics: {},
      epochs: 0,
      steps: 0,
      weights_epoch: 0,
      samples_per_second: 0,
      parameters: 0,
      tensorflow: null,
    };
    this.#journal.append({ type: 'state', status: 'RUNNING' });
    if (Object.keys(this.#before.params).length === 0) {
      this.#journal.append({ type: 'params', params: paramsOf(job) });
    }
    if (job.sweep) this.#tag(sweepTags(job.sweep));
    const { folds } = job.config.dataset.split ?? {};
    if (folds) this.#tag(foldTag(sourceSeeds(job.config.training).split, folds));
    this.#monitor = new SystemMonitor((values) => {
      this.#sampled(values);
    }, process.env);
  }

  /**
   * The engine runs, the data are split, the model is built.
   * @throws UserError `dataset-changed` when an earlier part of the run trained on other data
   */
  ready({ dataset, train, validation, parameters, flops, parts: { runtime } }: RunSetup): void {
    const { name, digest, source, target } = dataset;
    checkDigest(this.run, this.#before, dataset);
    const samples = { training: train.length, validation: validation.length, test: dataset.test.count };
    for (const [context, count] of Object.entries(samples)) {
      if (count === 0 || this.#before.datasets.some((event) => event.context === context)) continue;
      this.#journal.append({
        type: 'dataset',
        name,
        digest,
        source,
        context,
        samples: count,
        ...shapesOf(dataset),
        classes: target.classes.length,
      });
    }
    const { version, device, threads } = runtime;
    this.#tag({ engine: version, device, threads: String(threads) });
    this.#summary.dataset_digest = digest;
    this.#summary.samples = samples;
    const chance = chanceLevels(dataset, validation);
    if (chance) this.#summary.chance = chance;
    if (dataset.givenValidation) this.#summary.given_validation = true;
    this.#summary.parameters = parameters;
    this.#summary.flops = flops;
    this.#trainImages = train.length;
    this.#summary.tensorflow = { version, device };
  }

  /**
   * The run trains on from where a finished one ended: the epochs until there are its own too.
   * @throws UserError `dataset-changed`
   */
  trainsOn(finished: RunHistory, dataset: Dataset): void {
    checkDigest(this.run, finished, dataset);
    this.#tag({ trains_on: finished.identity?.id ?? '' });
    const { train_loss: trainLosses = [] } = finished.metrics as Partial<RunHistory['metrics']>;
    const ofStep = new Map<number, [string, number][]>(trainLosses.map(({ step }) => [step, []]));
    for (const [name, points] of Object.entries(finished.metrics)) {
      if (/^(best|test)_/.test(name)) continue;
      for (const { step, value } of points) ofStep.get(step)?.push([name, value]);
    }
    for (const { step, epoch = 0 } of trainLosses) {
      this.#measure(step, epoch, Object.fromEntries(ofStep.get(step) ?? []));
    }
  }

  /** Which layers took their first weights from another model, and how many weights were pruned. */
  initialized({
    initialized,
    pruned,
    vectors = [],
  }: {
    initialized?: InitializedEvent;
    pruned?: Omit<PrunedEvent, 'type'>;
    vectors?: readonly Omit<VectorsEvent, 'type'>[];
  }): void {
    for (const { layer, file, known, words } of vectors) {
      this.#tag({ [`vectors.${layer}`]: `${known} of ${words} words of ${file}` });
    }
    if (initialized) {
      const { from, taken, fresh } = initialized;
      const layers = { 'initial_weights.taken': taken.join(', '), 'initial_weights.fresh': fresh.join(', ') };
      this.#tag({ 'initial_weights.from': from, ...layers });
    }
    if (pruned) this.#tag({ pruned: `${pruned.pruned} of ${pruned.weights}` });
  }

  epoch({ epoch, step, metrics, samplesPerSecond }: EpochEvent): void {
    this.#measure(step, epoch, { ...metrics, samples_per_second: samplesPerSecond });
  }

  /** The results of training. One that can be resumed has no final scores yet: they are in its summary alone. */
  trained({ status, epochs, steps, metrics, best, weightsEpoch, samplesPerSecond }: TrainingResult): void {
    Object.assign(this.#summary, { epochs, steps, weights_epoch: weightsEpoch, samples_per_second: samplesPerSecond });
    if (samplesPerSecond > 0) this.#summary.training_seconds = (epochs * this.#trainImages) / samplesPerSecond;
    const scores = best ? bestScores(best) : {};
    Object.assign(this.#summary.metrics, scores, metrics);
    if (status !== 'INTERRUPTED') this.#measure(steps, epochs, scores);
  }

  /** Final scores are metrics of their own, at the last step. @param metrics `test_loss`, `test_accuracy`, … */
  tested(metrics: Record<string, number>): void {
    Object.assign(this.#summary.metrics, metrics);
    this.#measure(this.#summary.steps, this.#summary.epochs, metrics);
  }

  /** What is taken for yes, where that was stated or chosen. */
  decides({ column, thresholds }: FittedTarget): void {
    if (!thresholds) return;
    const names = column.type === 'binary' ? [column.classes[1]] : column.classes;
    this.#summary.thresholds = Object.fromEntries(names.map((name, index) => [name, thresholds[index]]));
  }

  /** A file in the run's directory is complete. @param path relative to it */
  artifact(path: string): void {
    this.#journal.append({ type: 'artifact', path });
  }

  /** Makes everything that was reported survive a power cut. */
  sync(): Promise<void> {
    return this.#journal.sync();
  }

  /**
   * The run has ended: the last that is said of it. The summary comes after the journal's last event, so that a run which
   * has one is complete.
   */
  end(status: Summary['status'], error?: string, files?: readonly FileProblem[]): Summary {
    const duration = this.#before.seconds + (performance.now() - this.#started) / 1000;
    const { id, name, ...rest } = this.#summary;
    const summary = { id, name, status, ...rest, duration_seconds: duration, error: error ?? null, files };
    this.#monitor.stop();
    this.#journal.append({ type: 'state', status, error });
    writeSummary(this.run, summary);
    return summary;
  }

  /** The run couldn't be resumed, and is as it was. */
  stays(status: Summary['status']): void {
    this.#monitor.stop();
    this.#journal.append({ type: 'state', status });
  }

  close(): void {
    this.#journal.close();
  }

  /** Called by a timer, where an error would end the process: a full disk is told by the run's next event. */
  #sampled(values: SystemMetrics): void {
    try {
      this.#journal.append({ type: 'system', sample: this.#systemSamples, values });
      this.#systemSamples++;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }

  /** Appends the points that the journal doesn't have. */
  #measure(step: number, epoch: number, values: Record<string, number>): void {
    const fresh = Object.entries(values).filter(([name]) => !this.#points.has(pointKey(name, step)));
    if (fresh.length === 0) return;
    this.#journal.append({ type: 'metrics', step, epoch, values: Object.fromEntries(fresh) });
  }

  /** Appends the tags that the journal doesn't have. */
  #tag(tags: Record<string, string>): void {
    const fresh = Object.entries(tags).filter(([key, value]) => this.#before.tags[key] !== value);
    if (fresh.length > 0) this.#journal.append({ type: 'tags', tags: Object.fromEntries(fresh) });
  }
}

function pointsOf({ metrics }: RunHistory): string[] {
  return Object.entries(metrics).flatMap(([name, points]) => points.map(({ step }) => pointKey(name, step)));
}

function pointKey(name: string, step: number): string {
  return `${step} ${name}`;
}

function bestScores({ epoch, metrics }: BestEpoch): Record<string, number> {
  const scores: Record<string, number> = { best_epoch: epoch };
  for (const [name, value] of Object.entries(metrics)) if (name !== 'learning_rate') scores[`best_${name}`] = value;
  return scores;
}

/** A run is resumed as it began, or not at all. */
function checkIdentity(run: RunDirectory, { config, configHash }: Job): void {
  const { id, seed, config_hash: hash } = readIdentity(run);
  if (seed === config.training.seed && hash === configHash) return;
  throw new UserError(`run ${id} began with another configuration than it is to resume with`, {
    code: 'run-changed',
    hint: `undo the changes to its config.yaml, or train that as a new run: \`${ablate('run', run.config)}\``,
  });
}

function checkDigest(run: RunDirectory, { datasets, identity }: RunHistory, { name, digest }: Dataset): void {
  const before = datasets.find((event) => event.digest !== digest);
  if (!before) return;
  throw new UserError(`the data of ${name} have changed since run ${identity?.id ?? ''} began to train on them`, {
    code: 'dataset-changed',
    hint: `bring back the data with digest ${before.digest} (now: ${digest}), or train anew: \`${ablate('run', run.config)}\``,
  });
}

/** What is swept comes first: tracking servers show params in the order in which they come. */
/** @returns undefined where the target is no class */
function chanceLevels({ target, train, test }: Dataset, validation: Int32Array): Summary['chance'] {
  const isClass = target.classes.length > 0 && target.type !== 'multi_label';
  if (!isClass || !(train.target instanceof Int32Array)) return undefined;
  return { validation: chanceLevel(train.target, validation), test: chanceLevel(test.target) };
}

function paramsOf({ config, sweep }: Job): Record<string, string> {
  const params = flattenConfig(config);
  const swept = Object.keys(sweep?.values ?? {});
  const isSwept = ([name]: [string, string]): boolean =>
    swept.some((key) => name === key || name.startsWith(`${key}.`));
  return Object.fromEntries([...Object.entries(params).filter(isSwept), ...Object.entries(params)]);
}

/** Which part of the training images a run of a cross-validation validates on: `2 of 5`. */
function foldTag(seed: number, folds: number): Record<string, string> {
  return { fold: `${foldOf(seed, folds).fold + 1} of ${folds}` };
}

/** By which a tracking server finds a sweep's trials, and tells them apart: `sweep.model.kernel_size` → `3`. */
function sweepTags({ id, label, values }: SweepTrial): Record<string, string> {
  const varied = Object.entries(values).map(([key, value]): [string, string] => [`sweep.${key}`, jsonText(value)]);
  return { sweep: id, 'sweep.label': label, ...Object.fromEntries(varied) };
}

/** Of a sample: its shape where it is a single value, else how many numbers it has, and the shape of each input. */
function shapesOf({ inputs }: DatasetColumns): Pick<DatasetEvent, 'shape' | 'inputs'> {
  if (inputs.length === 1 && inputs[0].type === 'image') return { shape: [...inputs[0].shape] };
  const size = inputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const known = inputs.map(({ name, shape, tokens }) => {
    return { name, shape: [...shape], ...(tokens === undefined ? {} : { tokens }) };
  });
  return { shape: inputs.length === 1 ? [...inputs[0].shape] : [size], inputs: known };
}
