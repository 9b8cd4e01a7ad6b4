import { bdtr, chdtrc, chdtri, compiled, fdtrc, fdtri, incbet, incbi, lgam, ndtr, ndtri, stdtr } from 'cephes';
import { messageOf } from '../../text/errors.js';

// Cephes (Moshier 1989, here compiled to WebAssembly) is what SciPy's own distribution functions grew from. Survival
// functions are asked for directly, never as 1 − cdf, so that small p-values keep their digits.

// Compiling takes some milliseconds; waited for here so that statistics are plain functions.
await compiled;

/** ln Γ(x), x above 0. */
export function logGamma(x: number): number {
  return lgam(x);
}

/** P(Z ≤ z) of a standard normal Z. */
export function normalCdf(z: number): number {
  return ndtr(z);
}

/** The z with P(Z ≤ z) = probability, in (0, 1). */
export function normalQuantile(probability: number): number {
  return ndtri(probability);
}

/** P(T ≤ t) of Student's t. @param degreesOfFreedom above 0; Welch's are no integers */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  if (!Number.isFinite(t)) return t > 0 ? 1 : 0;
  if (Number.isInteger(degreesOfFreedom)) return stdtr(degreesOfFreedom, t);
  const tail = incbet(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t ** 2)) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** P(|T| ≥ |t|) of Student's t. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  return Math.min(1, 2 * studentCdf(-Math.abs(t), degreesOfFreedom));
}

/** The t with P(T ≤ t) = probability, in (0, 1). */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (probability > 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  const share = incbi(degreesOfFreedom / 2, 0.5, 2 * probability);
  let t = -Math.sqrt((degreesOfFreedom * (1 - share)) / share);
  // The inverse is good to some eight digits; Newton's method doubles them.
  for (let step = 0; step < 3; step++) {
    t -= (studentCdf(t, degreesOfFreedom) - probability) / studentDensity(t, degreesOfFreedom);
  }
  return t;
}

function studentDensity(t: number, degreesOfFreedom: number): number {
  const half = degreesOfFreedom / 2;
  const logConstant = logGamma(half + 0.5) - logGamma(half) - Math.log(degreesOfFreedom * Math.PI) / 2;
  return Math.exp(logConstant - (half + 0.5) * Math.log1p(t ** 2 / degreesOfFreedom));
}

/** The regularized incomplete beta function I_x(a, b). @param x in [0, 1] */
export function incompleteBeta(a: number, b: number, x: number): number {
  return incbet(a, b, x);
}

/** P(F ≥ f) of Fisher's F. @param f at least 0 */
export function fSurvival(f: number, numerator: number, denominator: number): number {
  return Number.isFinite(f) ? fdtrc(numerator, denominator, f) : 0;
}

/** P(X ≥ x) of χ². @param x at least 0 */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  try {
    return chdtrc(degreesOfFreedom, x);
  } catch (error) {
    // Of all its functions this one throws where one of the tails is smaller than any number.
    if (messageOf(error).includes('underflow')) return x < degreesOfFreedom ? 1 : 0;
    throw error;
  }
}

/** The x with P(X ≤ x) = probability, in (0, 1), of χ². */
export function chiSquareQuantile(probability: number, degreesOfFreedom: number): number {
  return chdtri(degreesOfFreedom, 1 - probability);
}

/** The f with P(F ≤ f) = probability, in (0, 1), of Fisher's F. */
export function fQuantile(probability: number, numerator: number, denominator: number): number {
  return fdtri(numerator, denominator, 1 - probability);
}

/** P(X ≤ successes) of a binomial. @param successes an integer in [0, trials] */
export function binomialCdf(successes: number, trials: number, probability: number): number {
  return successes >= trials ? 1 : bdtr(successes, trials, probability);
}

/** From this t on, a mean over Z takes fewer terms than one over U. */
const STEEP = 20;

/**
 * P(T ≤ t) of the noncentral t, T = (Z + noncentrality) / U with U = √(χ²/df): the mean of Φ(t·U − noncentrality), or of
 * P(U ≥ (Z + noncentrality) / t). Absolute error below 1e-12.
 */
export function noncentralTCdf(t: number, degreesOfFreedom: number, noncentrality: number): number {
  if (t > STEEP) return steepCdf(t, degreesOfFreedom, noncentrality);
  if (t < -STEEP) return 1 - steepCdf(-t, degreesOfFreedom, -noncentrality);
  const sharpness = Math.max(Math.abs(noncentrality), Math.abs(t));
  return scaleExpectation(degreesOfFreedom, sharpness, (scale) => normalCdf(t * scale - noncentrality));
}

/** Beyond this, a standard normal Z has no weight. */
const NORMAL_END = 9;
const PANEL = 0.5;
/** The positive nodes of Gauss and Legendre's rule of ten points, and their weights. */
const NODES = [0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717];
const WEIGHTS = [0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881];

/** The mean of P(U ≥ (Z + noncentrality) / t), t above 0, which is 1 where Z is below −noncentrality. */
function steepCdf(t: number, degreesOfFreedom: number, noncentrality: number): number {
  const density = (z: number): number => Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const valueAt = (z: number): number =>
    density(z) * chiSquareSurvival(degreesOfFreedom * ((z + noncentrality) / t) ** 2, degreesOfFreedom);
  const start = Math.max(-noncentrality, -NORMAL_END);
  let sum = normalCdf(-noncentrality);
  for (let low = start; low < NORMAL_END; low += PANEL) sum += panel(valueAt, low + PANEL / 2, PANEL / 2);
  return sum;
}

/** The integral from center − half to center + half. */
function panel(valueAt: (x: number) => number, center: number, half: number): number {
  const pairs = NODES.map((node, i) => WEIGHTS[i] * (valueAt(center - half * node) + valueAt(center + half * node)));
  return half * pairs.reduce((sum, pair) => sum + pair, 0);
}

/** Where log U has no weight any more, with one degree of freedom or more. */
const LOG_SCALE_END = 3;

/**
 * The mean of `value(U)` for U up to an end, of U as in `scaleExpectation`; beyond the end it counts as 0. For what ends in
 * a kink, at which the trapezoidal rule would lose its digits: panels of Gauss and Legendre's rule end at it.
 * @param sharpness how fast `value` changes: about its steepest slope in U
 */
export function scaleExpectationUpTo(
  end: number,
  degreesOfFreedom: number,
  sharpness: number,
  value: (scale: number) => number,
): number {
  if (end <= 0) return 0;
  const width = Math.min(0.5, 2 / Math.sqrt(2 * degreesOfFreedom), 2 / (1 + sharpness));
  const { fallAt, density } = logScaleDensity(degreesOfFreedom);
  const integrand = (logScale: number): number => density(logScale) * value(Math.exp(logScale));
  let sum = 0;
  for (let high = Math.min(Math.log(end), LOG_SCALE_END); high > 0 || fallAt(high) > NEGLIGIBLE; high -= width) {
    sum += panel(integrand, high - width / 2, width / 2);
  }
  return sum;
}

/** The density of log U, e^(df·u − df·e^(2u)/2) but for its factor, has its only peak at u = 0. */
function logScaleDensity(degreesOfFreedom: number) {
  const half = degreesOfFreedom / 2;
  const logPeak = Math.log(2) + half * Math.log(half) - logGamma(half) - half;
  const fallAt = (logScale: number): number => degreesOfFreedom * logScale - half * Math.expm1(2 * logScale);
  return { fallAt, density: (logScale: number): number => Math.exp(logPeak + fallAt(logScale)) };
}

/** The logarithm of 1e-17: what is smaller beside the peak isn't summed. */
const NEGLIGIBLE = -39;

/**
 * The mean of `value(U)` over U = √(χ²/df), a sample's standard deviation in units of the true one.
 *
 * In log U the density is smooth and vanishes at both ends, where the trapezoidal rule converges exponentially
 * (Trefethen and Weideman, "The exponentially convergent trapezoidal rule", 2014).
 * @param sharpness how fast `value` changes: about its steepest slope in U
 */
export function scaleExpectation(
  degreesOfFreedom: number,
  sharpness: number,
  value: (scale: number) => number,
): number {
  const step = Math.min(0.05, 0.25 / Math.sqrt(2 * degreesOfFreedom), 0.5 / (1 + sharpness));
  const { fallAt, density } = logScaleDensity(degreesOfFreedom);
  const termAt = (logScale: number) =>
    fallAt(logScale) < NEGLIGIBLE ? null : density(logScale) * value(Math.exp(logScale));
  let sum = 0;
  for (let i = 0, term = termAt(0); term !== null; term = termAt(++i * step)) sum += term;
  for (let i = -1, term = termAt(-step); term !== null; term = termAt(--i * step)) sum += term;
  return sum * step;
}
