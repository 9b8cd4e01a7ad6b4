import { mean } from './describe.js';
import { studentQuantile } from './distributions.js';
import { around, type Interval } from './intervals.js';

/** A mean over seeds and examples. */
export interface TwoLevel {
  mean: number;
  /** Of the mean for other seeds and other examples of this kind; null for one example. */
  interval: Interval | null;
  seeds: number;
  examples: number;
}

/**
 * The mean of scores over seeds and examples, with the interval that both make: two-way random effects, as every model
 * scores the same examples (the multi-reader multi-case analysis: Dorfman, Berbaum and Metz 1992; Roe and Metz 1997). With
 * the mean squares of seeds, examples and what is left, the mean's variance is (MSₛ + MSₑ − MSᵣ) / (seeds · examples), its
 * components at least 0; Student's t with Satterthwaite's degrees of freedom (1946). Of one seed, examples alone vary.
 * @param scores [seeds][examples], such as 1 for right and 0 for wrong; of a difference, one model's less the other's
 */
export function twoLevelInterval(scores: readonly ArrayLike<number>[], confidence = 0.95): TwoLevel {
  const [seeds, examples] = [scores.length, scores[0].length];
  const { center, meanSquares } = analyse(scores);
  const { seed, example, rest } = meanSquares;
  if (examples < 2) return { mean: center, interval: null, seeds, examples };
  const size = seeds * examples;
  // A component that comes out negative is 0: then its mean square is the rest's.
  const [seedPart, examplePart] = [seed, example].map((square) => Math.max(square, rest));
  const variance = seeds === 1 ? example / examples : (seedPart + examplePart - rest) / size;
  if (variance === 0) return { mean: center, interval: [center, center], seeds, examples };
  const freedom =
    seeds === 1
      ? examples - 1
      : (size * variance) ** 2 /
        (seedPart ** 2 / (seeds - 1) + examplePart ** 2 / (examples - 1) + rest ** 2 / ((seeds - 1) * (examples - 1)));
  const halfWidth = studentQuantile((1 + confidence) / 2, Math.max(1, freedom)) * Math.sqrt(variance);
  return { mean: center, interval: around(center, halfWidth), seeds, examples };
}

/** Sums are of differences from the mean: those of squares would cancel. */
function analyse(scores: readonly ArrayLike<number>[]) {
  const [seeds, examples] = [scores.length, scores[0].length];
  const bySeed = scores.map(mean);
  const center = mean(bySeed);
  const byExample = Float64Array.from({ length: examples }, (_, i) => mean(scores.map((row) => row[i])));
  let rest = 0;
  for (const [seed, row] of scores.entries()) {
    for (let i = 0; i < examples; i++) rest += (row[i] - bySeed[seed] - byExample[i] + center) ** 2;
  }
  const freedom = (seeds - 1) * (examples - 1);
  return {
    center,
    meanSquares: {
      seed: seeds === 1 ? 0 : (examples * squaresAbout(bySeed, center)) / (seeds - 1),
      example: examples === 1 ? 0 : (seeds * squaresAbout(byExample, center)) / (examples - 1),
      rest: freedom === 0 ? 0 : rest / freedom,
    },
  };
}

function squaresAbout(values: ArrayLike<number>, center: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) ** 2;
  return sum;
}
