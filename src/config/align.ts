/** Indices of two lists that stand side by side; undefined where one list has nothing like the other's item. */
export type Pair = [number | undefined, number | undefined];

/**
 * Sets two lists side by side so that as many equal items as possible meet, in order (a longest common subsequence).
 * Takes time and memory of the product of their lengths.
 */
export function align(first: readonly string[], second: readonly string[]): Pair[] {
  const common = commonLengths(first, second);
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    if (i < first.length && j < second.length && first[i] === second[j]) pairs.push([i++, j++]);
    else if (j === second.length || (i < first.length && common[i + 1][j] >= common[i][j + 1]))
      pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
  return pairs;
}

/** How many items the rests of both lists have in common, from each pair of positions on. */
function commonLengths(first: readonly string[], second: readonly string[]): number[][] {
  const lengths = Array.from({ length: first.length + 1 }, () => new Array<number>(second.length + 1).fill(0));
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      const longest = Math.max(lengths[i + 1][j], lengths[i][j + 1]);
      lengths[i][j] = first[i] === second[j] ? lengths[i + 1][j + 1] + 1 : longest;
    }
  }
  return lengths;
}
