import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, messageOf } from '../text/errors.js';
import { BINARY_LIMIT, readRegularFileSync, readTextSync } from '../system/regular-file.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { type Quantization, type WeightSpec, quantize } from './quantization.js';
import { ablate } from '../system/shell.js';

interface LayerDescription {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  /** Of each call, its inputs: layer, call, output, arguments. */
  inbound_nodes: [string, number, number, object][][];
}

/** A tfjs LayersModel as it lies on disk: `model.json`, and the bytes of its one file of weights. */
export interface SavedModel {
  json: {
    modelTopology: { config: { layers: LayerDescription[]; input_layers: [name: string, ...unknown[]][] } };
    weightsManifest: { paths: string[]; weights: WeightSpec[] }[];
    userDefinedMetadata?: object;
  };
  weights: Uint8Array;
}

const NORMALIZATION = 'normalization';

/** What the model's inputs are called, in their order. */
export function inputNames({ json }: SavedModel): string[] {
  return json.modelTopology.config.input_layers.map(([name]) => name);
}

/**
 * The trained model with its normalization as its first layer: it takes images as pixels, 0 to 255. No TensorFlow is
 * needed for that; any tfjs loads the result.
 * @throws UserError `model-invalid`
 */
export function deployableModel(model: TrainedModel): SavedModel {
  const { json, weights } = readSavedModel(model.directory);
  const { layers } = json.modelTopology.config;
  const { mean, standardDeviation } = model.normalization;
  const added: WeightSpec[] = ['moving_mean', 'moving_variance'].map((name) => {
    return { name: `${NORMALIZATION}/${name}`, shape: [model.channels], dtype: 'float32' };
  });
  const values = Float32Array.from([...mean, ...standardDeviation.map((deviation) => deviation ** 2)]);
  const [group] = json.weightsManifest;
  const none = { mean: mean.map(() => 0), standardDeviation: mean.map(() => 1) };
  return {
    json: {
      ...json,
      modelTopology: {
        ...json.modelTopology,
        config: { ...json.modelTopology.config, layers: normalizedFirst(layers) },
      },
      weightsManifest: [{ ...group, weights: [...group.weights, ...added] }],
      userDefinedMetadata: { ...json.userDefinedMetadata, normalization: none },
    },
    weights: Buffer.concat([weights, new Uint8Array(values.buffer)]),
  };
}

/** The model with smaller weights. */
export function quantizedModel({ json, weights }: SavedModel, quantization: Quantization): SavedModel {
  const [group] = json.weightsManifest;
  const smaller = quantize(group.weights, weights, quantization);
  return { json: { ...json, weightsManifest: [{ ...group, weights: smaller.specs }] }, weights: smaller.bytes };
}

/** Writes a model into a folder, which is made. */
export async function writeSavedModel({ json, weights }: SavedModel, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'weights.bin'), weights);
  await writeFile(join(directory, 'model.json'), JSON.stringify(json, undefined, 1));
}

/** The model as it was trained, without what its inputs are prepared by. @throws UserError `model-invalid` */
export function readSavedModel(directory: string): SavedModel {
  try {
    const json = JSON.parse(readTextSync(join(directory, 'model.json'))) as SavedModel['json'];
    if (json.weightsManifest.length !== 1) throw new Error('its weights are in more than one group');
    // The file may come from elsewhere, and say anything.
    const specs: unknown[] = json.weightsManifest[0].weights;
    if (!specs.every((spec) => typeof spec === 'object' && spec !== null))
      throw new Error('one of its weights is none');
    return { json, weights: readRegularFileSync(join(directory, 'weights.bin'), BINARY_LIMIT) };
  } catch (error) {
    throw new UserError(`the model in ${directory} can't be read: ${messageOf(error)}`, {
      code: 'model-invalid',
      hint: `give a run of those that \`${ablate('ls')}\` lists`,
      cause: error,
    });
  }
}

/**
 * Lets everything that took the input take what a batch normalization makes of it: with the images' mean and variance as
 * its averages, and without an epsilon, that is (pixels − mean) ÷ standard deviation.
 */
function normalizedFirst(layers: LayerDescription[]): LayerDescription[] {
  const [input, ...others] = layers;
  const rename = (name: string): string => (name === input.name ? NORMALIZATION : name);
  const following = others.map((layer) => ({
    ...layer,
    inbound_nodes: layer.inbound_nodes.map((call) =>
      call.map(([name, ...rest]): LayerDescription['inbound_nodes'][0][0] => [rename(name), ...rest]),
    ),
  }));
  const config = { name: NORMALIZATION, axis: -1, epsilon: 0, center: false, scale: false, trainable: false };
  const normalization: LayerDescription = {
    name: NORMALIZATION,
    class_name: 'BatchNormalization',
    config,
    inbound_nodes: [[[input.name, 0, 0, {}]]],
  };
  return [input, normalization, ...following];
}
