import { FEWEST_SEEDS, type Judgement, type Weighed } from './comparison.js';
import { seedsForDifference, seedsForEquivalence, type ExpectedDifference } from './statistics/power.js';
import { seedsForDecision } from './statistics/sequential.js';

/** An estimate of more seeds than this is no help. */
export const MOST_SUGGESTED_SEEDS = 1000;

/** The two-sided level of a difference, and the level of each side of an equivalence. */
export interface Levels {
  difference: number;
  equivalence: number;
}

/**
 * About how many seeds more would decide it, if the difference and its spread are what they now seem: by a test for a
 * difference or, inside a margin, for equivalence.
 * @returns at least 1; null if more than 1,000
 */
export function seedsMissing({ evidence, expected }: Weighed, judgement: Judgement, levels: Levels): number | null {
  const seeds = Math.min(...evidence.counts);
  if (seeds < FEWEST_SEEDS) return FEWEST_SEEDS - seeds;
  if (expected === null) return null;
  const surer = { difference: levels.difference / evidence.doubt, equivalence: levels.equivalence / evidence.doubt };
  const needed = judgement.sequential
    ? sequentialSeeds(expected, judgement.margin, surer)
    : fixedSeeds(expected, judgement, surer);
  if (needed === null || needed - seeds > MOST_SUGGESTED_SEEDS) return null;
  return Math.max(1, needed - seeds);
}

function fixedSeeds(expected: ExpectedDifference, { power, margin }: Judgement, levels: Levels): number | null {
  return fewest([
    expected.standardDeviation === 0
      ? coinsNeeded(levels.difference)
      : seedsForDifference(expected, { alpha: levels.difference, power }),
    margin === null ? null : seedsForEquivalence(expected, margin, { alpha: levels.equivalence, power }),
  ]);
}

function sequentialSeeds(expected: ExpectedDifference, margin: number | null, levels: Levels): number | null {
  const size = { ...expected, difference: Math.abs(expected.difference) };
  const turned = { ...size, difference: -size.difference };
  return fewest([
    seedsForDecision(size, 0, levels.difference / 2),
    // Of the two sides the nearer one takes longer.
    margin === null || size.difference >= margin ? null : seedsForDecision(turned, -margin, levels.equivalence),
  ]);
}

function fewest(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** The n from which on equal signs have a sign-flip p-value, 2 / 2^n, below the level. */
function coinsNeeded(level: number): number {
  return Math.floor(Math.log2(2 / level)) + 1;
}
