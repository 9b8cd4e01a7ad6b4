import { mean, sampleStandardDeviation } from './statistics/describe.js';
import { allRequired, type MeanTest, sideOf, surer, twoSided } from './statistics/mean-test.js';
import { studentTest } from './statistics/paired-t.js';
import { pairBySeed, pairInOrder, type Pairs, type SeedValues } from './statistics/pairing.js';
import { exchanges, signFlips } from './statistics/permutation.js';
import { bettingTest } from './statistics/sequential.js';
import { welchTest } from './statistics/welch.js';

/** α unless another is stated. */
export const USUAL_ALPHA = 0.05;

/** How a family of comparisons is judged. */
export interface Judgement {
  /** The chance of any false claim, over all questions. */
  alpha: number;
  /** With which chance the seeds that are asked for should decide. */
  power: number;
  /** The smallest difference that matters; null if none was stated. */
  margin: number | null;
  /** Whether seeds were added in view of the results. */
  sequential: boolean;
  /** How many questions share α, this one among them: each is judged at α divided by it. */
  questions: number;
}

/** Evidence on two variants, over the seeds that both have or, where they share too few, of each one's own. */
export interface Evidence {
  /** How many seeds both have. */
  seeds: number;
  /** How many values of each are compared: the shared seeds, or all of its own. */
  counts: [first: number, second: number];
  design: 'paired' | 'unpaired';
  /** The mean of first − second; null where nothing can be compared. */
  difference: number | null;
  /** Of "no difference", two-sided, of the test that decides; before any adjustment for the family. Null below two seeds. */
  pValue: number | null;
  /** The p-value was taken this many times, as the two scatter so differently that a skewed one could mislead. */
  doubt: number;
}

/** Two variants' evidence, and the test that it comes from. */
export interface Weighed {
  evidence: Evidence;
  /** Of first − second; null below two values. */
  test: MeanTest | null;
  /** What the test is of: differences seed by seed, or a stand-in for them with the same mean and spread. */
  expected: { difference: number; standardDeviation: number } | null;
  /** Whether both have the same value for each seed. */
  isIdentical: boolean;
}

/** Fewer seeds than this decide nothing: two agree too easily. */
export const FEWEST_SEEDS = 3;

/** Weighs two variants against each other: seed by seed or, where they share too few seeds, as independent samples. */
export function weigh(first: SeedValues, second: SeedValues, judgement: Judgement): Weighed {
  const pairs = pairBySeed(first, second);
  const isUnpaired = pairs.seeds.length < FEWEST_SEEDS && Math.min(first.size, second.size) >= FEWEST_SEEDS;
  return isUnpaired ? weighUnpaired(first, second, pairs.seeds.length, judgement) : weighPaired(pairs, judgement);
}

function weighPaired(pairs: Pairs, judgement: Judgement): Weighed {
  const { differences } = pairs;
  const seeds = differences.length;
  const isTestable = seeds >= 2;
  const doubt = isTestable ? doubtOf(pairs.first, pairs.second) : 1;
  const test = isTestable ? (judgement.sequential ? addedTest : fixedTest)(differences, doubt) : null;
  return {
    test,
    expected: isTestable
      ? { difference: mean(differences), standardDeviation: sampleStandardDeviation(differences) }
      : null,
    isIdentical: differences.every((difference) => difference === 0),
    evidence: {
      seeds,
      counts: [seeds, seeds],
      design: 'paired',
      difference: seeds === 0 ? null : mean(differences),
      pValue: test && twoSided(test),
      doubt,
    },
  };
}

function weighUnpaired(first: SeedValues, second: SeedValues, seeds: number, { sequential }: Judgement): Weighed {
  const [own, its] = [[...first.values()], [...second.values()]];
  const doubt = doubtOf(own, its);
  // Paired in any order that was known before, independent values of one distribution have symmetric differences.
  const { differences } = pairInOrder(first, second);
  const difference = sequential ? mean(differences) : mean(own) - mean(its);
  const test = sequential
    ? addedTest(differences, doubt)
    : allRequired([surer(welchTest(own, its), doubt), exchanges(own, its)]);
  return {
    test,
    expected: {
      difference,
      standardDeviation: Math.hypot(sampleStandardDeviation(own), sampleStandardDeviation(its)),
    },
    isIdentical: false,
    evidence: {
      seeds,
      counts: sequential ? [differences.length, differences.length] : [own.length, its.length],
      design: 'unpaired',
      difference,
      pValue: twoSided(test),
      doubt,
    },
  };
}

/** Of differences that are looked at after each seed. */
function addedTest(differences: readonly number[], doubt: number): MeanTest {
  return allRequired([surer(bettingTest(differences), doubt), sideOf(mean(differences))]);
}

/**
 * Student's t test; where the differences are visibly of few steps (of an image, as accuracies are), it knows too much of
 * their spread, and the sign flips must find the difference as well, which hold for any symmetric differences.
 */
function fixedTest(differences: readonly number[], doubt: number): MeanTest {
  const student = surer(studentTest(differences), doubt);
  return isOfFewSteps(differences) ? allRequired([student, signFlips(differences)]) : student;
}

/** Beyond so many steps from zero, a few steps of spread are no longer what the difference may be made of. */
const FEW_STEPS = 4;
/** Of the largest: magnitudes nearer than this are the same number of images. */
const ROUNDING = 1e-7;

/** Half of the magnitudes are ties, and all are a few of their smallest steps from zero. */
function isOfFewSteps(differences: readonly number[]): boolean {
  const largest = Math.max(...differences.map(Math.abs));
  if (largest === 0) return true;
  const sizes = new Set(differences.map((difference) => Math.round(Math.abs(difference / largest) / ROUNDING)));
  const ascending = [...new Set([0, ...sizes])].sort((a, b) => a - b);
  const step = Math.min(...ascending.slice(1).map((size, i) => size - ascending[i]));
  return sizes.size <= differences.length / 2 + 1 && ROUNDING * FEW_STEPS * step >= 1 - 10 * ROUNDING;
}

const MOST_DOUBT = 8;

/**
 * How much surer a test must be of two samples that scatter differently: half the ratio of their variances, from 1 to 8.
 * Where one is skewed and the other is tight, their difference is skewed, and both t tests and sign flips err up to
 * twice as often as they say. A skew can't be seen in five values; a ratio of variances can.
 */
function doubtOf(first: readonly number[], second: readonly number[]): number {
  const variances = [first, second].map((values) => sampleStandardDeviation(values) ** 2);
  const [smaller, larger] = [Math.min(...variances), Math.max(...variances)];
  if (larger === 0) return 1;
  return Math.min(MOST_DOUBT, Math.max(1, larger / smaller / 2));
}
