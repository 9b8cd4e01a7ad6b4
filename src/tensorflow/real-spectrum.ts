import * as tf from '@tensorflow/tfjs';

/** The name of its kernel. */
export const REAL_SPECTRUM = 'RealSpectrum';

/**
 * The discrete Fourier transform of each frame, at the frequencies that real values have; without a gradient.
 * @param frames float32 [frames, length]
 * @returns real and imaginary parts: float32 [frames, ⌊length ÷ 2⌋ + 1, 2]
 */
export function realSpectrum(frames: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel<tf.Tensor>(REAL_SPECTRUM, { x: frames });
}

/** Registers it for tfjs's own backend in JavaScript. */
export function registerPortableSpectrum(): void {
  tf.registerKernel({
    kernelName: REAL_SPECTRUM,
    backendName: 'cpu',
    kernelFunc: ({ inputs }) =>
      tf.tidy(() => {
        const spectrum = tf.spectral.rfft(inputs.x as tf.Tensor);
        return tf.stack([tf.real(spectrum), tf.imag(spectrum)], 2);
      }),
  });
}
