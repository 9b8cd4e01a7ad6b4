import { createHash } from 'node:crypto';
import type { Job } from '../protocol/job.js';

/**
 * What a trial of a sweep is called by schedulers, whoever asks for it and whenever: SHA-256 (hex) of its sweep, its
 * variant, its configuration and its seed.
 * @returns undefined for a run of its own, which is a new one each time it is asked for
 */
export function trialId({ sweep, resume, configHash, config }: Job): string | undefined {
  if (!sweep && resume === undefined) return undefined;
  const identity = sweep ? [sweep.id, sweep.values, configHash, config.training.seed] : [resume];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
