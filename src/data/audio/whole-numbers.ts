import { type AudioColumn, FULL_SCALE } from './audio-column.js';
import type { Recording } from './recording.js';
import { resample } from './resampling.js';

/** A recording as a column has it: cut to what is read of it, at its sampling rate, in whole numbers of 16 bits. */
export function asWholeNumbers(
  { samples, samplingRate }: Recording,
  { sampling_rate: rate, max_duration: most }: Pick<AudioColumn, 'sampling_rate' | 'max_duration'>,
): Int16Array {
  const taken = most === null ? samples : samples.subarray(0, Math.ceil(most * samplingRate));
  return Int16Array.from(resample(taken, samplingRate, rate), (value) => {
    return Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(value * FULL_SCALE)));
  });
}
