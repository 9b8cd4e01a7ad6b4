import { encode } from 'fast-png';
import { ringOf } from '../../data/images/ring.js';
import type { NamedClassValue } from '../../inference/class-values.js';
import type { TrainedModel } from '../../inference/trained-model.js';

/** A request as the API's page shows it, and what this model answers. */
export interface Example {
  /** A PNG. */
  file: Buffer;
  answer: NamedClassValue & { top: NamedClassValue[] };
}

/** A picture that has the size of the model's images: a bright ring on black. */
export function examplePicture(shape: TrainedModel): { pixels: Uint8Array; file: Buffer } {
  const { height, width, channels } = shape;
  const pixels = ringOf(shape);
  return { pixels, file: Buffer.from(encode({ width, height, data: pixels, channels })) };
}
