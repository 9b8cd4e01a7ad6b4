import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { ownFolder, writeFileAtomic } from './atomic-file.js';
import type { StateEvent } from './journal-events.js';
import type { Deliverable } from './deliverable.js';

/** How much of a run has arrived at one server: `<run>/.sync/<hash of the server's address>.json`. */
export interface Cursor {
  version: 1;
  /** The server's address, without credentials. */
  server: string;
  /** MLflow's id of the run. */
  mlflow_run_id: string;
  /** Bytes of the journal that have arrived. */
  offset: number;
  /** The last state read from the journal, and whether it has arrived with all that belongs to it. */
  state?: StateEvent;
  state_delivered: boolean;
  /** File, or `AS_ARTIFACT` and file → size and time of the version that has arrived. */
  uploaded: Record<string, string>;
  /** The logged model, and whether all of its files have arrived. */
  model?: { id: string; artifact_uri: string; ready: boolean };
  /** What the server refused for good, in words. */
  refused: string[];
}

/** Before a file's path: as an artifact of its run, beside its place in the logged model. */
export const AS_ARTIFACT = 'runs:/';

const LOCK_POLL_MILLISECONDS = 50;
/** A creation takes a request or two; a lock that is older than their time-outs was left by a process that died. */
const LOCK_STALE_MILLISECONDS = 120_000;

export function newCursor(server: string, mlflowRunId: string): Cursor {
  return {
    version: 1,
    server,
    mlflow_run_id: mlflowRunId,
    offset: 0,
    state_delivered: true,
    uploaded: {},
    refused: [],
  };
}

/** @returns undefined when there is none, or none that makes sense: all is then sent again, which changes nothing */
export function loadCursor(run: Deliverable, server: string): Cursor | undefined {
  try {
    const cursor = JSON.parse(readTextSync(cursorFile(run, server))) as Partial<Cursor> | null;
    const isCursor = cursor?.version === 1 && Boolean(cursor.mlflow_run_id) && Number.isSafeInteger(cursor.offset);
    // A journal that is shorter than what has arrived is another journal.
    return isCursor && statSync(run.journal).size >= Number(cursor.offset) ? (cursor as Cursor) : undefined;
  } catch {
    return undefined;
  }
}

export function saveCursor(run: Deliverable, cursor: Cursor): void {
  ownFolder(join(run.path, '.sync'));
  writeFileAtomic(cursorFile(run, cursor.server), `${JSON.stringify(cursor, undefined, 2)}\n`);
}

/**
 * Runs a task that creates something of this run on a server, while no other process does: the server itself would let
 * two of them create it twice.
 */
export async function whileCreating<T>(run: Deliverable, server: string, task: () => Promise<T>): Promise<T> {
  const lock = `${cursorFile(run, server)}.lock`;
  ownFolder(join(run.path, '.sync'));
  while (!tryLock(lock)) await sleep(LOCK_POLL_MILLISECONDS);
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}

function cursorFile(run: Deliverable, server: string): string {
  const hash = createHash('sha256').update(server).digest('hex').slice(0, 16);
  return join(run.path, '.sync', `${hash}.json`);
}

function tryLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx'));
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > LOCK_STALE_MILLISECONDS) rmSync(lock, { force: true });
    return false;
  }
}
