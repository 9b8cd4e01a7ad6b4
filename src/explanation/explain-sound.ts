import * as tf from '@tensorflow/tfjs';
import { type DrawnSpectrogram, drawnSpectrogram, recordingRow, requireSpectrograms } from '../inference/recordings.js';
import { loadRowPredictor } from '../inference/rows.js';
import type { RunProgress } from '../protocol/events.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { chosenLayer, explainInput, firstFilters, tidied } from './explain-input.js';
import type { ExplainSoundTask, Explained, ExplainedSound, LayerMaps, NumberMap } from './task.js';

/**
 * Explains what a model makes of the spectrograms of recordings, as a worker is asked to. What says nothing is their mean.
 * @throws UserError `no-such-layer`, `dataset-invalid` for what is no recording
 */
export async function explainSound(
  { model: description, recordings, classIndex, layer: name }: ExplainSoundTask,
  start: () => Promise<Runtime>,
  onProgress: (progress: RunProgress) => void,
): Promise<ExplainedSound> {
  const predictor = await loadRowPredictor(await start(), description);
  requireSpectrograms(description);
  const { model } = predictor;
  const layer = chosenLayer(model, name);
  const images: Explained[] = [];
  const drawn: DrawnSpectrogram[] = [];
  for (const recording of recordings) {
    const row = await recordingRow(description, recording);
    const explained = tidied(() => {
      const [input] = predictor.prepared(row) as tf.Tensor4D[];
      drawn.push(drawnSpectrogram(description, input.dataSync() as Float32Array));
      return explainInput(model, { input, baseline: tf.zerosLike(input), layer, wanted: classIndex });
    });
    images.push(upright(explained));
    const progress = { step: 'Explaining', subject: description.name, done: images.length, total: recordings.length };
    onProgress({ type: 'data-progress', ...progress, unit: 'recordings' });
  }
  const [{ height, width }] = drawn;
  const filters = firstFilters(model);
  return {
    ...{ height, width, images: drawn.map(({ pixels }) => pixels) },
    answer: { images, filters: filters && uprightMaps(filters) },
  };
}

/** Low frequencies below, as spectrograms are drawn. */
function upright(explained: Explained): Explained {
  const { gradCam, saliency, integratedGradients, occlusion, featureMaps } = explained;
  return {
    ...explained,
    ...(gradCam ? { gradCam: turned(gradCam) } : {}),
    saliency: turned(saliency),
    integratedGradients: turned(integratedGradients),
    occlusion: turned(occlusion),
    ...(featureMaps ? { featureMaps: uprightMaps(featureMaps) } : {}),
  };
}

function uprightMaps(layer: LayerMaps): LayerMaps {
  return { ...layer, maps: layer.maps.map(turned) };
}

function turned<M extends NumberMap>(map: M): M {
  const { height, width, values } = map;
  const rows = Array.from({ length: height }, (_, row) => values.subarray(row * width, (row + 1) * width));
  return { ...map, values: Float32Array.from(rows.reverse().flatMap((row) => [...row])) };
}
