/** Zero crossings of the sinc on each side, at the lower of the two rates. */
const ZERO_CROSSINGS = 64;
/** The middle of the transition, as a part of the lower rate's Nyquist frequency: what is above 1 must not be folded back. */
const CUTOFF = 0.95;
/**
 * Of the Kaiser window: 0.1102 (A − 8.7) for an attenuation of A = 100 dB, below the noise of 16 bits. With so many
 * crossings the transition is then a tenth of the Nyquist frequency wide (Oppenheim and Schafer, "Discrete-Time Signal
 * Processing", 7.6).
 */
const BETA = 0.1102 * (100 - 8.7);
/** Weights of all phases are computed where they are no more than these; else of so many of a step of the lower rate. */
const MOST_WEIGHTS = 2 ** 22;
const PHASES = 1024;

/**
 * Sound at another sampling rate: band-limited interpolation by a windowed sinc (Smith, "Digital Audio Resampling", 2002).
 * Sample n of the result is the sound at the time n ÷ `to`; beyond its ends it is silent.
 * @param from samples a second, a whole number
 * @param to likewise
 * @returns ⌈samples × to ÷ from⌉ samples, as SciPy's `resample_poly` gives
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const result = new Float32Array(Math.ceil((samples.length * up) / down));
  const weightsOf = phases(up, Math.min(1, up / down));
  for (let index = 0; index < result.length; index++) {
    // In whole numbers, which are exact: the sample before this time, and the part of a step after it.
    const step = index * down;
    const phase = step % up;
    const weights = weightsOf(phase);
    const first = (step - phase) / up - weights.length / 2 + 1;
    const end = Math.min(weights.length, samples.length - first);
    let sum = 0;
    for (let tap = Math.max(0, -first); tap < end; tap++) sum += weights[tap] * samples[first + tap];
    result[index] = sum;
  }
  return result;
}

/**
 * The weights of the samples about a time that lies `phase` ÷ `up` of a step after one: as many before it, with it, as
 * after. Of rates that have too many phases, those between two that are known are interpolated linearly, which is below
 * −110 dB off.
 * @param scale the lower of the two rates, by that of the samples
 */
function phases(up: number, scale: number): (phase: number) => Float32Array {
  const half = Math.ceil(ZERO_CROSSINGS / scale);
  const count = up * 2 * half <= MOST_WEIGHTS ? up : Math.ceil(PHASES * scale);
  const known = new Map<number, Float32Array>();
  const at = (place: number): Float32Array => {
    const weights = known.get(place) ?? weightsAfter(place / count, half, scale);
    known.set(place, weights);
    return weights;
  };
  if (count === up) return at;
  const between = new Float32Array(2 * half);
  return (phase) => {
    const place = (phase / up) * count;
    const part = place % 1;
    const [before, after] = [at(Math.floor(place)), at(Math.floor(place) + 1)];
    for (let tap = 0; tap < between.length; tap++) between[tap] = before[tap] + part * (after[tap] - before[tap]);
    return between;
  };
}

/** @param part of a step, after the sample in the middle */
function weightsAfter(part: number, half: number, scale: number): Float32Array {
  const weights = Float64Array.from({ length: 2 * half }, (_, tap) => kernel((tap - half + 1 - part) * scale));
  // A constant stays what it is, at every phase.
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/** sin(πct)/(πct) under a Kaiser window. @param time in steps of the lower rate */
function kernel(time: number): number {
  const place = time / ZERO_CROSSINGS;
  if (Math.abs(place) >= 1) return 0;
  const angle = Math.PI * CUTOFF * time;
  return (angle === 0 ? 1 : Math.sin(angle) / angle) * bessel0(BETA * Math.sqrt(1 - place * place));
}

/** The modified Bessel function of order 0, by its power series: Σ (x/2)^2k ÷ (k!)². */
function bessel0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
