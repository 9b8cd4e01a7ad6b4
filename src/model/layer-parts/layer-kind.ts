import type * as tf from '@tensorflow/tfjs';
import type { LayerConfig } from '../../config/schema/experiment.generated.js';
import type { RandomStreams } from '../../tensorflow/random-source.js';
import type { Report, Shape } from '../shape.js';
import type { GraphPlaces, LayerNode, Origin, PlainLayer } from './layer-node.js';

/** Keys of one layer that can't hold together, whatever reaches the layer. */
export interface KeyProblem {
  code: 'missing-key' | 'conflict';
  /** The key at fault; the whole layer if there is none. */
  key?: string;
  message: string;
  expected?: string;
  hint?: string;
}

/** What a layer is built from, besides its own configuration and its inputs. */
export interface BuildContext {
  /** Of the run: the first weights are drawn from it and their names. */
  seed: number;
  /** Where dropout draws from; its streams are declared here. */
  random: RandomStreams;
  trainable: boolean;
  /** Of one example. */
  inputShape: Shape;
  /** Bias and activation are left to the max pooling that follows (see `isPooledFirst`). */
  isPooledFirst: boolean;
  /** The layer before has left its bias and activation to this one. */
  poolsFirst: boolean;
}

/**
 * All that is known of a type of layer besides its keys, which the schema describes: what `check` and `plan` need to know
 * of it, and how it is built. tfjs is loaded when the first layer is built, not when this is.
 */
export interface LayerKind<L extends LayerConfig | PlainLayer = LayerConfig | PlainLayer> {
  /** What is wrong with the layer's own keys. @param isOutput whether it is the model's output layer */
  keyProblems?(layer: L, isOutput: boolean): KeyProblem[];
  /**
   * What the layer of a configuration stands for, in the order of the computation: itself alone, if this isn't given.
   * What comes with a layer bears its name and a slash, which no name in a configuration has.
   */
  expand?(layer: L): PlainLayer[];
  /** Puts a layer that holds others into the graph, instead of expanding it. @returns the node that gives its output */
  place?(layer: L, input: LayerNode, origin: Origin, graph: GraphPlaces): LayerNode;
  /** Fills in what follows from the number of classes. */
  complete?(layer: L, classes: number): L;
  /** Whether the padding of its input is the padding of its output (Keras's `supports_masking`). */
  keepsMask?: boolean;
  /**
   * The shape of the output as Keras computes it: the input's, if this isn't given.
   * @param inputs all of them, where it merges several
   * @param report told of everything that makes the layer impossible; the shape returned then is the likeliest one, so
   *   that later layers can be checked too
   */
  outputShape?(layer: L, input: Shape, report: Report, inputs: readonly Shape[]): Shape;
  /** How many numbers training changes, unless they are frozen: none, if this isn't given. */
  trainedParameters?(layer: L, input: Shape): number;
  /** How many numbers are kept besides: moving averages. */
  averages?(layer: L, input: Shape): number;
  /** Multiplications and additions of convolutions and matrix products, forward, for one example. */
  flops?(layer: L, input: Shape, output: Shape): number;
  /** Whether its last step, bias and activation, may wait until after the max pooling that follows. */
  canBePooledFirst?(layer: L): boolean;
  /** Whether it passes on the greatest number of each window. */
  isMaxPooling?(layer: L): boolean;
  /** Its inputs to its output, by layers that every tfjs has. Not given for what `expand` or `place` replaces. */
  build?(layer: L, inputs: tf.SymbolicTensor[], context: BuildContext): tf.SymbolicTensor;
}
