import { encode } from 'fast-png';
import type { NamedClassValue } from '../inference/class-values.js';
import type { TrainedModel } from '../inference/trained-model.js';

/** A request as the API's page shows it, and what this model answers. */
export interface Example {
  /** A PNG. */
  file: Buffer;
  answer: NamedClassValue & { top: NamedClassValue[] };
}

/** A picture that has the size of the model's images: a bright ring on black. */
export function examplePicture({ height, width, channels }: TrainedModel): { pixels: Uint8Array; file: Buffer } {
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    const [y, x] = [Math.floor(pixel / width) / height - 0.5, (pixel % width) / width - 0.5];
    return Math.max(0, 255 - 1500 * Math.abs(Math.hypot(x, y) - 0.3));
  });
  return { pixels, file: Buffer.from(encode({ width, height, data: pixels, channels })) };
}
