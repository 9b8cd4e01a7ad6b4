import * as tf from '@tensorflow/tfjs';
import type { InputsLayer, LayerConfig, Tower } from '../config/schema/experiment.generated.js';
import { innerLayers } from '../config/inner-layers.js';
import { type TextColumn, type TextPreparation, vocabularyOf } from '../data/columns/text.js';
import { readWordVectors } from '../data/text/word-vectors.js';
import { FIRST_WORD } from '../data/text/vocabulary.js';
import { inputTensors } from '../model/input-tensors.js';
import { UserError } from '../text/errors.js';
import type { Job } from '../protocol/job.js';
import type { VectorsEvent } from '../protocol/events.js';
import type { RunSetup } from './setup.js';

/**
 * Lets the words of an embedding begin with the vectors of a file, where it names one.
 * @returns of each such embedding, how many of its words have one
 * @throws UserError `vectors-unused` where none has; what `readWordVectors` throws
 */
export async function initializeVectors({ config }: Job, setup: RunSetup): Promise<Omit<VectorsEvent, 'type'>[]> {
  const told: Omit<VectorsEvent, 'type'>[] = [];
  for (const layer of embeddingsIn(config.model.layers)) {
    const { vectors: file, output_dim: size, name } = layer;
    if (file === undefined) continue;
    const words = wordsBefore(name, config.model.layers, setup);
    const wanted = new Map(words.map((word, index) => [word, FIRST_WORD + index]));
    const found = await readWordVectors(file, wanted, size);
    if (found.size === 0) throw unused(file, words);
    setRows(setup, `${name}/embeddings`, found);
    told.push({ layer: name, file, words: words.length, known: found.size });
  }
  return told;
}

type Embedding = Extract<LayerConfig, { type: 'embedding' }>;

function embeddingsIn(layers: readonly LayerConfig[]): Embedding[] {
  return layers.flatMap((layer) => [
    ...(layer.type === 'embedding' ? [layer] : []),
    ...innerLayers(layer).flatMap((inner) => embeddingsIn(inner.layers as LayerConfig[])),
  ]);
}

/** The words of the text that an embedding is given. */
function wordsBefore(
  embedding: string,
  layers: readonly LayerConfig[],
  { parts: { inputs } }: RunSetup,
): readonly string[] {
  const columns = inputs.map(({ column }) => column);
  const tensors = inputTensors(layers[0], columns);
  const tower = layers[0].type === 'inputs' ? towerOf(embedding, layers[0]) : undefined;
  const tensor = tensors.find((each) => each.tower === tower) ?? tensors[0];
  const { column, preparation } = inputs[tensor.columns[0]];
  return vocabularyOf(column as TextColumn, preparation as TextPreparation);
}

function towerOf(embedding: string, { towers }: InputsLayer): string | undefined {
  const holds = ({ layers }: Tower): boolean => embeddingsIn(layers).some(({ name }) => name === embedding);
  return Object.keys(towers).find((name) => holds(towers[name]));
}

/** Sets rows of a weight. */
function setRows({ built, parts }: RunSetup, name: string, rows: ReadonlyMap<number, Float32Array>): void {
  const index = built.logits.weights.findIndex(({ originalName }) => originalName === name);
  const weight = parts.weights[index];
  tf.tidy(() => {
    const values = Float32Array.from(weight.read().dataSync());
    const [, size] = weight.shape;
    for (const [row, vector] of rows) values.set(vector, row * size);
    weight.assign(tf.tensor(values, [...weight.shape]));
  });
}

function unused(file: string, words: readonly string[]): UserError {
  return new UserError(`${file} has a vector of none of the ${words.length} words that are known`, {
    code: 'vectors-unused',
    hint: `its words must be written as these are: ${words.slice(0, 8).join(', ')}; see standardize`,
  });
}
