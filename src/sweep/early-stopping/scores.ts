/** The order of scores, the worst first: NaN is worse than all others. */
export function compareScores(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The better of two scores. */
export function betterScore(a: number, b: number): number {
  return compareScores(a, b) < 0 ? b : a;
}
