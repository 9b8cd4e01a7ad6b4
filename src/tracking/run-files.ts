import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { RunDirectory } from './run-store.js';

/** A file of a run as it goes to a server. */
export interface RunFile {
  /** Absolute. */
  file: string;
  /** Below the run's directory, with `/`. */
  path: string;
  /** Changes when the contents do: size and time. */
  version: string;
}

/** The files that tell of a run that has ended, without its model. */
export function recordFiles(run: RunDirectory): RunFile[] {
  const single = presentFiles(run, ['config.yaml', 'summary.json', 'journal.jsonl', 'worker.log']);
  return [...single, ...filesBelow(run, run.artifacts)];
}

/** Of these files of a directory those that are there. @param paths below it */
export function presentFiles(directory: { path: string }, paths: string[]): RunFile[] {
  return paths.map((path) => runFile(directory, path)).filter((file) => file !== undefined);
}

/** The files of the trained model; none when `model.json` isn't there, without which the others are no model. */
export function modelFiles(run: RunDirectory): RunFile[] {
  const files = filesBelow(run, run.model);
  return files.some(({ path }) => path === 'model/model.json') ? files : [];
}

/**
 * A file of a run, by its path below the run's directory.
 * @returns undefined when it isn't there, is no plain file, or lies outside, be it through a link: a folder that came
 * from elsewhere must not make us send other files
 */
export function runFile(run: { path: string }, path: string): RunFile | undefined {
  if (path.includes('\0')) return undefined;
  const file = join(run.path, path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || !realpathSync(file).startsWith(realpathSync(run.path) + sep)) return undefined;
  return { file, path: path.split(sep).join('/'), version: `${stats.size}-${Math.trunc(stats.mtimeMs)}` };
}

function filesBelow(run: RunDirectory, directory: string): RunFile[] {
  if (!statSync(directory, { throwIfNoEntry: false })) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => runFile(run, relative(run.path, join(directory, name))))
    .filter((file) => file !== undefined)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
