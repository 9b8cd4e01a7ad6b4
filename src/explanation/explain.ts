import * as tf from '@tensorflow/tfjs';
import { type Predictor, loadPredictor } from '../inference/predictor.js';
import type { RunProgress } from '../protocol/events.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { normalize } from '../data/normalization.js';
import { chosenLayer, explainInput, firstFilters, tidied } from './explain-input.js';
import type { ExplainAnswer, ExplainTask, Explained } from './task.js';

/**
 * Explains what a model makes of images, as a worker is asked to.
 * @throws UserError `no-such-layer`, `model-not-found`, `model-invalid`
 */
export async function explain(
  task: ExplainTask,
  start: () => Promise<Runtime>,
  onProgress: (progress: RunProgress) => void,
): Promise<ExplainAnswer> {
  const predictor = await loadPredictor(await start(), task.model);
  const layer = chosenLayer(predictor.model, task.layer);
  const { imageSize } = predictor;
  const total = task.images.length / imageSize;
  const images: Explained[] = [];
  for (let index = 0; index < total; index++) {
    const pixels = task.images.subarray(index * imageSize, (index + 1) * imageSize);
    images.push(explainImage(predictor, pixels, layer, task.classIndex));
    const progress = { step: 'Explaining', subject: task.model.name, done: index + 1, total, unit: 'images' };
    onProgress({ type: 'data-progress', ...progress });
  }
  return { images, filters: firstFilters(predictor.model) };
}

function explainImage(
  { model, description }: Predictor,
  pixels: Uint8Array,
  layer: tf.layers.Layer | undefined,
  wanted: number | undefined,
): Explained {
  const { height, width, channels, normalization } = description;
  const shape: [number, number, number, number] = [1, height, width, channels];
  return tidied(() => {
    const input = normalize(tf.tensor4d(Float32Array.from(pixels), shape), normalization) as tf.Tensor4D;
    const baseline = normalize(tf.zeros(shape), normalization) as tf.Tensor4D;
    return explainInput(model, { input, baseline, layer, wanted });
  });
}
