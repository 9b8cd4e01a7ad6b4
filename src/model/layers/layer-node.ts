import type { LayerConfig, Residual } from '../../config/schema/experiment.generated.js';
import type { LayerProblem, Shape } from '../shape.js';

/** Adds its inputs: where the two paths of a residual block meet (Keras Add). */
export interface Add {
  type: 'add';
  name: string;
}

/** The images that the model is given. */
export interface Input {
  type: 'input';
  name: string;
}

/** A layer that stands for itself alone: nothing follows from it but what its type says. */
export type PlainLayer = Exclude<LayerConfig, Residual> | Add | Input;

/** A place in a configuration: `['model', 'layers', 3, 'kernel_size']`. */
export type ConfigPath = (string | number)[];

/** A layer in its place. */
export interface LayerNode {
  layer: PlainLayer;
  /** The layer of the configuration that it comes from. */
  path: ConfigPath;
  /** Two for `add`, none for `input`, else one. */
  inputs: LayerNode[];
  inputShape: Shape;
  outputShape: Shape;
  /** Whether its weights are trained, if it has any. */
  trainable: boolean;
}

/** What the layers of a residual block have in common: where they come from, whether they are trained. */
export interface Origin {
  path: ConfigPath;
  trainable: boolean;
}

/** Where a layer that holds others puts them. */
export interface GraphPlaces {
  /** Lets the layers of a configuration follow one another. @returns the last */
  chain(layers: readonly LayerConfig[], from: LayerNode, origin: Origin): LayerNode;
  /** Likewise layers that stand for themselves. */
  sequence(layers: readonly PlainLayer[], from: LayerNode, origin: Origin): LayerNode;
  append(layer: PlainLayer, inputs: LayerNode[], origin: Origin): LayerNode;
  report(path: ConfigPath, problem: LayerProblem): void;
}
