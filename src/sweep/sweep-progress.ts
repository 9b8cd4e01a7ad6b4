import type { RunProgress } from '../run-events.js';
import type { SweepResults } from './results.js';
import type { Trial, TrialEnd } from './trial.js';

/** What a sweep tells whoever watches it. */
export type SweepProgress =
  | { type: 'trial-begun'; trial: Trial; run: string; attempt: number; resumed: boolean }
  | { type: 'trial-progress'; trial: Trial; progress: RunProgress }
  /** A run has failed, and is tried again. */
  | { type: 'trial-retried'; trial: Trial; reason: string; attempt: number }
  | { type: 'trial-pruned'; trial: Trial; reason: string }
  | { type: 'trial-ended'; trial: Trial; end: TrialEnd; results: SweepResults };
