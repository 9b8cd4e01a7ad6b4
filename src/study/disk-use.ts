import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { folderBytes } from '../tracking/folder-size.js';
import type { RunRow } from './run-rows.js';

/** What the runs of one name take on the disk, in bytes. */
export interface DiskUse {
  name: string;
  runs: number;
  /** Of these, models, checkpoints, and all else: journals, artifacts. */
  models: number;
  checkpoints: number;
  other: number;
  total: number;
}

/** What lies in a runs directory: the runs of each name, the largest first, and at last what belongs to none. */
export function diskUse(runsDirectory: string, rows: readonly RunRow[]): DiskUse[] {
  const byName = new Map<string, DiskUse>();
  for (const { run, name, bytes } of rows) {
    const use = byName.get(name) ?? { name, runs: 0, models: 0, checkpoints: 0, other: 0, total: 0 };
    const models = folderBytes(run.model);
    const checkpoints = folderBytes(run.checkpoints) + fileBytes(run.lastCheckpoint);
    byName.set(name, {
      name,
      runs: use.runs + 1,
      models: use.models + models,
      checkpoints: use.checkpoints + checkpoints,
      other: use.other + bytes - models - checkpoints,
      total: use.total + bytes,
    });
  }
  const used = [...byName.values()].sort((a, b) => b.total - a.total);
  return [...used, ...besides(runsDirectory, used)];
}

/** The sweeps' own folders, and the rest: what `ablate ui` keeps. */
function besides(runsDirectory: string, used: readonly DiskUse[]): DiskUse[] {
  const sweeps = folderBytes(join(runsDirectory, 'sweeps'));
  const rest = folderBytes(resolve(runsDirectory)) - sweeps - used.reduce((sum, { total }) => sum + total, 0);
  return [
    { name: '(sweeps)', total: sweeps },
    { name: '(other files)', total: rest },
  ]
    .filter(({ total }) => total > 0)
    .map((each) => ({ runs: 0, models: 0, checkpoints: 0, other: each.total, ...each }));
}

function fileBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
