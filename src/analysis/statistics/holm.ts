/**
 * Holm's step-down adjustment (1979): of a family of tests, rejecting those whose adjusted p-value is at most α keeps the
 * chance of any false rejection at α, whatever the dependence between the tests. As R's `p.adjust(method = "holm")`.
 * @param family how many tests there are, if some of them aren't given: those reject nothing, as if their p-values were 1
 * @returns the adjusted p-values, in the order of the given ones
 */
export function holmAdjust(pValues: readonly number[], family = pValues.length): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((test, step) => {
    largest = Math.max(largest, Math.min(1, (family - step) * pValues[test]));
    adjusted[test] = largest;
  });
  return adjusted;
}
