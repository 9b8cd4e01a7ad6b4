import * as tf from '@tensorflow/tfjs';

/** The name of its kernel. */
export const MAGNITUDE_SPECTRUM = 'MagnitudeSpectrum';

/**
 * The magnitudes of the discrete Fourier transform of each frame, of the frequencies that real values have; without a
 * gradient.
 * @param frames float32 [frames, length]
 * @returns float32 [frames, ⌊length ÷ 2⌋ + 1]
 */
export function magnitudeSpectrum(frames: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(MAGNITUDE_SPECTRUM, { x: frames });
}

/** Registers it for tfjs's own backend in JavaScript. */
export function registerPortableSpectrum(): void {
  tf.registerKernel({
    kernelName: MAGNITUDE_SPECTRUM,
    backendName: 'cpu',
    kernelFunc: ({ inputs }) => tf.tidy(() => tf.abs(tf.spectral.rfft(inputs.x as tf.Tensor))),
  });
}
