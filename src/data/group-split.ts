import type { RandomStream } from '../random.js';
import { UserError } from '../text/errors.js';
import { everyIndex } from './rows.js';

/** Rows on one side, and all others; ascending. */
export interface Sides {
  drawn: Int32Array;
  rest: Int32Array;
}

/**
 * Draws whole groups, whatever class their rows are of, as scikit-learn's GroupShuffleSplit does, but by rows: a group is
 * taken where that brings their number nearer to the part that is wanted.
 * @param groups [count]: of each row its group, counted from 0
 * @param part of the rows, in [0, 1)
 * @throws UserError `too-few-groups`
 */
export function drawGroups(groups: Int32Array, part: number, random: RandomStream): Sides {
  const sizes = sizesOf(groups);
  const present = presentIn(sizes);
  if (part > 0 && present.length < 2) throw tooFew(present.length, 2);
  const wanted = Math.round(groups.length * part);
  const taken = new Set<number>();
  let rows = 0;
  for (const group of random.shuffle(present.slice())) {
    const isNearer = Math.abs(rows + sizes[group] - wanted) < Math.abs(rows - wanted);
    if (!isNearer || taken.size === present.length - 1) continue;
    taken.add(group);
    rows += sizes[group];
  }
  // Each is larger than twice the part: the smallest is nearest.
  if (part > 0 && taken.size === 0)
    taken.add(present.reduce((least, group) => (sizes[group] < sizes[least] ? group : least)));
  return sidesOf(groups, (group) => taken.has(group));
}

/**
 * One of the folds of whole groups, each class as evenly as they allow: the groups whose classes are the least even first,
 * each to the fold in which the classes' shares then differ least, as scikit-learn's StratifiedGroupKFold does.
 * @param groups [count]: of each row its group, counted from 0
 * @param labels [count]: of each row its class, counted from 0
 * @throws UserError `too-few-groups` for less than one in each fold
 */
export function takeGroupFold(
  { groups, labels }: { groups: Int32Array; labels: Int32Array },
  { fold, folds }: { fold: number; folds: number },
  random: RandomStream,
): Sides {
  const present = presentIn(sizesOf(groups));
  if (present.length < folds) throw tooFew(present.length, folds);
  const counts = classCounts(groups, labels);
  const shuffled = Array.from(random.shuffle(present.slice()));
  const ordered = shuffled.sort((a, b) => squares(counts[b]) - squares(counts[a]));
  const totals = [...sizesOf(labels), labels.length];
  const shares = Array.from({ length: folds }, () => new Float64Array(totals.length));
  const foldOfGroup = new Map<number, number>();
  for (const group of ordered) {
    const own = counts[group].map((count, label) => count / Math.max(1, totals[label]));
    const chosen = leastAdded(shares, own);
    foldOfGroup.set(group, chosen);
    own.forEach((share, label) => {
      shares[chosen][label] += share;
    });
  }
  return sidesOf(groups, (group) => foldOfGroup.get(group) === fold);
}

/** The fold in which the sum of all squared shares grows least: their mean is the same wherever a group goes. */
function leastAdded(shares: readonly Float64Array[], own: Float64Array): number {
  const added = shares.map((fold) => own.reduce((sum, share, label) => sum + share * (2 * fold[label] + share), 0));
  return added.indexOf(Math.min(...added));
}

/** Of each group, how many rows of each class; and, as if all were of one more, how many in all: no fold stays empty. */
function classCounts(groups: Int32Array, labels: Int32Array): Float64Array[] {
  const classes = sizesOf(labels).length;
  const counts = Array.from(sizesOf(groups), () => new Float64Array(classes + 1));
  groups.forEach((group, row) => {
    counts[group][labels[row]] += 1;
    counts[group][classes] += 1;
  });
  return counts;
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function sizesOf(numbers: Int32Array): Int32Array {
  const sizes = new Int32Array(numbers.reduce((most, number) => Math.max(most, number), -1) + 1);
  for (const number of numbers) sizes[number] += 1;
  return sizes;
}

function presentIn(sizes: Int32Array): Int32Array {
  return everyIndex(sizes.length).filter((group) => sizes[group] > 0);
}

function sidesOf(groups: Int32Array, isDrawn: (group: number) => boolean): Sides {
  const rows = everyIndex(groups.length);
  return {
    drawn: rows.filter((row) => isDrawn(groups[row])),
    rest: rows.filter((row) => !isDrawn(groups[row])),
  };
}

function tooFew(count: number, least: number): UserError {
  return new UserError(`${count} different values of dataset.split.group can't be on ${least} sides`, {
    code: 'too-few-groups',
    hint: 'set fewer dataset.split.folds, or another column as dataset.split.group',
    exitCode: 2,
  });
}
