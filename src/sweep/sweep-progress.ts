import type { RunProgress } from '../protocol/events.js';
import type { SweepResults } from './results.js';
import type { Trial, TrialEnd } from './trial.js';

/** What a sweep tells whoever watches it. */
export type SweepProgress =
  /** Another process trains the same trial: what comes of it is taken over. */
  | { type: 'trial-waiting'; trial: Trial; holder: string | undefined }
  | { type: 'trial-begun'; trial: Trial; run: string; attempt: number; resumed: boolean }
  | { type: 'trial-progress'; trial: Trial; progress: RunProgress }
  /** A run has failed, and is tried again. */
  | { type: 'trial-retried'; trial: Trial; reason: string; attempt: number }
  | { type: 'trial-stopped-early'; trial: Trial; reason: string }
  | { type: 'trial-ended'; trial: Trial; end: TrialEnd; results: SweepResults };
