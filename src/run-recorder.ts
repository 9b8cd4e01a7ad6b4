import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Json } from './config/tree.js';
import type { Job, SweepTrial } from './job.js';
import type { RunSetup } from './run-setup.js';
import { JournalWriter } from './tracking/journal.js';
import { describeMachine, experimentName, flattenConfig, gitCommit, userName } from './tracking/run-description.js';
import { type RunDirectory, type Summary, createRun, writeSummary } from './tracking/run-store.js';
import type { EpochEvent } from './training/events.js';
import type { TrainingResult } from './training/trainer.js';
import { VERSION } from './version.js';

/** Writes down what a run does: its journal while it goes on, its summary when it ends. */
export class RunRecorder {
  readonly #started = performance.now();
  readonly #journal: JournalWriter;
  readonly #summary: Omit<Summary, 'status' | 'duration_seconds' | 'error'>;

  private constructor(
    readonly run: RunDirectory,
    job: Job,
  ) {
    this.#journal = new JournalWriter(run.journal);
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
  }

  /** Makes the run's directory. @param yaml the resolved configuration */
  static async create(job: Job, yaml: string): Promise<RunRecorder> {
    const { config } = job;
    const identity = {
      name: config.name,
      experiment: experimentName(config, process.env),
      seed: config.training.seed,
      config_hash: job.configHash,
      description: config.description || undefined,
      parent: job.sweep?.id,
      source: job.source,
      git_commit: await gitCommit(dirname(job.source)),
      user: userName(),
      versions: { ablate: VERSION, node: process.versions.node, tfjs: tf.version.tfjs },
      machine: describeMachine(),
    };
    const recorder = new RunRecorder(createRun(job.runsDirectory, identity, yaml), job);
    recorder.#journal.append({ type: 'state', status: 'RUNNING' });
    recorder.#journal.append({ type: 'params', params: flattenConfig(config) });
    if (job.sweep) recorder.#journal.append({ type: 'tags', tags: sweepTags(job.sweep) });
    return recorder;
  }

  /** The engine runs, the data are split, the model is built. */
  ready({ dataset, train, validation, parameters, parts: { runtime } }: RunSetup): void {
    const shape = [dataset.height, dataset.width, dataset.channels];
    const { name, digest, source } = dataset;
    const samples = { training: train.length, validation: validation.length, test: dataset.test.labels.length };
    for (const [context, count] of Object.entries(samples)) {
      if (count === 0) continue;
      const classes = dataset.classes.length;
      this.#journal.append({ type: 'dataset', name, digest, source, context, samples: count, shape, classes });
    }
    this.#journal.append({ type: 'tags', tags: { engine: runtime.version, device: runtime.device } });
    this.#summary.dataset_digest = digest;
    this.#summary.parameters = parameters;
    this.#summary.tensorflow = { version: runtime.version, device: runtime.device };
  }

  epoch({ epoch, step, metrics, samplesPerSecond }: EpochEvent): void {
    const values = { ...metrics, samples_per_second: samplesPerSecond };
    this.#journal.append({ type: 'metrics', step, epoch, values });
  }

  trained({ epochs, steps, metrics, best, weightsEpoch, samplesPerSecond }: TrainingResult): void {
    Object.assign(this.#summary, { epochs, steps, weights_epoch: weightsEpoch, samples_per_second: samplesPerSecond });
    const scores: Record<string, number> = { best_epoch: best.epoch };
    for (const [name, value] of Object.entries(best.metrics)) {
      if (name !== 'learning_rate') scores[`best_${name}`] = value;
    }
    this.#score(scores);
    Object.assign(this.#summary.metrics, metrics);
  }

  /** @param metrics `test_loss`, `test_accuracy`, … */
  tested(metrics: Record<string, number>): void {
    this.#score(metrics);
  }

  /** A file in the run's directory is complete. @param path relative to it */
  artifact(path: string): void {
    this.#journal.append({ type: 'artifact', path });
  }

  /** The run has ended: the last that is said of it. */
  end(status: Summary['status'], error?: string): Summary {
    const duration = (performance.now() - this.#started) / 1000;
    const { id, name, ...rest } = this.#summary;
    const summary = { id, name, status, ...rest, duration_seconds: duration, error: error ?? null };
    writeSummary(this.run, summary);
    this.#journal.append({ type: 'state', status, error });
    return summary;
  }

  close(): void {
    this.#journal.close();
  }

  /** Final scores are metrics of their own, at the last step. */
  #score(metrics: Record<string, number>): void {
    Object.assign(this.#summary.metrics, metrics);
    if (Object.keys(metrics).length === 0) return;
    this.#journal.append({ type: 'metrics', step: this.#summary.steps, epoch: this.#summary.epochs, values: metrics });
  }
}

/** By which a tracking server finds a sweep's trials, and tells them apart: `sweep.model.kernel_size` → `3`. */
function sweepTags({ id, label, values }: SweepTrial): Record<string, string> {
  const varied = Object.entries(values).map(([key, value]) => [`sweep.${key}`, toText(value)]);
  return { sweep: id, 'sweep.label': label, ...Object.fromEntries(varied) };
}

function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
