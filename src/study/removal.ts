import { readSweepRecord } from '../sweep/sweep-journal.js';
import type { SweepState } from '../sweep/sweep-state.js';
import { folderBytes } from '../tracking/folder-size.js';
import { startOf } from '../tracking/run-store.js';
import type { RunRow } from './run-rows.js';

/** A run or a sweep that may be removed. */
export interface Removable {
  id: string;
  path: string;
  bytes: number;
  isSweep: boolean;
  /** The ids of the runs and sweeps that it refers to. */
  needs: readonly string[];
}

/** What goes, those first that need others; and what stays, and why. */
export interface Removal {
  removed: Removable[];
  kept: { id: string; reason: string }[];
}

export function removables(rows: readonly RunRow[], sweeps: readonly SweepState[]): Removable[] {
  return [
    ...sweeps.map(({ sweep, begun }) => ({
      id: sweep.id,
      path: sweep.path,
      bytes: folderBytes(sweep.path),
      isSweep: true,
      needs: [...readSweepRecord(sweep).runs.values(), ...(begun.earlier_looks ?? []).map((look) => look.sweep)],
    })),
    ...rows.map(({ run, bytes, needs }) => ({ id: run.id, path: run.path, bytes, isSweep: false, needs })),
  ];
}

/** With the trials that were made for a sweep that is wanted. */
export function withTrials(wanted: ReadonlySet<string>, rows: readonly RunRow[]): Set<string> {
  const trials = rows.filter(({ parent }) => parent !== undefined && wanted.has(parent));
  return new Set([...wanted, ...trials.map(({ run }) => run.id)]);
}

/**
 * Which of the wanted can go: none that a process trains, and none that what stays refers to.
 * @param held ids of what a process trains now
 * @param force whether that goes, too, to which something refers, unless that is being trained
 */
export function planRemoval(
  all: readonly Removable[],
  wanted: ReadonlySet<string>,
  { held, force }: { held: ReadonlySet<string>; force: boolean },
): Removal {
  const kept = new Map([...wanted].filter((id) => held.has(id)).map((id) => [id, 'it is being trained']));
  const needers = neederOf(all);
  for (;;) {
    const goes = (id: string): boolean => wanted.has(id) && !kept.has(id);
    const needed = [...wanted].filter(goes).flatMap((id) => {
      const needer = needers.get(id)?.find((each) => !goes(each) && (!force || held.has(each)));
      return needer === undefined ? [] : [[id, `${needer} refers to it`] as const];
    });
    if (needed.length === 0) break;
    for (const [id, reason] of needed) kept.set(id, reason);
  }
  const removed = all.filter(({ id }) => wanted.has(id) && !kept.has(id));
  removed.sort((a, b) => Number(b.isSweep) - Number(a.isSweep) || (startOf(a.id) < startOf(b.id) ? 1 : -1));
  return { removed, kept: [...kept].map(([id, reason]) => ({ id, reason })) };
}

/** Id → those that refer to it. */
function neederOf(all: readonly Removable[]): Map<string, string[]> {
  const needers = new Map<string, string[]>();
  for (const { id, needs } of all) {
    for (const needed of needs) {
      const known = needers.get(needed);
      if (known) known.push(id);
      else needers.set(needed, [id]);
    }
  }
  return needers;
}

/** When a run or a sweep began, by its id, in milliseconds since 1970-01-01 UTC. */
export function startTime(id: string): number {
  const [, year, month, day, hour, minute, second] = /(....)(..)(..)-(..)(..)(..)/.exec(startOf(id)) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}`).getTime();
}
