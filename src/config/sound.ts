import type { AudioInput, InputConfig, MelSpectrogram } from './schema/experiment.generated.js';
import type { Path, Report } from './text/problems.js';

/** Values that a model is given of a recording: more take gigabytes for a batch. */
const MOST_VALUES = 2 ** 24;

/** Inputs of sound whose keys can't hold together. */
export function checkSound(inputs: Readonly<Record<string, InputConfig>>, report: Report): void {
  for (const [name, input] of Object.entries(inputs)) {
    if (input.type === 'audio') checkInput(input, ['dataset', 'inputs', name], report);
  }
}

function checkInput(input: AudioInput, path: Path, report: Report): void {
  const { duration, max_duration: most, mel_spectrogram: mel } = input;
  const samples = Math.max(1, Math.round(input.sampling_rate * duration));
  const tell = (key: string, message: string, hint: string): void => {
    report([[...path, ...key.split('.')]], { code: 'conflict', message, hint });
  };
  if (samples > MOST_VALUES) {
    const message = `${samples} samples of a recording, more than ${MOST_VALUES}`;
    tell('duration', message, 'choose a shorter duration or a lower sampling_rate');
  }
  if (most !== null && most < duration)
    tell('max_duration', `less is read, ${most} s, than the model is given, ${duration} s`, 'raise it, or remove it');
  if (mel) checkSpectrogram(mel, { samples, samplingRate: input.sampling_rate }, tell);
}

function checkSpectrogram(
  mel: MelSpectrogram,
  { samples, samplingRate }: { samples: number; samplingRate: number },
  tell: (key: string, message: string, hint: string) => void,
): void {
  const { fft_length: length, sequence_length, num_mel_bins: bins, min_freq: lowest, max_freq: highest } = mel;
  const half = samplingRate / 2;
  const top = highest ?? half;
  const frames = 1 + Math.floor(samples / mel.sequence_stride);
  if (sequence_length !== null && sequence_length > length) {
    const message = `sequence_length ${sequence_length} is above fft_length ${length}`;
    tell('mel_spectrogram.sequence_length', message, 'a window is no longer than its frame');
  }
  if (length / 2 >= samples) {
    const message = `frames of ${length} samples about recordings of ${samples}`;
    tell('mel_spectrogram.fft_length', message, 'choose a smaller fft_length or a longer duration');
  } else if (frames * Math.max(bins, length) > MOST_VALUES) {
    const message = `${frames} frames of ${length} samples`;
    tell('mel_spectrogram.sequence_stride', message, 'choose a longer sequence_stride');
  }
  if (top > half) {
    const message = `max_freq ${top} Hz is above ${half}, half of the sampling rate`;
    tell('mel_spectrogram.max_freq', message, 'lower it, or raise sampling_rate');
  }
  if (lowest >= Math.min(top, half))
    tell('mel_spectrogram.min_freq', `min_freq ${lowest} Hz isn't below ${Math.min(top, half)}`, 'lower it');
}
