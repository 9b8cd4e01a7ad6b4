import type { InputsLayer, LayerConfig, Parallel, Residual } from '../../config/schema/experiment.generated.js';
import type { LayerProblem, Shape } from '../shape.js';

/** Makes one of its inputs: where the paths of a residual block or the branches of a parallel one meet. */
export interface Merge {
  type: Parallel['merge'];
  name: string;
}

/** Tells padding from words. */
export interface PaddingMask {
  type: 'padding_mask';
  name: string;
}

/** What the model is given. */
export interface Input {
  type: 'input';
  name: string;
  /** Of a text whose words are numbered, int32: how many different numbers there are; else it is float32. */
  tokens?: number;
}

/** A layer that stands for itself alone: nothing follows from it but what its type says. */
export type PlainLayer = Exclude<LayerConfig, Residual | Parallel | InputsLayer> | Merge | PaddingMask | Input;

/** A place in a configuration: `['model', 'layers', 3, 'kernel_size']`. */
export type ConfigPath = (string | number)[];

/** A layer in its place. */
export interface LayerNode {
  layer: PlainLayer;
  /** The layer of the configuration that it comes from. */
  path: ConfigPath;
  /** Several for a merge, none for `input`, else one, or one and its mask. */
  inputs: LayerNode[];
  inputShape: Shape;
  outputShape: Shape;
  /** Whether its weights are trained, if it has any. */
  trainable: boolean;
  /** Of a sequence: what tells its padding, where that is left out. */
  mask?: LayerNode;
}

/** What layers within another have in common: where they come from, whether they are trained. */
export interface Origin {
  /** Of a layer, or of a list of layers. */
  path: ConfigPath;
  trainable: boolean;
}

/** Where a layer that holds others puts them. */
export interface GraphPlaces {
  /** Lets the layers of a list follow one another. @returns the last */
  chain(layers: readonly LayerConfig[], from: LayerNode, origin: Origin): LayerNode;
  /** Likewise layers that stand for themselves. */
  sequence(layers: readonly PlainLayer[], from: LayerNode, origin: Origin): LayerNode;
  append(layer: PlainLayer, inputs: LayerNode[], origin: Origin): LayerNode;
  report(path: ConfigPath, problem: LayerProblem): void;
}
