import type { RunProgress } from '../protocol/events.js';

/** What whoever asks is told meanwhile, and how it ends the work. */
export interface InferenceHooks {
  onProgress: (progress: RunProgress) => void;
  signal?: AbortSignal;
}
