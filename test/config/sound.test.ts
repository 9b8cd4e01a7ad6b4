import { describe, expect, it } from 'vitest';
import { loadExperimentObject } from '../../src/config/load.js';

const load = (input: object, augmentation: object = {}) =>
  loadExperimentObject(
    {
      name: 'x',
      dataset: {
        name: 'table',
        path: 'x.csv',
        inputs: { sound: { type: 'audio', duration: 1, ...input } },
        target: 'y',
      },
      augmentation,
      model: { layers: [{ type: 'flatten' }, { type: 'dense' }] },
    },
    { directory: '/' },
  );

describe('inputs of sound', () => {
  it('have the defaults of Keras MelSpectrogram', () => {
    const { inputs } = load({ mel_spectrogram: {} }).config.dataset as { inputs: Record<string, object> };
    expect(inputs.sound).toMatchObject({
      sampling_rate: 16000,
      mel_spectrogram: {
        ...{ fft_length: 2048, sequence_stride: 512, sequence_length: null, window: 'hann', num_mel_bins: 128 },
        ...{ min_freq: 20, max_freq: null, power_to_db: true, top_db: 80, mag_exp: 2, min_power: 1e-10, ref_power: 1 },
      },
    });
  });

  it.each([
    [{ max_duration: 0.5 }, 'less is read, 0.5 s, than the model is given, 1 s'],
    [{ duration: 3600, sampling_rate: 192000 }, '691200000 samples of a recording'],
    [{ mel_spectrogram: { fft_length: 256, sequence_length: 400 } }, 'sequence_length 400 is above fft_length 256'],
    [{ duration: 0.05, mel_spectrogram: {} }, 'frames of 2048 samples about recordings of 800'],
    [{ duration: 60, mel_spectrogram: { sequence_stride: 1 } }, '960001 frames of 2048 samples'],
    [{ sampling_rate: 8000, mel_spectrogram: { max_freq: 5000 } }, 'max_freq 5000 Hz is above 4000'],
    [{ mel_spectrogram: { min_freq: 300, max_freq: 200 } }, "min_freq 300 Hz isn't below 200"],
  ])('are refused where their keys do not fit: %o', (input, message) => {
    expect(() => load(input)).toThrow(message);
  });

  it.each([
    [{ rotation: { factor: 0.1 } }, 'rotation of sound'],
    [{ cutmix: {} }, 'cutmix of sound'],
    [{ time_masking: 0.2 }, 'time_masking of a waveform'],
    [{ noise: {} }, 'noise without its strength'],
    [{ noise: { snr: 10, stddev: 0.1 } }, 'noise with both snr and stddev'],
  ])('are not changed in ways that are not theirs: %o', (augmentation, message) => {
    expect(() => load({}, augmentation)).toThrow(message);
  });

  it('are changed in those that are', () => {
    const all = { speed: 0.1, time_shift: 0.1, gain: 6, noise: { snr: [10, 30] }, mixup: {}, time_masking: 0.2, frequency_masking: 0.2 }; // prettier-ignore
    expect(load({ mel_spectrogram: {} }, all).config.augmentation).toMatchObject(all);
  });
});

it.each([{ speed: 0.1 }, { noise: { snr: 10 } }])('images have no sound: %o', (augmentation) => {
  const image = { name: 'x', dataset: { name: 'mnist' }, augmentation, model: { layers: [{ type: 'flatten' }, { type: 'dense' }] } }; // prettier-ignore
  expect(() => loadExperimentObject(image, { directory: '/' })).toThrow(/of images/);
});
