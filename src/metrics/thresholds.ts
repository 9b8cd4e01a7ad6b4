/** Counts of yes and no on both sides of a threshold. */
interface Counts {
  /** Rows above it that are yes. */
  found: number;
  /** Rows above it. */
  taken: number;
  positive: number;
  rows: number;
}

/** What a threshold is chosen by. */
export type ThresholdGoal = 'f1_score' | 'balanced_accuracy';

const GOALS: Record<ThresholdGoal, (counts: Counts) => number> = {
  f1_score: ({ found, taken, positive }) => (2 * found) / (taken + positive),
  balanced_accuracy: ({ found, taken, positive, rows }) =>
    (found / positive + 1 - (taken - found) / (rows - positive)) / 2,
};

/**
 * The threshold above which a probability is best taken for yes, as scikit-learn's TunedThresholdClassifierCV chooses it:
 * among those half way between two neighbouring probabilities, the one with the greatest score; of equal ones, the nearest
 * to 0.5.
 * @param probabilities [rows] of yes
 * @param positive whether each row is a yes
 * @returns 0.5 where all rows are alike
 */
export function chooseThreshold(
  probabilities: ArrayLike<number>,
  positive: (row: number) => boolean,
  goal: ThresholdGoal,
): number {
  const order = Array.from({ length: probabilities.length }, (_, row) => row).sort(
    (a, b) => probabilities[b] - probabilities[a],
  );
  const total = order.filter(positive).length;
  if (total === 0 || total === order.length) return 0.5;
  let best = { threshold: 0.5, score: -Infinity };
  let found = 0;
  order.slice(0, -1).forEach((row, index) => {
    found += Number(positive(row));
    const next = probabilities[order[index + 1]];
    if (next === probabilities[row]) return;
    const threshold = (probabilities[row] + next) / 2;
    const score = GOALS[goal]({ found, taken: index + 1, positive: total, rows: order.length });
    const isNearer = score === best.score && Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (score > best.score || isNearer) best = { threshold, score };
  });
  return best.threshold;
}
