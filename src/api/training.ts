import { resolve } from 'node:path';
import type {
  SweepBegunEvent,
  LaunchEvent,
  RunWatchEvent,
  SweepEndedEvent,
  SweepWatchEvent,
} from '../protocol/watching.js';
import type { DataProgressEvent, RunProgress } from '../protocol/events.js';
import type { TrainingSettings } from '../launch/settings.js';
import { DEFAULT_RUNS_DIRECTORY } from '../system/shell.js';
import type { SweepProgress } from '../sweep/sweep-progress.js';
import type { SweepSummary, TrialCounts, VariantResult } from '../sweep/sweep-store.js';
import type { Trial, TrialEnd } from '../sweep/trial.js';
import type { Tracked } from '../tracking/follow-end.js';
import type { Summary } from '../tracking/run-store.js';
import { checked, type ExperimentLike, type ExperimentOptions } from './experiments.js';
import { badUsage } from '../text/errors.js';
import { BOUNDS, LAUNCHERS } from '../launch/settings.js';
import {
  type EngineOptions,
  engineSettings,
  requireChoice,
  requireWhole,
  type RunsOptions,
  type WorkOptions,
} from './options.js';
import { type Work, working } from './working.js';

/** What a run is trained with, beside its experiment. */
export interface RunOptions<Event = RunWatchEvent>
  extends ExperimentOptions, EngineOptions, RunsOptions, WorkOptions<Event> {
  /** Longest time between two checkpoints, in seconds; 30 unless given. */
  checkpointSeconds?: number;
  /** Of the MLflow server that follows it; null for none, `MLFLOW_TRACKING_URI` of the environment unless given. */
  trackingUri?: string | null;
  /** The address of a Redis queue whose workers train, rather than this machine: `redis://HOST`. */
  queue?: string;
  /** `slurm`: each trial is a job of the cluster. */
  launcher?: 'local' | 'slurm';
  /** On the queue, from −1000 to 1000: the highest begins first. */
  priority?: number;
}

/** What a sweep is run with, beside its experiment. */
export interface SweepOptions extends RunOptions<SweepEvent> {
  /** Trials side by side; by cores, GPUs and memory unless given. */
  jobs?: number;
  /** Begins a new sweep, and trains what earlier runs have done again. */
  force?: boolean;
  /** Trains the trials that diverged again, too. */
  rerunFailed?: boolean;
  /** Ends the sweep at the first trial that fails, its retries included. */
  failFast?: boolean;
}

/** The result of a run: its `summary.json`, and where it lies. */
export interface RunResult extends Summary, Tracked {
  /** The run's folder, absolute. */
  directory: string;
}

/** The result of a sweep: its `summary.json`, and where it lies. */
export interface SweepResult extends SweepSummary, Tracked {
  /** The sweep's folder, absolute. */
  directory: string;
}

/** A variant with a seed. */
export interface SweepTrial {
  /** The variant's place in the sweep, from 0. */
  index: number;
  /** Dotted key → value, of what the sweep varies. */
  values: Readonly<Record<string, unknown>>;
  /** The variant, for people: `kernel_size=3 pooling=max`. */
  label: string;
  seed: number;
}

/** What a sweep tells. */
export type SweepEvent =
  | LaunchEvent
  | DataProgressEvent
  | SweepBegunEvent
  | SweepEndedEvent
  /** Another process trains the same trial: what comes of it is taken over. */
  | { type: 'trial-waiting'; trial: SweepTrial; holder: string | undefined }
  | { type: 'trial-begun'; trial: SweepTrial; run: string; attempt: number; resumed: boolean }
  | { type: 'trial-progress'; trial: SweepTrial; progress: RunProgress }
  /** Its run has failed, and is tried again. */
  | { type: 'trial-retried'; trial: SweepTrial; reason: string; attempt: number }
  | { type: 'trial-stopped-early'; trial: SweepTrial; reason: string }
  | { type: 'trial-ended'; trial: SweepTrial; end: TrialEnd; counts: TrialCounts; best: VariantResult | undefined };

/**
 * Trains an experiment once, as a new run.
 * @returns what it came to, also where it failed, diverged or was interrupted: `status` tells
 * @throws ConfigError; UserError where it couldn't begin: `bad-usage` for an experiment with a sweep, `interrupted`,
 *   those of finding and installing TensorFlow
 */
export function run(experiment: ExperimentLike, options: RunOptions = {}): Promise<RunResult> {
  return working(tracked(options), async (work) => {
    const settings = settingsOf(options);
    const { isSweep } = await import('../launch/sweep-trials.js');
    const { jobOf, trainRun } = await import('../launch/train-run.js');
    const pinned = await pinnedExperiment(experiment, options, settings);
    if (isSweep(pinned)) throw badUsage(`${pinned.file} has a sweep`, 'sweep() trains its variants');
    const summary = await trainRun(jobOf(pinned, settings), { ...work, place: await placeOf(settings, work) });
    return { ...summary, directory: resolve(settings.runsDirectory, summary.id) };
  });
}

/**
 * Trains every variant of an experiment's sweep with every seed. A sweep of exactly this configuration that is there
 * already is resumed, and runs that are the same as a trial are taken over.
 * @returns what it came to, also where trials failed or it was interrupted: `status` tells
 * @throws ConfigError; UserError where it couldn't begin: `bad-usage` for an experiment without a sweep, `interrupted`,
 *   those of finding and installing TensorFlow
 */
export function sweep(experiment: ExperimentLike, options: SweepOptions = {}): Promise<SweepResult> {
  return working(tracked(options), async ({ onEvent, ...work }) => {
    const settings = settingsOf(options);
    const { isSweep } = await import('../launch/sweep-trials.js');
    const { trainSweep } = await import('../launch/train-sweep.js');
    const { sweepDirectory } = await import('../sweep/sweep-store.js');
    const pinned = await pinnedExperiment(experiment, options, settings);
    if (!isSweep(pinned)) throw badUsage(`nothing varies in ${pinned.file}`, 'run() trains it; or give it a sweep');
    const place = await placeOf(settings, { ...work, onEvent });
    const tell = (event: SweepWatchEvent): void => {
      onEvent(plainEvent(event));
    };
    const summary = await trainSweep(pinned, { ...work, place, settings, onEvent: tell });
    return { ...summary, directory: sweepDirectory(settings.runsDirectory, summary.id).path };
  });
}

async function pinnedExperiment(experiment: ExperimentLike, options: ExperimentOptions, settings: TrainingSettings) {
  const { withPinnedModels } = await import('../launch/pinned-models.js');
  return withPinnedModels(await checked(experiment, options), settings.runsDirectory);
}

async function placeOf(settings: TrainingSettings, work: Work<LaunchEvent>) {
  const { choosePlace } = await import('../launch/training-place.js');
  return choosePlace(settings, work);
}

/** The options, with the tracking server in the environment. */
function tracked<Options extends { trackingUri?: string | null; environment?: WorkOptions<never>['environment'] }>(
  options: Options,
): Options {
  const { trackingUri, environment = process.env } = options;
  if (trackingUri === undefined) return options;
  return { ...options, environment: { ...environment, MLFLOW_TRACKING_URI: trackingUri ?? undefined } };
}

/** @throws UserError `bad-usage` */
function settingsOf(options: SweepOptions | RunOptions): TrainingSettings {
  const { runsDirectory = DEFAULT_RUNS_DIRECTORY, queue, launcher, priority, checkpointSeconds } = options;
  const { jobs, force, rerunFailed, failFast }: Partial<SweepOptions> = options as SweepOptions;
  requireChoice('launcher', launcher, LAUNCHERS);
  requireWhole('priority', priority, BOUNDS.priority);
  requireWhole('jobs', jobs, BOUNDS.jobs);
  if (checkpointSeconds !== undefined && !(checkpointSeconds >= 0 && checkpointSeconds < Infinity))
    throw badUsage(`checkpointSeconds is ${checkpointSeconds}; expected a number of seconds`);
  return {
    ...engineSettings(options),
    runsDirectory: resolve(runsDirectory),
    queue,
    launcher,
    priority,
    checkpointSeconds,
    jobs,
    force,
    rerunFailed,
    failFast,
  };
}

/** What can be kept, sent and compared: without functions, and without what the sweep changes later. */
function plainEvent(event: SweepWatchEvent): SweepEvent {
  if (!isOfTrial(event)) return event;
  const trial = plainTrial(event.trial);
  if (event.type !== 'trial-ended') return { ...event, trial };
  const { type, end, results } = event;
  return { type, trial, end, counts: { ...results.counts }, best: results.best };
}

function isOfTrial(event: SweepWatchEvent): event is SweepProgress {
  return 'trial' in event;
}

function plainTrial({ variant: { index, values }, label, seed }: Trial): SweepTrial {
  return { index, values, label, seed };
}
