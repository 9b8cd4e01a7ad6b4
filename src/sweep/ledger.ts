import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { USUAL_ALPHA } from '../analysis/comparison.js';
import { messageOf } from '../text/errors.js';
import { withFileLock } from '../system/file-lock.js';
import { readTextSync } from '../system/regular-file.js';
import { LineWriter } from '../tracking/lines.js';
import type { SweepEvent } from './sweep-journal.js';
import type { SweepDirectory } from './sweep-store.js';

/** How runs are compared, so far as it can be chosen after they were seen. */
export interface Choice {
  metric: string;
  margin: number | null;
  alpha: number;
  baseline: string | null;
  /** Ids of the sweeps and runs that are compared, sorted: of a sweep by itself its own. */
  named: string[];
}

/** A look at a sweep's results: a line of its ledger. */
export interface Look extends Choice {
  /** In milliseconds since 1970-01-01 UTC. */
  time: number;
  /** Trials that had ended. */
  ended: number;
}

/** So long a look waits for another process that notes its own. */
const PATIENCE_MILLISECONDS = 3000;

/** What a sweep stated before its first run. */
export function statedChoice({ id, metric, margin, alpha = USUAL_ALPHA, baseline }: SweepEvent): Choice {
  return { metric: metric.name, margin: margin ?? null, alpha, baseline: baseline ?? null, named: [id] };
}

/** Whether two looks are by the same choices, be it at more runs. */
export function isSameChoice(one: Choice, other: Choice): boolean {
  return isDeepStrictEqual(choiceOf(one), choiceOf(other));
}

function choiceOf({ metric, margin, alpha, baseline, named }: Choice): Choice {
  return { metric, margin, alpha, baseline, named };
}

/**
 * Adds a look to a sweep's ledger, `looks.jsonl` in its folder. It is no part of the journal, whose one writer may be
 * running; processes that look at once take turns.
 * @returns the looks before, the oldest first, and why this one couldn't be noted, if it couldn't
 */
export async function noteLook(sweep: SweepDirectory, look: Look): Promise<{ before: Look[]; problem?: string }> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    return await withFileLock(join(sweep.path, 'looks.lock'), () => Promise.resolve(append(sweep, look)), { signal });
  } catch (error) {
    // Runs that lie where one can't write can be looked at all the same.
    return { before: readLooks(sweep), problem: messageOf(error) };
  }
}

function append(sweep: SweepDirectory, look: Look): { before: Look[] } {
  const before = readLooks(sweep);
  const lines = new LineWriter(ledgerOf(sweep));
  try {
    lines.append(JSON.stringify({ type: 'look', ...look }), { sync: false });
  } finally {
    lines.close();
  }
  return { before };
}

/** The looks at a sweep so far, the oldest first; lines that are none are passed over. */
export function readLooks(sweep: SweepDirectory): Look[] {
  try {
    return readTextSync(ledgerOf(sweep)).split('\n').flatMap(decodeLook);
  } catch {
    // No one has looked yet.
    return [];
  }
}

function ledgerOf({ path }: SweepDirectory): string {
  return join(path, 'looks.jsonl');
}

function decodeLook(line: string): Look[] {
  try {
    const look = JSON.parse(line) as Partial<Look> | null;
    return look && isLook(look) ? [look] : [];
  } catch {
    return [];
  }
}

function isLook(look: Partial<Look>): look is Look {
  const { time, ended, metric, margin, alpha, baseline, named } = look;
  return (
    Number.isFinite(time) &&
    Number.isFinite(ended) &&
    typeof metric === 'string' &&
    (margin === null || Number.isFinite(margin)) &&
    Number.isFinite(alpha) &&
    (baseline === null || typeof baseline === 'string') &&
    Array.isArray(named) &&
    named.every((id) => typeof id === 'string')
  );
}
