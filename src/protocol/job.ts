import type { Experiment } from '../config/schema/experiment.generated.js';
import type { Json } from '../config/text/tree.js';
import type { ExplainAnswer, ExplainSoundTask, ExplainTask, ExplainedSound } from '../explanation/task.js';
import type { InferenceAnswers, InferenceTask } from '../inference/tasks.js';
import type { PlainError } from '../text/errors.js';
import type { RunProgress } from './events.js';
import type { Engine } from '../tensorflow/engine.js';
import type { Summary } from '../tracking/run-store.js';

/** A complete configuration and where it was: plain values, so that they can be sent to another process or machine. */
export interface LocatedExperiment {
  config: Experiment;
  /** The experiment file; relative paths in the configuration start at its folder. */
  source: string;
}

/** One run to do. */
export interface Job extends LocatedExperiment {
  /** SHA-256 of what affects training: see `configHash`. */
  configHash: string;
  runsDirectory: string;
  /** Where it was asked for, if on another machine. */
  origin?: Origin;
  /** The sweep that the run is a trial of. */
  sweep?: SweepTrial;
  /**
   * The id of an unfinished run in `runsDirectory` to resume, from its newest sound checkpoint, or from its start if it
   * has none: in the same directory, with the same journal.
   */
  resume?: string;
  /** The id of a finished run of fewer epochs in `runsDirectory`, from whose last state this new run trains on. */
  trainsOn?: string;
  /** At most this long between two checkpoints. */
  checkpointSeconds?: number;
}

/** Where an experiment file lies, for the record. */
export interface Origin {
  source: string;
  /** Of the repository that it lies in. */
  gitCommit?: string;
}

/** What makes a run a trial of a sweep. */
export interface SweepTrial {
  /** The sweep's id. */
  id: string;
  /** Dotted key → value, of what the sweep varies. */
  values: Record<string, Json>;
  /** How tables call the trial: `kernel_size=3 pooling=max`. */
  label: string;
}

/** A wish that a run end early: the reason that the `AbortSignal` of a run is aborted with. */
export interface EndRequest {
  /** `KILLED` can be resumed, so a checkpoint is written first; `PRUNED` is over: no test, no model. */
  status: 'KILLED' | 'PRUNED';
  /** In words, for the run's summary. */
  reason: string;
}

/** The request that a signal was aborted with; without one, the run was interrupted. */
export function endRequestOf({ reason }: AbortSignal): EndRequest {
  const request = reason as Partial<EndRequest> | undefined;
  if (request?.status === 'KILLED' || request?.status === 'PRUNED') return request as EndRequest;
  return { status: 'KILLED', reason: 'interrupted' };
}

/** How fast an experiment trains on this machine, by some of its own steps. */
export interface Calibration {
  /** Until the first step could be measured: starting the engine, reading the data, tracing. */
  startSeconds: number;
  /** A full batch, or all training images where they are fewer. */
  secondsPerStep: number;
  /** How many steps that was measured over; they needn't be full batches. */
  measuredSteps: number;
  /** Of validation and test. */
  secondsPerEvaluatedImage: number;
  /** The most memory that the whole process has held, TensorFlow included, in bytes of the machine's. */
  peakBytes: number;
  /** `CPU`, `GPU: NVIDIA H100`. */
  device: string;
}

/** The first training images before and after augmentation. */
export interface Preview {
  /** Images in a row. */
  columns: number;
  /** The images as they are, then as each of the first training steps would see them. */
  rows: number;
  height: number;
  width: number;
  channels: number;
  /** [rows, columns, height, width, channels] */
  pixels: Uint8Array;
  /** [rows, columns]: each image's class; of a mixed one each class with its share, `0.70 cat + 0.30 dog`. */
  labels: string[];
}

/** What a worker can be asked to do. */
export type Task =
  | { type: 'run'; job: Job }
  /** Trains for about a second, to tell how long the whole would take; nothing is kept. */
  | { type: 'calibrate'; experiment: LocatedExperiment }
  /** @property columns how many images, at most a batch */
  | { type: 'preview'; experiment: LocatedExperiment; columns: number }
  | InferenceTask
  | ExplainTask
  | ExplainSoundTask;

/** The answer to each task. */
export interface Answers extends InferenceAnswers {
  explain: ExplainAnswer;
  'explain-sound': ExplainedSound;
  run: Summary;
  calibrate: Calibration;
  preview: Preview;
}

/** To a worker. */
export type WorkerRequest = { type: 'task'; task: Task; engine: Engine } | { type: 'end'; request: EndRequest };

/** From a worker. */
export type WorkerReply<Answer = Answers[Task['type']]> =
  | { type: 'progress'; progress: RunProgress }
  | { type: 'done'; answer: Answer }
  | { type: 'failed'; error: PlainError };
