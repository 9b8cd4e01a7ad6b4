/**
 * The area under the ROC curve: how often a positive row has a greater value than a negative one, equal values counting
 * half (scikit-learn's `roc_auc_score`).
 * @param values [rows], the greater the more likely positive
 * @param positive [rows], whether each is
 * @returns NaN where all rows are alike
 */
export function areaUnderCurve(values: ArrayLike<number>, positive: (row: number) => boolean): number {
  let passed = 0;
  let area = 0;
  const totals = { positive: 0, negative: 0 };
  for (const group of descending(values, positive)) {
    area += group.negative * (passed + group.positive / 2);
    passed += group.positive;
    totals.positive += group.positive;
    totals.negative += group.negative;
  }
  return area / (totals.positive * totals.negative);
}

/**
 * The mean of the precision at each value, weighted by the recall gained there (scikit-learn's `average_precision_score`).
 * @returns 0 without a positive row
 */
export function averagePrecision(values: ArrayLike<number>, positive: (row: number) => boolean): number {
  let found = 0;
  let taken = 0;
  let sum = 0;
  for (const group of descending(values, positive)) {
    found += group.positive;
    taken += group.positive + group.negative;
    sum += (group.positive * found) / taken;
  }
  return found === 0 ? 0 : sum / found;
}

/** Rows of equal values, the greatest first. */
function descending(
  values: ArrayLike<number>,
  positive: (row: number) => boolean,
): { positive: number; negative: number }[] {
  const rows = Array.from({ length: values.length }, (_, row) => row).sort((a, b) => values[b] - values[a]);
  const groups: { value: number; positive: number; negative: number }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const group = last?.value === values[row] ? last : { value: values[row], positive: 0, negative: 0 };
    if (group !== last) groups.push(group);
    group[positive(row) ? 'positive' : 'negative'] += 1;
  }
  return groups;
}

/** A point of a curve: what is reached where all values from one on are taken for positive. */
export interface CurvePoint {
  x: number;
  y: number;
}

/**
 * The ROC curve: the false positive rate and the true positive rate at each value, the greatest first, from (0, 0)
 * (scikit-learn's `roc_curve` with `drop_intermediate=False`).
 */
export function rocCurve(values: ArrayLike<number>, positive: (row: number) => boolean): CurvePoint[] {
  const groups = descending(values, positive);
  const totals = totalsOf(groups);
  const points = [{ x: 0, y: 0 }];
  let taken = { positive: 0, negative: 0 };
  for (const group of groups) {
    taken = { positive: taken.positive + group.positive, negative: taken.negative + group.negative };
    points.push({ x: taken.negative / totals.negative, y: taken.positive / totals.positive });
  }
  return points;
}

/**
 * The precision-recall curve: recall and precision at each value, the greatest first, from (0, 1) (scikit-learn's
 * `precision_recall_curve`, the other way round).
 */
export function precisionRecallCurve(values: ArrayLike<number>, positive: (row: number) => boolean): CurvePoint[] {
  const groups = descending(values, positive);
  const totals = totalsOf(groups);
  const points = [{ x: 0, y: 1 }];
  let [found, taken] = [0, 0];
  for (const group of groups) {
    found += group.positive;
    taken += group.positive + group.negative;
    points.push({ x: found / totals.positive, y: found / taken });
  }
  return points;
}

function totalsOf(groups: readonly { positive: number; negative: number }[]): { positive: number; negative: number } {
  const sum = (key: 'positive' | 'negative'): number => groups.reduce((total, group) => total + group[key], 0);
  return { positive: sum('positive'), negative: sum('negative') };
}
