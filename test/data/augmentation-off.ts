import type { AugmentationConfig } from '../../src/config/experiment.js';

/** No augmentation: what an experiment file without the section resolves to. */
export const AUGMENTATION_OFF: AugmentationConfig = {
  flip: null,
  rotation: null,
  zoom: null,
  shear: null,
  translation: null,
  crop: null,
  brightness: null,
  contrast: null,
  noise: null,
  cutout: null,
  mixup: null,
  cutmix: null,
};
