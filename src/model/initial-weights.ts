import * as tf from '@tensorflow/tfjs';
import { readWeights } from './save.js';

/** Which layers with weights take them from another model, and which keep their own; in the order of the model. */
export interface WeightTransfer {
  taken: string[];
  fresh: string[];
}

/**
 * Takes the weights of a saved model into another, layer by layer by name. A layer takes all of its weights or none: one
 * whose shapes differ keeps its own, and so does the output layer of a model for other classes.
 * @param classes of the model that takes them, in the order of its outputs
 * @param assign is given each weight that is taken, by its position in `model.weights`; disposed afterwards
 * @throws UserError `model-not-found`, `model-invalid`
 */
export async function transferWeights(
  directory: string,
  { model, classes }: { model: tf.LayersModel; classes: readonly string[] },
  assign: (index: number, value: tf.Tensor) => void,
): Promise<WeightTransfer> {
  const { weights: saved, userMetadata } = await readWeights(directory);
  try {
    const layers = layersOf(model);
    const output = isForOthers(userMetadata, classes) ? layers.at(-1) : undefined;
    const isTaken = (layer: LayerWeights): boolean =>
      layer !== output && layer.weights.every((index) => hasShape(saved.get(weightName(model, index)), model, index));
    for (const index of layers.filter(isTaken).flatMap(({ weights }) => weights)) {
      const value = saved.get(weightName(model, index));
      if (value) assign(index, value);
    }
    const namesOf = (some: LayerWeights[]): string[] => some.map(({ name }) => name);
    return { taken: namesOf(layers.filter(isTaken)), fresh: namesOf(layers.filter((layer) => !isTaken(layer))) };
  } finally {
    tf.dispose([...saved.values()]);
  }
}

interface LayerWeights {
  name: string;
  /** Positions in `model.weights`. */
  weights: number[];
}

/** Whether a model says what classes it tells apart, and they are others. */
function isForOthers(userMetadata: unknown, classes: readonly string[]): boolean {
  const { classes: theirs } = (userMetadata ?? {}) as { classes?: unknown };
  return Array.isArray(theirs) && theirs.join('\0') !== classes.join('\0');
}

function hasShape(value: tf.Tensor | undefined, model: tf.LayersModel, index: number): boolean {
  return value !== undefined && tf.util.arraysEqual(value.shape, model.weights[index].shape as number[]);
}

/** The layers with weights, the output layer last. */
function layersOf(model: tf.LayersModel): LayerWeights[] {
  return model.layers
    .filter(({ weights }) => weights.length > 0)
    .map(({ name, weights }) => ({ name, weights: weights.map((weight) => model.weights.indexOf(weight)) }));
}

function weightName(model: tf.LayersModel, index: number): string {
  return model.weights[index].originalName;
}
