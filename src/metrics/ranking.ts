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
