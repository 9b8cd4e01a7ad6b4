import { holmAdjust } from './statistics/holm.js';

/** How one comparison is judged within its family. */
export interface FamilyPlace {
  /** The p-value, adjusted for the family: below α just when the p-value is below the level. Null where unknown. */
  adjusted: number | null;
  /** The two-sided level that it is held against: also its interval's. */
  level: number;
}

export interface FamilyOptions {
  /** The chance of any false claim in the family. */
  alpha: number;
  /** How many comparisons it has, those included that aren't made: they claim nothing. */
  size: number;
  /** Whether what is found lets the others off (Holm), or each keeps an equal part of α (Bonferroni). */
  stepDown: boolean;
}

/**
 * Judges comparisons together. With `stepDown` by Holm's procedure (1979), each interval at the level of the step at
 * which its comparison was judged, so that it leaves out zero just when a difference is claimed.
 * @param pValues null where unknown yet: as p = 1
 */
export function judgeTogether(
  pValues: readonly (number | null)[],
  { alpha, size, stepDown }: FamilyOptions,
): FamilyPlace[] {
  const known = pValues.map((pValue) => pValue ?? 1);
  const adjusted = stepDown ? holmAdjust(known, size) : known.map((pValue) => Math.min(1, size * pValue));
  const found = adjusted.filter((pValue) => pValue < alpha).length;
  const order = [...known.keys()].sort((a, b) => known[a] - known[b]);
  const step = new Map(order.map((comparison, i) => [comparison, Math.min(i, found)]));
  return pValues.map((pValue, i) => ({
    adjusted: pValue === null ? null : adjusted[i],
    level: alpha / (stepDown ? Math.max(1, size - (step.get(i) ?? 0)) : size),
  }));
}
