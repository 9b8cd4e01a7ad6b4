import { requireSample } from './describe.js';
import type { Interval } from './intervals.js';
import type { MeanTest } from './mean-test.js';

/**
 * How boldly it is bet on the next sign, in standard deviations of the differences before, and how the stake is shared.
 * It touches how soon a decision falls, never the error rate: the cautious find small differences, Infinity finds those
 * whose signs all agree.
 */
const BETS = [
  { boldness: 0.3, share: 0.15 },
  { boldness: 0.6, share: 0.15 },
  { boldness: 1.2, share: 0.15 },
  { boldness: Infinity, share: 0.55 },
];

/** The spread of fewer differences than this is unknown: their signs alone are bet on. */
const FEWEST_SPREAD = 2;

/**
 * A test by betting for differences that are looked at after each seed, with a sampling plan that may depend on all of
 * them: its one-sided p-values are at most alpha with chance at most alpha, whenever one stops.
 *
 * It is bet on the sign of each difference less the bound, at fair odds: a stake is multiplied by 1 + tanh(λ·x), where
 * x is the difference less the bound in standard deviations of the differences *before* it. If positive and negative are
 * equally likely at each magnitude, be they normal, discrete or of heavy tails, the stake is a martingale: that it ever
 * reaches 1/alpha has chance alpha at most (Ville's inequality). The mean of several bets is one as well (Shafer, "Testing
 * by betting", 2021; Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid inference",
 * 2023; sign-symmetric bets: de la Peña, "A general class of exponential inequalities for martingales and ratios", 1999). Every factor falls with the bound, so that the bounds which aren't refuted are
 * an interval, a confidence sequence.
 * @param differences in the order in which the seeds were added, at least one
 */
export function bettingTest(differences: readonly number[]): MeanTest {
  requireSample(differences, 1);
  const spreads = spreadsBefore(differences);
  const negated = differences.map((difference) => -difference);
  const above = (bound: number): number => Math.min(1, 1 / stakeOn(differences, spreads, bound));
  const below = (bound: number): number => Math.min(1, 1 / stakeOn(negated, spreads, -bound));
  return {
    above,
    below,
    limits: (alpha): Interval | null => {
      const lower = lastRefuted(above, differences, alpha);
      const upper = lastRefuted((bound) => below(-bound), negated, alpha);
      return lower === null || upper === null ? null : [lower, -upper];
    },
  };
}

/** What a stake of 1 on "above the bound" has become. A difference that is the bound counts against it. */
function stakeOn(differences: readonly number[], spreads: readonly number[], bound: number): number {
  return BETS.reduce((sum, { boldness, share }) => {
    let stake = share;
    for (let i = 0; i < differences.length && stake > 0; i++) {
      const distance = differences[i] - bound;
      const side = distance > 0 ? 1 : -1;
      const isSignAlone = i < FEWEST_SPREAD || spreads[i] === 0 || boldness === Infinity;
      stake *= 1 + (isSignAlone ? signBet(side, i, boldness) : Math.tanh((boldness * distance) / spreads[i]));
    }
    return sum + stake;
  }, 0);
}

function signBet(side: number, position: number, boldness: number): number {
  return position < FEWEST_SPREAD ? side * Math.tanh(boldness) : side;
}

/** Of each difference the standard deviation of those before it. */
function spreadsBefore(differences: readonly number[]): number[] {
  let [center, squares] = [0, 0];
  return differences.map((difference, n) => {
    // Welford's update (1962).
    const before = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
    const step = difference - center;
    center += step / (n + 1);
    squares += step * (difference - center);
    return before;
  });
}

/** The greatest bound whose p-value, which rises with it, is below alpha; null where none is. */
function lastRefuted(pValue: (bound: number) => number, differences: readonly number[], alpha: number): number | null {
  const [least, most] = [Math.min(...differences), Math.max(...differences)];
  const unit = most - least || Math.abs(most) || 1;
  let low = least - unit;
  for (let step = unit; pValue(low) >= alpha; step *= 2) {
    if (step > 1e9 * unit) return null;
    low -= step;
  }
  let high = Math.max(low, most);
  while (high - low > 1e-12 * unit) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (pValue(middle) < alpha) low = middle;
    else high = middle;
  }
  return low;
}

/** More seeds than this are looked through for none. */
const MOST_LOOKS = 1000;

/**
 * About how many seeds a decision takes, if difference and spread are as expected: as many as differences need that lie
 * one standard deviation above and below by turns.
 * @param bound the mean is to be shown to lie above it
 * @param alpha one-sided
 * @returns null if more than 1,000
 */
export function seedsForDecision(
  { difference, standardDeviation }: { difference: number; standardDeviation: number },
  bound: number,
  alpha: number,
): number | null {
  if (difference <= bound) return null;
  const ideal = Array.from({ length: MOST_LOOKS }, (_, i) => difference + (i % 2 ? -1 : 1) * standardDeviation);
  const isEnough = (n: number): boolean =>
    stakeOn(ideal.slice(0, n), spreadsBefore(ideal.slice(0, n)), bound) > 1 / alpha;
  if (!isEnough(MOST_LOOKS)) return null;
  let [tooFew, enough] = [0, MOST_LOOKS];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
