import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { nearestSpelling } from '../config/text/suggest.js';
import { UserError } from '../text/errors.js';
import { ablate } from '../system/shell.js';
import { readLabels } from '../tracking/labels.js';
import { newestInterruptedRun } from '../tracking/interruption.js';
import {
  compareStarts,
  isRunId,
  nameInId,
  readIdentity,
  readSummary,
  runDirectories,
  runDirectory,
  type RunDirectory,
  safeName,
  startOf,
} from '../tracking/run-store.js';
import { bestRun } from './best-run.js';
import { recordedResults } from './results.js';
import { readSweepRecord } from './sweep-journal.js';
import { isInterrupted, readSweepState } from './sweep-state.js';
import { sweepDirectory, type SweepDirectory, sweepIds } from './sweep-store.js';

/** A sweep, or a run. */
export type Found = { sweep: SweepDirectory } | { run: RunDirectory };

/** The word that names the newest of all. */
const LATEST = 'latest';
/** The ids of sweeps have this behind the experiment's name. */
const SWEEP_NAME = /-sweep$/;
/** Ids that an error lists. */
const SHOWN_IDS = 5;

/**
 * The sweep or the run that a user names: `latest`, an id, a path as it is printed, a name (the newest of that name), or
 * the beginning or the end of an id. The newest is a sweep where its trials are newer still.
 * @throws UserError `run-not-found` with the nearest, `run-ambiguous` with those that begin or end so
 */
export function findSweepOrRun(runsDirectory: string, reference: string): Found {
  const all = everything(runsDirectory);
  return (
    all.find((found) => idOf(found) === reference) ??
    atPath(reference) ??
    newestOf(calledSo(all, reference)) ??
    onlyBeginning(all, reference) ??
    onlyEnding(all, reference) ??
    notFound(runsDirectory, all, reference)
  );
}

/**
 * Likewise a run, and no sweep.
 * @throws UserError `not-a-run` for a sweep
 */
export function findRun(runsDirectory: string, reference: string): RunDirectory {
  const found = findSweepOrRun(runsDirectory, reference);
  if ('run' in found) return found.run;
  throw new UserError(`${reference} is the sweep ${found.sweep.id}, not a run`, {
    code: 'not-a-run',
    hint: `name one of its runs, which \`${ablate('show', found.sweep.id)}\` lists`,
    exitCode: 2,
  });
}

/**
 * Likewise the run whose model a user means: by a name or `latest` the newest that is finished, of a sweep its best.
 * @throws UserError as `findSweepOrRun`; `no-best-run` for a sweep of which no trial has a value
 */
export function findModelRun(runsDirectory: string, reference: string): RunDirectory {
  const runs = runDirectories(runsDirectory);
  const isExact = runs.some(({ id }) => id === reference) || atPath(reference) !== undefined;
  const candidates = isExact
    ? []
    : calledSo(
        runs.map((run) => ({ run })),
        reference,
      );
  const finished = newestFirst(candidates).find((found) => 'run' in found && isFinished(found.run));
  const found = finished ?? findSweepOrRun(runsDirectory, reference);
  return 'run' in found ? found.run : bestRunOf(found.sweep);
}

/** The newest run or sweep that was interrupted, and that no process resumes now; of a trial, its sweep. */
export async function newestInterrupted(runsDirectory: string): Promise<Found | undefined> {
  const sweep = await newestInterruptedSweep(runsDirectory);
  const run = await newestInterruptedRun(runsDirectory);
  if (!run || !sweep) return run ? { run } : sweep && { sweep };
  return readIdentity(run).parent === sweep.id || startOf(run.id) < startOf(sweep.id) ? { sweep } : { run };
}

/** The sweep that was begun last, finished or not. */
export function newestSweep(runsDirectory: string): SweepDirectory | undefined {
  const id = sweepIds(runsDirectory).at(-1);
  return id === undefined ? undefined : sweepDirectory(runsDirectory, id);
}

async function newestInterruptedSweep(runsDirectory: string): Promise<SweepDirectory | undefined> {
  for (const id of sweepIds(runsDirectory).reverse()) {
    const sweep = sweepDirectory(runsDirectory, id);
    if (isInterrupted(await readSweepState(sweep))) return sweep;
  }
  return undefined;
}

/** Sweeps first. */
function everything(runsDirectory: string): Found[] {
  const sweeps = sweepIds(runsDirectory).map((id) => ({ sweep: sweepDirectory(runsDirectory, id) }));
  return [...sweeps, ...runDirectories(runsDirectory).map((run) => ({ run }))];
}

function idOf(found: Found): string {
  return 'sweep' in found ? found.sweep.id : found.run.id;
}

/** The folder of a sweep or a run, of whatever runs directory. */
function atPath(reference: string): Found | undefined {
  const path = resolve(reference);
  const [id, parent] = [basename(path), dirname(path)];
  if (!isRunId(id) || !existsSync(join(path, 'journal.jsonl'))) return undefined;
  const isSweep = basename(parent) === 'sweeps' && SWEEP_NAME.test(nameInId(id));
  return isSweep ? { sweep: sweepDirectory(dirname(parent), id) } : { run: runDirectory(parent, id) };
}

function calledSo(all: readonly Found[], reference: string): readonly Found[] {
  if (reference === LATEST) return all;
  const wanted = safeName(reference);
  return all.filter((found) => safeName(givenOrOwnName(found)) === wanted);
}

/** The name that it was given last. */
function givenOrOwnName(found: Found): string {
  const given = givenName('sweep' in found ? found.sweep : found.run);
  if (given !== undefined) return given;
  return 'sweep' in found ? nameInId(found.sweep.id).replace(SWEEP_NAME, '') : nameInId(found.run.id);
}

function givenName(folder: { path: string }): string | undefined {
  try {
    return readLabels(folder).name;
  } catch {
    return undefined; // damaged: it is found by the name that it began with
  }
}

function newestFirst(found: readonly Found[]): Found[] {
  return found.toSorted((a, b) => compareStarts(idOf(b), idOf(a)));
}

/** A sweep of the name stands for its trials, but not for a trial that alone was given the name. */
function newestOf(candidates: readonly Found[]): Found | undefined {
  const newest = newestFirst(candidates).at(0);
  if (!newest || 'sweep' in newest) return newest;
  const parent = parentOf(newest.run);
  return candidates.find((found) => 'sweep' in found && found.sweep.id === parent) ?? newest;
}

/** The sweep that a run is a trial of. */
function parentOf(run: RunDirectory): string | undefined {
  try {
    return readIdentity(run).parent;
  } catch {
    return undefined; // it says nothing of itself
  }
}

/** A sweep stands for its trials. @throws UserError `run-ambiguous` */
function onlyBeginning(all: readonly Found[], beginning: string): Found | undefined {
  const matches = beginning === '' ? [] : all.filter((found) => idOf(found).startsWith(beginning));
  if (matches.length < 2) return matches.at(0);
  const sweeps = new Set(matches.flatMap((found) => ('sweep' in found ? [found.sweep.id] : [])));
  const isTrial = (found: Found): boolean => 'run' in found && sweeps.has(parentOf(found.run) ?? '');
  const apart = sweeps.size === 0 ? matches : matches.filter((found) => !isTrial(found));
  if (apart.length === 1) return apart[0];
  throw ambiguous(newestFirst(apart).map(idOf), `"${beginning}" begins`);
}

/** The end of an id as tables shorten it, or its last four digits. @throws UserError `run-ambiguous` */
function onlyEnding(all: readonly Found[], ending: string): Found | undefined {
  if (!/^(\d{6}-)?[0-9a-f]{4}$/.test(ending)) return undefined;
  const matches = all.filter((found) => idOf(found).endsWith(`-${ending}`));
  if (matches.length < 2) return matches.at(0);
  throw ambiguous(newestFirst(matches).map(idOf), `"${ending}" ends`);
}

function isFinished(run: RunDirectory): boolean {
  try {
    return readSummary(run)?.status === 'FINISHED';
  } catch {
    return false;
  }
}

function bestRunOf(sweep: SweepDirectory): RunDirectory {
  const results = recordedResults(readSweepRecord(sweep));
  const { metric } = results;
  const best = bestRun({ metric, cells: results.ranked() });
  if (best) return runDirectory(sweep.runsDirectory, best.run);
  throw new UserError(`no trial of sweep ${sweep.id} has a ${metric.name}`, {
    code: 'no-best-run',
    hint: `name a run that is finished: \`${ablate('show', sweep.id)}\` lists them`,
    exitCode: 2,
  });
}

function ambiguous(ids: readonly string[], what: string): UserError {
  const more = ids.length > SHOWN_IDS ? [`and ${ids.length - SHOWN_IDS} more`] : [];
  const lines = [...ids.slice(0, SHOWN_IDS), ...more].map((line) => `\n  ${line}`).join('');
  return new UserError(`${what} ${ids.length} ids:${lines}`, {
    code: 'run-ambiguous',
    hint: 'give more of the id',
    exitCode: 2,
  });
}

/** @throws UserError `run-not-found` */
function notFound(runsDirectory: string, all: readonly Found[], wanted: string): never {
  const names = all.map(givenOrOwnName);
  const near = nearestSpelling(wanted, [...new Set([...all.map(idOf), ...names])]);
  const list = `\`${ablate('ls')}\` lists all`;
  throw new UserError(`no run or sweep "${wanted}" in ${runsDirectory}`, {
    code: 'run-not-found',
    hint:
      all.length > 0
        ? `${near === undefined ? '' : `did you mean ${near}? `}${list}`
        : `there is none yet; \`${ablate('init')}\` writes an experiment to begin with`,
    exitCode: 2,
  });
}
