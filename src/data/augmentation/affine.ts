import * as tf from '@tensorflow/tfjs';
import { type Entry, plus, times } from './entries.js';

/**
 * Where an image is read for pixel (x, y) of the result: at (xx x + xy y + x0, yx x + yy y + y0); x runs along the width.
 */
export interface Affine {
  xx: Entry;
  xy: Entry;
  x0: Entry;
  yx: Entry;
  yy: Entry;
  y0: Entry;
}

export const IDENTITY: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** The one map that is read through where an image was changed by `first` and the result by `second`. */
export function composed(first: Affine, second: Affine): Affine {
  const row = (x: Entry, y: Entry, offset: Entry): [Entry, Entry, Entry] => [
    plus(times(x, second.xx), times(y, second.yx)),
    plus(times(x, second.xy), times(y, second.yy)),
    plus(plus(times(x, second.x0), times(y, second.y0)), offset),
  ];
  const [xx, xy, x0] = row(first.xx, first.xy, first.x0);
  const [yx, yy, y0] = row(first.yx, first.yy, first.y0);
  return { xx, xy, x0, yx, yy, y0 };
}

/** As the engine takes it (`Runtime.projectiveTransform`): float32 [batch, 8]. */
export function toTransforms({ xx, xy, x0, yx, yy, y0 }: Affine, batch: number): tf.Tensor {
  const columns = [xx, xy, x0, yx, yy, y0, 0, 0].map((entry) =>
    typeof entry === 'number' ? tf.fill([batch], entry) : entry,
  );
  return tf.stack(columns, 1);
}
