import type { SweepMetric } from '../config/schema/experiment.generated.js';
import type { SweepSize } from '../config/variants/size.js';
import type { InstallProgress } from '../python/managed-python.js';
import type { SweepProgress } from '../sweep/sweep-progress.js';
import type { SweepSummary } from '../sweep/sweep-store.js';
import type { FollowEnd, Tracked } from '../tracking/follow-end.js';
import type { Summary } from '../tracking/run-store.js';
import type { DataProgressEvent, RunProgress } from './events.js';

/** What starting work tells whoever started it. */
export type LaunchEvent = InstallEvent | NoticeEvent;

/** A package that is needed is being installed: TensorFlow, or what a search needs. */
export interface InstallEvent extends InstallProgress {
  type: 'install-progress';
}

/** A line for people: the state of a queue, what MLflow answers. */
export interface NoticeEvent {
  type: 'notice';
  message: string;
}

/** What a run tells whoever started it. */
export type RunWatchEvent = RunProgress | LaunchEvent | RunEndedEvent | DeliveryEvent;

/** The run has ended, however it did; what MLflow hasn't got yet is still to be delivered. */
export interface RunEndedEvent {
  type: 'run-ended';
  summary: Summary;
}

/** What came of delivering the run to MLflow; there is none where it isn't tracked. */
export interface DeliveryEvent {
  type: 'delivery';
  end: FollowEnd;
}

/** What a sweep tells whoever started it. */
export type SweepWatchEvent = SweepProgress | LaunchEvent | DataProgressEvent | SweepBegunEvent | SweepEndedEvent;

/** The sweep's folder is there, new or of the sweep that is resumed, and its trials begin. */
export interface SweepBegunEvent {
  type: 'sweep-begun';
  id: string;
  /** Its folder, absolute. */
  path: string;
  metric: SweepMetric;
  size: SweepSize;
  /** In all, as far as is known. */
  trials: number;
  /** Those that have ended in an earlier session. */
  ended: number;
  /** Whether some have begun in an earlier session. */
  resumed: boolean;
  /** Trials side by side at most. */
  jobs: number;
  /** Of each worker's TensorFlow; 0 for one a core. */
  threads: number;
}

/** The sweep has ended, however it did. */
export interface SweepEndedEvent {
  type: 'sweep-ended';
  summary: SweepSummary & Tracked;
}
