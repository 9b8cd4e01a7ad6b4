import { join } from 'node:path';
import { codeOf, messageOf, UserError } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { writeFileAtomic } from './atomic-file.js';

/** What a user calls a run or a sweep after it has begun. The journal says so too, for a server of MLflow. */
export interface Labels {
  name?: string;
  /** Null for one that is taken away. */
  tags: Record<string, string | null>;
}

/** MLflow's own tag for the name of a run. */
export const NAME_TAG = 'mlflow.runName';

/** None where nothing was labelled. @throws UserError `labels-corrupt` */
export function readLabels(folder: { path: string }): Labels {
  try {
    return parseLabels(readTextSync(fileOf(folder)));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { tags: {} };
    throw new UserError(`${fileOf(folder)}: ${messageOf(error)}`, {
      code: 'labels-corrupt',
      hint: 'remove it: names and tags that were given later are lost, nothing else',
      cause: error,
    });
  }
}

/** Adds to the labels, atomically. */
export function addLabels(folder: { path: string }, { name, tags }: Labels): void {
  const before = readLabels(folder);
  const after = { name: name ?? before.name, tags: { ...before.tags, ...tags } };
  writeFileAtomic(fileOf(folder), `${JSON.stringify(after, undefined, 2)}\n`);
}

/** The tags that it began with, as they have been changed. */
export function labelledTags(begun: Record<string, string> = {}, { tags }: Labels): Record<string, string> {
  const all = Object.entries({ ...begun, ...tags });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

function fileOf({ path }: { path: string }): string {
  return join(path, 'labels.json');
}

function parseLabels(text: string): Labels {
  const { name, tags } = JSON.parse(text) as Partial<Labels>;
  const isTags =
    typeof tags === 'object' && Object.values(tags).every((tag) => tag === null || typeof tag === 'string');
  if (!isTags || !['string', 'undefined'].includes(typeof name)) throw new Error('not the labels of a run');
  return { name, tags };
}
