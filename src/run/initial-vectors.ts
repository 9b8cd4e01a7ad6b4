import * as tf from '@tensorflow/tfjs';
import type { LayerConfig } from '../config/schema/experiment.generated.js';
import { innerLayers } from '../config/inner-layers.js';
import { type TextColumn, type TextPreparation, vocabularyOf } from '../data/columns/text.js';
import { readWordVectors } from '../data/text/word-vectors.js';
import { FIRST_WORD } from '../data/text/vocabulary.js';
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
  const [input] = setup.parts.inputs;
  if (input.column.type !== 'text') return [];
  const words = vocabularyOf(input.column as TextColumn, input.preparation as TextPreparation);
  const wanted = new Map(words.map((word, index) => [word, FIRST_WORD + index]));
  const told: Omit<VectorsEvent, 'type'>[] = [];
  for (const layer of embeddingsIn(config.model.layers)) {
    const { vectors: file, output_dim: size, name } = layer;
    if (file === undefined) continue;
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
