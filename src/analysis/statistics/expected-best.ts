/** The best of so many draws, as it is to be expected. */
export interface ExpectedBest {
  draws: number;
  mean: number;
  standardDeviation: number;
}

/**
 * What the best of 1, 2, … N draws is expected to come to, of which these are N: the expected validation performance of a
 * random search by its budget (Dodge, Gururangan, Card, Schwartz and Smith, "Show Your Work: Improved Reporting of
 * Experimental Results", 2019, equation 1). The best of n draws is at most the i-th value with chance (i / N)^n.
 * @param values finite, at least one
 */
export function expectedBest(values: readonly number[], goal: 'maximize' | 'minimize'): ExpectedBest[] {
  const sign = goal === 'maximize' ? 1 : -1;
  const ascending = values.map((value) => sign * value).sort((a, b) => a - b);
  const count = ascending.length;
  return ascending.map((_, i) => {
    const draws = i + 1;
    const weights = ascending.map((_value, place) => ((place + 1) / count) ** draws - (place / count) ** draws);
    const mean = weights.reduce((sum, weight, place) => sum + weight * ascending[place], 0);
    const variance = weights.reduce((sum, weight, place) => sum + weight * (ascending[place] - mean) ** 2, 0);
    return { draws, mean: sign * mean, standardDeviation: Math.sqrt(variance) };
  });
}
