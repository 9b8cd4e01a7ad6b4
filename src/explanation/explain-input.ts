import * as tf from '@tensorflow/tfjs';
import { mostProbable } from '../metrics/classification.js';
import { UserError } from '../text/errors.js';
import { gradCam } from './grad-cam.js';
import { integratedGradients } from './integrated-gradients.js';
import { convolutions, outputOf } from './layers.js';
import { occlusion } from './occlusion.js';
import { saliency } from './saliency.js';
import type { Explained, LayerMaps, NumberMap } from './task.js';

/** The first feature maps and filters of a layer that are shown. */
const MAPS_SHOWN = 16;

/** The patch of the occlusion hides about a fifth of the image's smaller side, and moves by a third of itself. */
const PATCH_SHARE = 0.2;

/** What a model is given, as an image, and what it is asked of it. */
interface AskedInput {
  /** Normalized, [1, height, width, channels]. */
  input: tf.Tensor4D;
  /** What says nothing, of the same shape. */
  baseline: tf.Tensor4D;
  layer: tf.layers.Layer | undefined;
  /** The class to explain; the one that is predicted unless given. */
  wanted: number | undefined;
}

/** The layer of Grad-CAM. @throws UserError `no-such-layer` */
export function chosenLayer(model: tf.LayersModel, name: string | undefined): tf.layers.Layer | undefined {
  if (name === undefined) return convolutions(model).at(-1);
  const spatial = model.layers.filter((layer) => Array.isArray(layer.outputShape) && layer.outputShape.length === 4);
  const found = spatial.find((layer) => layer.name === name);
  if (found) return found;
  throw new UserError(`the model has no layer ${name} that gives maps`, {
    code: 'no-such-layer',
    hint: `it has ${spatial.map((layer) => layer.name).join(', ')}`,
    exitCode: 2,
  });
}

/** Explains what a model makes of one input. */
export function explainInput(model: tf.LayersModel, { input, baseline, layer, wanted }: AskedInput): Explained {
  const [, height, width] = input.shape;
  const outputs = (model.apply(input, { training: false }) as tf.Tensor).dataSync() as Float32Array;
  const classIndex = wanted ?? mostProbable(outputs, outputs.length)[0];
  const { values, difference } = integratedGradients(model, input, baseline, classIndex);
  const size = Math.max(1, Math.round(PATCH_SHARE * Math.min(height, width)));
  const patch = { size, stride: Math.max(1, Math.floor(size / 3)) };
  const hidden = occlusion(model, input, baseline, classIndex, patch);
  return {
    values: outputs,
    classIndex,
    ...(layer ? explainLayer(model, input, layer, classIndex) : {}),
    saliency: toMap(saliency(model, input, classIndex)),
    integratedGradients: { ...toMap(values), difference },
    occlusion: { height, width, values: hidden },
  };
}

function explainLayer(
  model: tf.LayersModel,
  input: tf.Tensor,
  layer: tf.layers.Layer,
  classIndex: number,
): Pick<Explained, 'gradCam' | 'featureMaps'> {
  const output = tf.squeeze<tf.Tensor3D>(outputOf(layer, model, input), [0]);
  return {
    gradCam: { layer: layer.name, ...toMap(gradCam(model, input, classIndex, layer)) },
    featureMaps: { layer: layer.name, ...firstMaps(output) },
  };
}

/** The kernels of the first convolution. */
export function firstFilters(model: tf.LayersModel): LayerMaps | undefined {
  const first = convolutions(model).at(0);
  const kernel = first?.weights.find((weight) => weight.shape.length === 4);
  if (!first || !kernel) return undefined;
  // [rows, columns, inputs, outputs]; of a depthwise kernel, the outputs of each input.
  return { layer: first.name, ...tidied(() => firstMaps(tf.mean(kernel.read(), 2))) };
}

/** @param stack [rows, columns, maps] */
function firstMaps(stack: tf.Tensor3D): Pick<LayerMaps, 'maps' | 'total'> {
  const total = stack.shape[2];
  const maps = Array.from({ length: Math.min(MAPS_SHOWN, total) }, (_, index) =>
    toMap(tf.squeeze<tf.Tensor2D>(tf.slice(stack, [0, 0, index], [-1, -1, 1]), [2])),
  );
  return { maps, total };
}

function toMap(tensor: tf.Tensor2D): NumberMap {
  const [height, width] = tensor.shape;
  return { height, width, values: Float32Array.from(tensor.dataSync()) };
}

/** As `tf.tidy`, for what holds no tensors. */
export function tidied<T>(compute: () => T): T {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}
