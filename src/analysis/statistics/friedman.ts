import { chiSquareSurvival, fSurvival } from './distributions.js';
import { mean } from './describe.js';
import { meanRanks } from './wilcoxon.js';

/** Whether treatments differ at all, by their ranks within each block. */
export interface Friedman {
  /** Of each treatment: 1 is the best; ties share their mean rank. */
  averageRanks: number[];
  /** Friedman's χ² (1937), corrected for ties, as SciPy's `friedmanchisquare`. */
  statistic: number;
  /** Of χ² with k − 1 degrees of freedom. */
  pValue: number;
  /** Of Iman and Davenport's F (1980), which Demšar (2006) recommends: χ² is too careful with few blocks. */
  imanDavenport: number;
}

/**
 * Ranks treatments in each block, and tests whether their ranks differ (Demšar, "Statistical Comparisons of Classifiers
 * over Multiple Data Sets", 2006).
 * @param scores block × treatment, complete; at least 2 × 2
 * @param goal which scores are best
 * @returns null where all treatments tie in each block
 */
export function friedman(scores: readonly (readonly number[])[], goal: 'maximize' | 'minimize'): Friedman | null {
  const sign = goal === 'maximize' ? -1 : 1;
  const ranks = scores.map((row) => meanRanks(row.map((score) => sign * score)));
  const [blocks, treatments] = [ranks.length, ranks[0].length];
  const averageRanks = ranks[0].map((_, treatment) => mean(ranks.map((row) => row[treatment])));
  const between = blocks ** 2 * averageRanks.reduce((sum, rank) => sum + (rank - (treatments + 1) / 2) ** 2, 0);
  // Without ties this is treatments · (treatments² − 1) / 12 in each block.
  const within = ranks.flat().reduce((sum, rank) => sum + (rank - (treatments + 1) / 2) ** 2, 0) / (treatments - 1);
  if (within === 0) return null;
  const statistic = between / within;
  const most = blocks * (treatments - 1);
  const f = ((blocks - 1) * statistic) / (most - statistic);
  return {
    averageRanks,
    statistic,
    pValue: chiSquareSurvival(statistic, treatments - 1),
    imanDavenport: statistic >= most ? 0 : fSurvival(f, treatments - 1, most - (treatments - 1)),
  };
}
