import type { InputColumn } from '../dataset.js';
import type { Color } from './pixels.js';

/** How pixels are normalized: see `normalizationStatistics`. */
export type Normalization = 'rescale' | 'standardize' | 'none';

/** Images of one size; resident as bytes, normalized in the step. */
export interface ImageColumn extends InputColumn {
  type: 'image';
  /** [height, width, channels]; 1 channel for grayscale, 3 for RGB. */
  shape: readonly [number, number, number];
  normalization: Normalization;
  /** What transparent pixels were laid onto, where they were decoded here: new images are treated alike. */
  background?: Color;
}
