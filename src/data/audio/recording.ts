/** Sound as it was decoded. */
export interface Recording {
  /** Samples a second. */
  samplingRate: number;
  /** The mean of the channels: [samples], full scale is −1 to 1. */
  samples: Float32Array;
}

/** Of one recording: half an hour at 48 kHz takes 86 million; more would take seconds and gigabytes, however few bytes its file has. */
export const MAX_SAMPLES = 2 ** 27;

/** Above what any converter of sound gives; a header may claim anything. */
const MAX_SAMPLING_RATE = 1_000_000;
/** Of as many loudspeakers and more. */
const MAX_CHANNELS = 64;

/** @throws Error that says in one line what of a recording's claims can't be */
export function requirePlausible(samplingRate: number, channels: number): void {
  if (samplingRate < 1 || samplingRate > MAX_SAMPLING_RATE)
    throw new Error(`says that it has ${samplingRate} samples a second: expected 1 to ${MAX_SAMPLING_RATE}`);
  if (channels < 1 || channels > MAX_CHANNELS)
    throw new Error(`says that it has ${channels} channels: expected 1 to ${MAX_CHANNELS}`);
}

/** @throws Error for more than is held in memory */
export function requireFew(samples: number): void {
  if (samples > MAX_SAMPLES)
    throw new Error(`has more than ${MAX_SAMPLES / 1e6} million samples a channel: cut it into parts`);
}
