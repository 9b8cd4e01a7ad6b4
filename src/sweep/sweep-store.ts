import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Answer } from '../analysis/answer.js';
import { makeDirectories } from '../system/directories.js';
import { BINARY_LIMIT, readRegularFileSync, readTextSync } from '../system/regular-file.js';
import type { GivenNames } from '../config/sweep/names.js';
import type { Json } from '../config/text/tree.js';
import { notWritten, writeFileAtomic } from '../tracking/atomic-file.js';
import { compareStarts, newRunId } from '../tracking/run-store.js';
import type { TrialStatus } from './trial.js';

/** Where a sweep keeps what it knows; its trials are ordinary runs beside it. */
export interface SweepDirectory {
  id: string;
  /** Absolute, as are all the paths. */
  path: string;
  /** Of the sweep and its trials. */
  runsDirectory: string;
  /** The experiment with its sweep, as it was written, loadable again. */
  config: string;
  journal: string;
  summary: string;
}

export type SweepStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** `summary.json`: the results of a sweep, written whenever it ends. */
export interface SweepSummary {
  id: string;
  name: string;
  /**
   * `FINISHED`: every trial has ended, be it badly. All others but `RUNNING` can be resumed. `RUNNING` and
   * `UNFINISHED` (cut short) are never written.
   */
  status: SweepStatus | 'RUNNING' | 'UNFINISHED';
  question: string | null;
  /** Null where there is nothing to compare. */
  answer: SweepAnswer | null;
  method: string;
  metric: { name: string; goal: 'minimize' | 'maximize' };
  seeds: number[];
  trials: TrialCounts;
  /** The best first. */
  cells: readonly VariantResult[];
  /** Workers side by side. */
  jobs: number;
  /** Of each worker; 0 for one a core. */
  threads: number;
  /** Since the sweep was begun, or last resumed. */
  duration_seconds: number;
  /** Of all trials in all sessions, added up. */
  trial_seconds: number;
  error: string | null;
}

/** What a sweep answers, in short: `ablate compare` tells all of it. */
export interface SweepAnswer extends Pick<Answer, 'sentence' | 'decided' | 'best' | 'leader' | 'cautions'> {
  /** About how many seeds more each variant needs: 0 if decided, null if more than 1,000 or unknown. */
  seeds_missing: number | null;
  /** What stands below the sentence, a line each; absent in summaries of old versions. */
  details?: string[];
}

/** Trials by how they ended. */
export interface TrialCounts {
  total: number;
  finished: number;
  pruned: number;
  diverged: number;
  failed: number;
  killed: number;
  /** Of these, those that an earlier run had done. */
  reused: number;
}

/** What came of a variant. */
export interface VariantResult {
  index: number;
  label: string;
  values: Record<string, Json>;
  /** What the experiment file calls it and its values; absent where it names none. */
  names?: GivenNames;
  /** Trials that finished with a value of the metric: what the following numbers are of. */
  n: number;
  mean: number | null;
  /** With n − 1 in the denominator; null for less than two. */
  standard_deviation: number | null;
  trials: { seed: number; run: string; status: TrialStatus; value: number | null }[];
}

/** Makes the directory of a new sweep with its configuration. @param config the experiment as YAML @throws UserError `file-not-written` */
export function createSweep(runsDirectory: string, name: string, config: string): SweepDirectory {
  const sweep = sweepDirectory(runsDirectory, newRunId(`${name}-sweep`, new Date()));
  try {
    makeDirectories(sweep.path);
  } catch (error) {
    throw notWritten(sweep.path, error);
  }
  writeFileAtomic(sweep.config, config);
  return sweep;
}

/** The paths of a sweep that is known to exist. */
export function sweepDirectory(runsDirectory: string, id: string): SweepDirectory {
  const path = resolve(sweepsFolder(runsDirectory), id);
  return {
    id,
    path,
    runsDirectory: resolve(runsDirectory),
    config: join(path, 'config.yaml'),
    journal: join(path, 'journal.jsonl'),
    summary: join(path, 'summary.json'),
  };
}

/** The ids of all sweeps that have begun, the oldest first. One whose journal is still empty says nothing of itself yet. */
export function sweepIds(runsDirectory: string): string[] {
  const folder = sweepsFolder(runsDirectory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((id) => (statSync(join(folder, id, 'journal.jsonl'), { throwIfNoEntry: false })?.size ?? 0) > 0)
    .sort(compareStarts);
}

/**
 * The newest sweep of exactly this configuration, whatever its description says.
 * @param config as YAML, as `createSweep` was given it
 */
export function findSweepOf(runsDirectory: string, config: string): SweepDirectory | undefined {
  const wanted = withoutDescription(config);
  return sweepIds(runsDirectory)
    .map((id) => sweepDirectory(runsDirectory, id))
    .findLast((sweep) => withoutDescription(readTextSync(sweep.config)) === wanted);
}

/** Without the top-level key and the lines that continue its value: hundreds of sweeps are compared, and not parsed. */
function withoutDescription(config: string): string {
  return config.replace(/^description:.*\n(?:(?: .*)?\n)*/m, '');
}

/** SHA-256 of a sweep's configuration as it stands on disk, in hexadecimal. */
export function configDigest({ config }: SweepDirectory): string {
  return createHash('sha256').update(readRegularFileSync(config, BINARY_LIMIT)).digest('hex');
}

/** Replaces `summary.json`, atomically. */
export function writeSweepSummary(sweep: SweepDirectory, summary: SweepSummary): void {
  writeFileAtomic(sweep.summary, `${JSON.stringify(summary, undefined, 2)}\n`);
}

function sweepsFolder(runsDirectory: string): string {
  return join(runsDirectory, 'sweeps');
}
