import type { Answer } from '../analysis/answer.js';
import { type TwoLevel, twoLevelInterval } from '../analysis/statistics/two-level.js';
import { possibleDifferences, possibleValues } from '../text/metric-unit.js';
import { haveSameLabels, readPredictions } from './artifacts.js';
import type { StudyVariant, TestSet } from './study.js';

/** Predictions of so many runs are read: each is a file of a line an image. */
const MOST_READ = 60;

/** What a run got right, by its seed. */
interface Scored {
  labels: Int32Array;
  bySeed: Map<number, Int8Array>;
}

/**
 * The accuracy on the test images of the variant that leads and of the one that is compared with it first, with intervals
 * of seeds and images both; and their difference, image by image.
 * @param told the two variants that the answer speaks of first
 * @returns null where there are too many runs, or none tells what it predicted, or they have other test images
 */
export function testSetOf(
  variants: readonly StudyVariant[],
  answer: Answer | null,
  told: readonly [string, string] | null,
): TestSet | null {
  const names = told === null ? [] : told[1] === answer?.leader ? told.toReversed() : told;
  const chosen = names.flatMap((name) => variants.find((variant) => variant.name === name) ?? []);
  const runs = chosen.reduce((sum, variant) => sum + variant.runs.length, 0);
  if (chosen.length !== 2 || runs > MOST_READ) return null;
  const [first, second] = chosen.map(scoresOf);
  if (!first || !second || !haveSameLabels(first.labels, second.labels)) return null;
  const shared = [...first.bySeed.keys()].filter((seed) => second.bySeed.has(seed));
  const differences = shared.map((seed) => less(first.bySeed.get(seed), second.bySeed.get(seed)));
  return {
    variants: [first, second].map(({ bySeed }, i) => ({
      name: chosen[i].name,
      ...possible(twoLevelInterval([...bySeed.values()]), possibleValues),
    })),
    difference: differences.length === 0 ? null : possible(twoLevelInterval(differences), possibleDifferences),
  };
}

/** Shares, or differences of them, without what can't be. */
function possible(found: TwoLevel, ends: typeof possibleValues): TwoLevel {
  return { ...found, interval: ends(found.interval, 'test_accuracy') };
}

function scoresOf({ runs }: StudyVariant): Scored | null {
  const bySeed = new Map<number, Int8Array>();
  let labels: Int32Array | undefined;
  for (const { seed, status, directory } of runs) {
    const found = status === 'FINISHED' ? readPredictions(directory) : null;
    if (!found || found.labels.length === 0) continue;
    labels ??= found.labels;
    if (!haveSameLabels(labels, found.labels)) return null;
    bySeed.set(
      seed,
      Int8Array.from(found.predictions, (prediction, i) => (prediction === found.labels[i] ? 1 : 0)),
    );
  }
  return labels ? { labels, bySeed } : null;
}

function less(first: Int8Array = new Int8Array(), second: Int8Array = new Int8Array()): Int8Array {
  return first.map((value, i) => value - second[i]);
}
