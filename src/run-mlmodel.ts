import { version } from '@tensorflow/tfjs';
import { toYaml } from './config/format.js';
import type { RunSetup } from './run-setup.js';

/**
 * What MLflow's clients read of a model beside the model itself: `MLmodel`, with its flavor and its signature, and
 * `input_example.json`, the first test image as the model takes it. Formats: `mlflow.models.Model` and
 * `mlflow.models.utils`.
 * @returns file name → contents
 */
export function mlmodelFiles({ dataset, parts: { normalization } }: RunSetup): Record<string, string> {
  const { height, width, channels, classes } = dataset;
  const mlmodel = {
    flavors: { tfjs: { tfjs_version: version.tfjs, data: 'model.json', format: 'layers-model' } },
    signature: {
      inputs: tensorSpec([height, width, channels]),
      outputs: tensorSpec([classes.length]),
      params: null,
    },
    saved_input_example_info: { artifact_path: 'input_example.json', type: 'ndarray' },
    metadata: { classes, normalization, dataset: { name: dataset.name, digest: dataset.digest } },
  };
  return {
    MLmodel: toYaml(mlmodel),
    'input_example.json': JSON.stringify([firstImage(dataset, normalization)]),
  };
}

/** Of a batch of any size, as MLflow writes it: JSON in a string. */
function tensorSpec(shape: number[]): string {
  return JSON.stringify([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, ...shape] } }]);
}

/** [height, width, channels], normalized as in training. */
function firstImage(
  { test, height, width, channels }: RunSetup['dataset'],
  { mean, standardDeviation }: RunSetup['parts']['normalization'],
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
