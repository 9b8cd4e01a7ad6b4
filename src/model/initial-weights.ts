import * as tf from '@tensorflow/tfjs';
import { readWeights } from './save.js';

/** Which layers with weights take them from another model, and which keep their own; in the order of the model. */
export interface WeightTransfer {
  taken: string[];
  fresh: string[];
}

/**
 * Takes the weights of a saved model into another, layer by layer by name. A layer takes all of its weights or none: one
 * whose shapes differ, such as the output layer for other classes, keeps its own.
 * @param assign is given each weight that is taken, by its position in `model.weights`; disposed afterwards
 * @throws UserError `model-not-found`, `model-invalid`
 */
export async function transferWeights(
  directory: string,
  model: tf.LayersModel,
  assign: (index: number, value: tf.Tensor) => void,
): Promise<WeightTransfer> {
  const saved = await readWeights(directory);
  try {
    const taken = layersOf(model).filter(({ weights }) =>
      weights.every((index) =>
        tf.util.arraysEqual(saved.get(nameOf(model, index))?.shape ?? [NaN], shapeOf(model, index)),
      ),
    );
    for (const index of taken.flatMap(({ weights }) => weights)) {
      const value = saved.get(nameOf(model, index));
      if (value) assign(index, value);
    }
    const names = new Set(taken.map(({ name }) => name));
    const others = layersOf(model).filter(({ name }) => !names.has(name));
    return { taken: [...names], fresh: others.map(({ name }) => name) };
  } finally {
    tf.dispose([...saved.values()]);
  }
}

/** Each layer with weights, and their positions in `model.weights`. */
function layersOf(model: tf.LayersModel): { name: string; weights: number[] }[] {
  return model.layers
    .filter(({ weights }) => weights.length > 0)
    .map(({ name, weights }) => ({ name, weights: weights.map((weight) => model.weights.indexOf(weight)) }));
}

function nameOf(model: tf.LayersModel, index: number): string {
  return model.weights[index].originalName;
}

function shapeOf(model: tf.LayersModel, index: number): number[] {
  return model.weights[index].shape as number[];
}
