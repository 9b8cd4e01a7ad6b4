import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDirectories, syncDirectory } from '../system/directories.js';
import { type FileProblem, codeOf, messageOf, UserError } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { notWritten, writeFileAtomic } from './atomic-file.js';
import { JournalWriter, readFirstEvent } from './journal.js';
import { decodeEvent, decodeNumbers, encodeNumbers, type RunEvent, type RunStatus } from './journal-events.js';
import { ablate } from '../system/shell.js';

/** Where a run keeps what it knows. */
export interface RunDirectory {
  id: string;
  /** Absolute, as are all the paths. */
  path: string;
  /** The resolved configuration, loadable again. */
  config: string;
  journal: string;
  summary: string;
  checkpoints: string;
  /** The state after the last epoch of a run that is FINISHED and no sweep's: more epochs begin from it. */
  lastCheckpoint: string;
  /** A tfjs LayersModel: `model.json` and its weights. */
  model: string;
  artifacts: string;
}

/** `summary.json`: the results of a run, written once it has ended. */
export interface Summary {
  id: string;
  name: string;
  status: Exclude<RunStatus, 'RUNNING'>;
  seed: number;
  config_hash: string;
  /** Of the training and test data; absent when the run ended before they were read. */
  dataset_digest?: string;
  /** How many it trained on, validated on and was tested on; absent as `dataset_digest` is, and in runs of old versions. */
  samples?: { training: number; validation: number; test: number };
  /** Validation samples were given, not drawn by the run's seed; absent where they were drawn. */
  given_validation?: true;
  /**
   * Of classes the chance level: the accuracy of naming the most frequent one always (scikit-learn's `DummyClassifier`).
   * Absent where the target is no class, and in runs of old versions.
   */
  chance?: { validation: number; test: number };
  /** The probability above which the positive class, or each label, is taken for yes; absent where it is 0.5 unsaid. */
  thresholds?: Record<string, number>;
  /** `train_loss`, `train_accuracy`, `val_loss`, `val_accuracy`, `test_loss`, `test_accuracy`, `best_*` */
  metrics: Record<string, number>;
  epochs: number;
  steps: number;
  /** The epoch whose weights were kept and tested: the last, or the one that early stopping went back to. */
  weights_epoch: number;
  /** While training only: validation, tests and checkpoints don't count. */
  samples_per_second: number;
  /** Likewise; absent where no epoch ended, and in runs of versions that didn't measure it. */
  training_seconds?: number;
  duration_seconds: number;
  /** Trainable and non-trainable weights of the model, counted one by one. */
  parameters: number;
  /** Of the forward pass of one image (see `LayerSummary`); absent as `dataset_digest` is, and in runs of old versions. */
  flops?: number;
  /** `null` when the run ended before TensorFlow was loaded. */
  tensorflow: { version: string; device: string } | null;
  error: string | null;
  /** All the files that the error is about, where it is about files. */
  files?: readonly FileProblem[];
  /** Its worker's process died: such a run can be resumed, with or without a checkpoint. Absent for all others. */
  crashed?: true;
}

/** Whether a run that ended so is resumed when it is asked for again; what has finished, or was stopped early, stays as it is. */
export function isResumable(status: Summary['status']): boolean {
  return status === 'FAILED' || status === 'KILLED';
}

/** A run as `listRuns` finds it. */
export interface ListedRun {
  run: RunDirectory;
  /** Absent while the run is in progress, and when it was interrupted. */
  summary?: Summary;
  /** Why there is a summary that can't be read. */
  problem?: string;
}

/** What is known of a run before it starts; `createRun` adds its id. */
export type RunIdentity = Omit<RunEvent, 'type' | 'time' | 'id'>;

const NAME_LIMIT = 48;
/** How the ids of runs are formed: a name within a folder, never a way out of it. */
export const RUN_ID = /^[\w][\w.-]*-\d{8}-\d{6}-[0-9a-f]{4}$/;

/**
 * Makes the directory of a new run, with its configuration and the first event of its journal: at any instant it is there
 * with both, or not at all.
 * @param runsDirectory made if it isn't there
 * @param config the resolved configuration as YAML
 * @throws UserError `file-not-written` when the disk is full, gone or read-only
 */
export function createRun(runsDirectory: string, identity: RunIdentity, config: string): RunDirectory {
  const fresh = makeFreshDirectory(runsDirectory);
  try {
    writeFileAtomic(join(fresh, 'config.yaml'), config);
    const id = moveToNewId(fresh, runsDirectory, identity);
    syncDirectory(runsDirectory);
    return runDirectory(runsDirectory, id);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error instanceof UserError ? error : notWritten(runsDirectory, error);
  }
}

/** The paths of a run that is known to exist. */
export function runDirectory(runsDirectory: string, id: string): RunDirectory {
  const path = resolve(runsDirectory, id);
  return {
    id,
    path,
    config: join(path, 'config.yaml'),
    journal: join(path, 'journal.jsonl'),
    summary: join(path, 'summary.json'),
    checkpoints: join(path, 'checkpoints'),
    lastCheckpoint: join(path, 'last.checkpoint'),
    model: join(path, 'model'),
    artifacts: join(path, 'artifacts'),
  };
}

/** What the run said of itself when it began: the first event of its journal. */
export function readIdentity(run: RunDirectory): RunEvent {
  const first = readFirstEvent(run.journal, decodeEvent);
  if (first?.type === 'run') return first;
  throw new UserError(`${run.journal} doesn't begin with a run event`, {
    code: 'journal-corrupt',
    hint: `the run says nothing of itself; remove ${run.path} and train again`,
  });
}

/** Replaces `summary.json`, atomically. */
export function writeSummary(run: RunDirectory, summary: Summary): void {
  const json = { ...summary, metrics: encodeNumbers(summary.metrics) };
  writeFileAtomic(run.summary, `${JSON.stringify(json, undefined, 2)}\n`);
}

/**
 * @returns undefined when the run has written none yet
 * @throws UserError `summary-corrupt`
 */
export function readSummary(run: RunDirectory): Summary | undefined {
  try {
    return parseSummary(readTextSync(run.summary));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new UserError(`${run.summary}: ${messageOf(error)}`, {
      code: 'summary-corrupt',
      hint: `\`${ablate('resume', run.id)}\` writes it anew`,
      cause: error,
    });
  }
}

/** The run's summary; undefined where there is none that can be read. */
export function summaryIfReadable(run: RunDirectory): Summary | undefined {
  try {
    return readSummary(run);
  } catch {
    return undefined;
  }
}

/** The directories of all runs, by id; nothing of them is read. */
export function runDirectories(runsDirectory: string): RunDirectory[] {
  return runIds(runsDirectory).map((id) => runDirectory(runsDirectory, id));
}

/**
 * All runs of a directory, by id. Only their summaries are read, so that ten thousand runs take about a
 * second; one that can't be read is listed with its problem, and hides no other.
 */
export function listRuns(runsDirectory: string): ListedRun[] {
  return runDirectories(runsDirectory).map(listRun);
}

/** A run with its summary, as `listRuns` has it. */
export function listRun(run: RunDirectory): ListedRun {
  try {
    return { run, summary: readSummary(run) };
  } catch (error) {
    return { run, problem: messageOf(error) };
  }
}

/** Orders runs by their start, to the second, and by id within it. */
export function byTime(a: ListedRun, b: ListedRun): number {
  return compareStarts(a.run.id, b.run.id);
}

/** Orders the ids of runs, or of sweeps, likewise. */
export function compareStarts(a: string, b: string): number {
  return `${startOf(a)} ${a}` < `${startOf(b)} ${b}` ? -1 : 1;
}

/** Whether text is formed as the ids of runs are: a name within a folder, never a way out of it. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** The part of an id that is the name, as `safeName` has it. */
export function nameInId(id: string): string {
  return id.slice(0, -21);
}

/** The part of an id that is the start: `20261124-061530`. */
export function startOf(id: string): string {
  return id.slice(-20, -5);
}

function makeFreshDirectory(runsDirectory: string): string {
  const fresh = resolve(runsDirectory, `.new-${randomBytes(8).toString('hex')}`);
  try {
    makeDirectories(fresh);
    return fresh;
  } catch (error) {
    throw notWritten(resolve(runsDirectory), error);
  }
}

/** Begins the journal of a run's directory, and gives it its name. @returns the run's id */
function moveToNewId(fresh: string, runsDirectory: string, identity: RunIdentity): string {
  for (;;) {
    const id = newRunId(identity.name, new Date());
    const file = join(fresh, 'journal.jsonl');
    rmSync(file, { force: true });
    const journal = new JournalWriter(file);
    try {
      journal.append({ type: 'run', id, ...identity });
    } finally {
      journal.close();
    }
    try {
      renameSync(fresh, resolve(runsDirectory, id));
      return id;
    } catch (error) {
      // Another run of this name has begun in this very second and drawn the same number: draw again.
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    }
  }
}

/** `baseline-20261124-061530-3f9a`: name, local time, 16 random bits; sorts by name, then by time. */
export function newRunId(name: string, now: Date): string {
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(twoDigits).join('');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join('');
  return `${safeName(name)}-${date}-${time}-${randomBytes(2).toString('hex')}`;
}

/** A name as ids have it: letters, digits, `_`, `.` and `-`, at most 48. */
export function safeName(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^\w]+|[^\w]+$/g, '')
    .slice(0, NAME_LIMIT);
  return safe || 'run';
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function parseSummary(text: string): Summary {
  const summary = JSON.parse(text) as Partial<Summary> | null;
  if (!summary?.id || !summary.status || !summary.metrics) throw new Error('not the summary of a run');
  return { ...(summary as Summary), metrics: decodeNumbers(summary.metrics) as Record<string, number> };
}

/** The ids of all runs, sorted: of the folders that are named as runs are; none where there is no runs directory. */
export function runIds(runsDirectory: string): string[] {
  if (!existsSync(runsDirectory)) return [];
  return readdirSync(runsDirectory)
    .filter((name) => RUN_ID.test(name))
    .sort();
}
