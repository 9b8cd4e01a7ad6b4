import type { TableModel } from '../inference/table-model.js';
import type { TrainedModel } from '../inference/trained-model.js';

/** Images whose classification is to be explained. */
export interface ExplainTask {
  type: 'explain';
  model: TrainedModel;
  /** 0 to 255: [count, height, width, channels] of the model. */
  images: Uint8Array;
  /** The class to explain, as an index; without it, the one that is predicted. */
  classIndex?: number;
  /** The convolution of Grad-CAM and of the feature maps, by its name; the last, if there is one, unless given. */
  layer?: string;
}

/** Recordings of which what a model makes of their spectrograms is to be explained. */
export interface ExplainSoundTask extends Pick<ExplainTask, 'classIndex' | 'layer'> {
  type: 'explain-sound';
  /** Of one input, sound. */
  model: TableModel;
  /** @property bytes of the file, WAV, FLAC, MP3 or Ogg Vorbis */
  recordings: readonly { file: string; bytes: Uint8Array }[];
}

/** The answer, low frequencies below, and the spectrograms that are drawn on. */
export interface ExplainedSound {
  answer: ExplainAnswer;
  /** 0 to 255, [height, width] of each. */
  images: Uint8Array[];
  height: number;
  width: number;
}

/** A picture of numbers. */
export interface NumberMap {
  height: number;
  width: number;
  /** Row-major [height, width]. */
  values: Float32Array;
}

/** Pictures that a layer holds. */
export interface LayerMaps {
  /** Its name. */
  layer: string;
  maps: NumberMap[];
  /** How many it has in all; `maps` are the first. */
  total: number;
}

export interface Explained {
  /** What the model says of each class, [classes]: probabilities, if it gives them. */
  values: Float32Array;
  /** The class that is explained. */
  classIndex: number;
  /** At the layer's own resolution; absent in a model that doesn't convolve. */
  gradCam?: NumberMap & { layer: string };
  saliency: NumberMap;
  /** What the pixels contribute; `difference` is what they should sum up to. */
  integratedGradients: NumberMap & { difference: number };
  occlusion: NumberMap;
  /** What the layer of Grad-CAM makes of the image. */
  featureMaps?: LayerMaps;
}

export interface ExplainAnswer {
  images: Explained[];
  /** The kernels of the first convolution, their mean over the input's channels; absent in a model without one. */
  filters?: LayerMaps;
}
