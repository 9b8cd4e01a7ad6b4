/**
 * Holm's step-down adjustment (1979): of a family of tests, rejecting those whose adjusted p-value is at most α keeps the
 * chance of any false rejection at α, whatever the dependence between the tests. As R's `p.adjust(method = "holm")`.
 * @returns the adjusted p-values, in the order of the given ones
 */
export function holmAdjust(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((test, step) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - step) * pValues[test]));
    adjusted[test] = largest;
  });
  return adjusted;
}
