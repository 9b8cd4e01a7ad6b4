import * as tf from '@tensorflow/tfjs';
import { toYaml } from '../config/format.js';
import { type ImageDataset, asImages, isImages } from '../data/images/image-dataset.js';
import { gatherInputs, keptInputs, prepareInputs, residentInputs } from '../data/inputs.js';
import { modelShape } from '../data/model-shape.js';
import type { NormalizationStatistics } from '../data/normalization.js';
import { selectRows } from '../data/rows.js';
import type { RunSetup } from './setup.js';

/**
 * What MLflow's clients read of a model beside the model itself: `MLmodel`, with its flavor and its signature, and
 * `input_example.json`, the first test row as the model takes it. Formats: `mlflow.models.Model` and
 * `mlflow.models.utils`.
 * @returns file name → contents
 */
export function mlmodelFiles(setup: RunSetup): Record<string, string> {
  const { dataset, parts, built } = setup;
  const { outputs } = modelShape(dataset);
  const { name, digest, target } = dataset;
  const described = isImages(dataset)
    ? { classes: target.classes, normalization: parts.inputs[0].preparation }
    : { inputs: keptInputs(parts.inputs), target: parts.target };
  const mlmodel = {
    flavors: { tfjs: { tfjs_version: tf.version.tfjs, data: 'model.json', format: 'layers-model' } },
    signature: {
      inputs: tensorSpecs(namedInputs(built.model)),
      outputs: tensorSpecs([{ name: '', shape: [null, outputs], dtype: 'float32' }]),
      params: null,
    },
    saved_input_example_info: { artifact_path: 'input_example.json', type: 'ndarray' },
    metadata: { ...described, dataset: { name, digest } },
  };
  return { MLmodel: toYaml(mlmodel), 'input_example.json': JSON.stringify(firstRow(setup)) };
}

/** Of batches of any size, as MLflow writes it: JSON in a string. Several tensors have names. */
function tensorSpecs(tensors: readonly Pick<tf.SymbolicTensor, 'name' | 'shape' | 'dtype'>[]): string {
  const specs = tensors.map(({ name, shape, dtype }) => ({
    ...(tensors.length > 1 ? { name } : {}),
    type: 'tensor',
    'tensor-spec': { dtype, shape: [-1, ...shape.slice(1)] },
  }));
  return JSON.stringify(specs);
}

/** Tensors by the names of their layers: those of tfjs's own are numbered throughout a process. */
function namedInputs({ inputs, inputNames }: tf.LayersModel): Pick<tf.SymbolicTensor, 'name' | 'shape' | 'dtype'>[] {
  return inputs.map(({ shape, dtype }, index) => ({ name: inputNames[index], shape, dtype }));
}

/** As the model takes it: an image, or a vector; of several tensors, each by its name. @returns a batch of one */
function firstRow({ dataset, built, parts: { inputs, tensors, runtime } }: RunSetup): unknown {
  if (isImages(dataset)) {
    return [firstImage(asImages(dataset, 'an example'), inputs[0].preparation as NormalizationStatistics)];
  }
  return tf.tidy(() => {
    const first = tf.tensor1d([0], 'int32');
    const resident = residentInputs(dataset.inputs, selectRows(dataset.test, Int32Array.of(0)), runtime);
    const given = prepareInputs(inputs, gatherInputs(inputs, resident, first, runtime), tensors);
    if (given.length === 1) return given[0].arraySync();
    return Object.fromEntries(given.map((tensor, index) => [built.model.inputNames[index], tensor.arraySync()]));
  });
}

/** [height, width, channels], normalized as in training. */
function firstImage(
  { test, height, width, channels }: Pick<ImageDataset, 'test' | 'height' | 'width' | 'channels'>,
  { mean, standardDeviation }: NormalizationStatistics,
): number[][][] {
  const pixels = test.images.subarray(0, height * width * channels);
  const value = (row: number, column: number, channel: number): number => {
    const pixel = pixels[(row * width + column) * channels + channel];
    return Math.fround((pixel - mean[channel]) / standardDeviation[channel]);
  };
  return range(height).map((row) =>
    range(width).map((column) => range(channels).map((channel) => value(row, column, channel))),
  );
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
