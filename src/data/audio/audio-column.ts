import type { AudioInput, MelSpectrogram } from '../../config/schema/experiment.generated.js';
import type { InputColumn } from '../dataset.js';

/**
 * Recordings; resident as whole numbers of 16 bits, [rows, width, 2] bytes, the lower first. Where none is longer than what
 * the model is given, a row is just that, the recording in its middle; else `HEADER` numbers that tell how long it is,
 * and the recording from its beginning.
 */
export interface AudioColumn extends InputColumn, Omit<AudioInput, 'type'> {
  type: 'audio';
}

/** Numbers of 16 bits before a recording that may be longer than what the model is given: its length, the lower half first. */
export const HEADER = 2;

/** Full scale of whole numbers of 16 bits. */
export const FULL_SCALE = 2 ** 15;

/** Samples that the model is given of a recording. */
export function windowSamples({
  sampling_rate: rate,
  duration,
}: Pick<AudioInput, 'sampling_rate' | 'duration'>): number {
  return Math.max(1, Math.round(rate * duration));
}

/** Frames of the spectrogram of so many samples: one about the first of them, and one a stride further each. */
export function framesOf(samples: number, { fft_length: length, sequence_stride: stride }: MelSpectrogram): number {
  return 1 + Math.floor((samples - (length % 2)) / stride);
}

/** What the model is given of a recording. */
export function audioShape(input: Omit<AudioInput, 'type'>): readonly number[] {
  const samples = windowSamples(input);
  const { mel_spectrogram: mel } = input;
  if (!mel) return [samples, 1];
  const frames = framesOf(samples, mel);
  return input.output_mode === 'image' ? [mel.num_mel_bins, frames, 1] : [frames, mel.num_mel_bins];
}
