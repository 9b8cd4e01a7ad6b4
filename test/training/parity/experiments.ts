import type { Experiment } from '../../../src/config/schema/experiment.generated.js';
import { resolveExperiment } from '../../../src/config/resolve.js';
import type { Json } from '../../../src/config/text/tree.js';
import { type ImageDataset, type ImageSet, asColumns } from '../../../src/data/images/image-dataset.js';
import type { TextColumn } from '../../../src/data/columns/text.js';
import type { Dataset, Rows } from '../../../src/data/dataset.js';
import { randomStream } from '../../../src/random.js';
import { type RunSetup, setUpRun } from '../../../src/run/setup.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { epochOrder } from '../../../src/training/trainer.js';
import { type Given, IMAGES, type LayerFragment, SEQUENCES, classifier } from '../../model/models.js';
import { type Encoded, asKeras, encodeAll } from '../../support/encoding.js';

/** An experiment to train here and in Keras, in the words of a file. */
export interface ParityCase {
  layers: LayerFragment[];
  /** Images unless told; sequences are those that an embedding makes of words. */
  of?: Given;
  /** The model's defaults for all layers. */
  shared?: Record<string, Json>;
  training?: Record<string, Json>;
  normalization?: 'standardize' | 'rescale' | 'none';
}

const TRAINED = 80;
const VALIDATION = 16;

const { height, width, channels, classes } = IMAGES;

/** Images whose classes differ under so much noise that 80 of them can be learned by heart. */
function drawImages(count: number): ImageSet {
  const random = randomStream(1, 'test/parity');
  const size = height * width * channels;
  const patterns = Array.from({ length: classes }, () => Array.from({ length: size }, () => random.below(32)));
  const labels = Int32Array.from({ length: count }, () => random.below(classes));
  const images = new Uint8Array(count * size);
  labels.forEach((label, image) => {
    for (let at = 0; at < size; at++) images[image * size + at] = patterns[label][at] + random.below(224);
  });
  return { images, labels };
}

export const DATASET: ImageDataset = {
  name: 'test',
  digest: '',
  source: '',
  height,
  width,
  channels,
  classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
  train: drawImages(TRAINED + VALIDATION),
  test: drawImages(1),
};

const { length: WORDS_OF_TEXT, channels: CHANNELS, words: WORDS } = SEQUENCES;

/** Texts of at least three words, padded at their ends, and their classes. */
function drawTexts(count: number): Rows {
  const random = randomStream(1, 'test/parity-texts');
  const texts = Array.from({ length: count }, () => {
    const words = 3 + random.below(WORDS_OF_TEXT - 2);
    return Array.from({ length: WORDS_OF_TEXT }, (_, at) => (at < words ? 1 + random.below(WORDS - 1) : 0));
  });
  const labels = Int32Array.from({ length: count }, () => random.below(classes));
  return { count, inputs: [Int32Array.from(texts.flat())], target: labels };
}

/** The vocabulary is given, so that each word keeps its number. */
const TEXT_COLUMN: TextColumn = {
  ...{ name: 'text', type: 'text', shape: [WORDS_OF_TEXT], tokens: WORDS, output_mode: 'int', isGiven: true },
  ...{ standardize: null, split: 'whitespace', ngrams: null, max_tokens: null },
  words: Array.from({ length: WORDS - 2 }, (_, index) => `word ${index}`),
};

const TEXTS: Dataset = {
  ...{ name: 'test', digest: '', source: '', inputs: [TEXT_COLUMN] },
  target: { name: 'label', type: 'category', classes: DATASET.classes },
  train: drawTexts(TRAINED + VALIDATION),
  test: drawTexts(1),
};

/** Ten epochs of five batches, in steps so small that float32's rounding errors don't grow. */
const TRAINING: Record<string, Json> = {
  optimizer: { name: 'sgd', learning_rate: 0.01 },
  batch_size: TRAINED / 5,
  epochs: 10,
};

/** A case, set up as `ablate run` sets up a run. */
export interface Prepared {
  experiment: Experiment;
  setup: RunSetup;
  stepsPerEpoch: number;
}

export function prepare(
  runtime: Runtime,
  { layers, of: given = 'images', shared, training, normalization = 'standardize' }: ParityCase,
): Prepared {
  const embedding = { type: 'embedding', output_dim: CHANNELS };
  const whole = given === 'sequences' ? [embedding, ...layers] : layers;
  const file = {
    dataset: { name: 'mnist', validation_split: VALIDATION / (TRAINED + VALIDATION), normalization },
    model: { ...shared, layers: classifier(whole) },
    training: { ...TRAINING, ...training },
  };
  const experiment = resolveExperiment(file, 'test', () => '/');
  const dataset = given === 'images' ? asColumns(DATASET, { name: 'test', normalization }) : TEXTS;
  const setup = setUpRun(experiment, dataset, runtime);
  return { experiment, setup, stepsPerEpoch: Math.ceil(TRAINED / experiment.training.batch_size) };
}

/** The present weights, by Keras's names. */
export function weightsOf({ parts: { logits, weights } }: RunSetup): Record<string, Encoded> {
  const values = logits.weights.map(({ originalName }, index) => [originalName, weights[index].read()] as const);
  return encodeAll(asKeras(logits, Object.fromEntries(values)));
}

/** All that Keras must know to train the same: the configuration, the present weights, the batches of every epoch. */
export function questionOf(prepared: Prepared): object {
  const { experiment, setup } = prepared;
  const { model, training, dataset } = experiment;
  return {
    model,
    training,
    of: setup.dataset.inputs[0].type,
    normalization: 'normalization' in dataset ? dataset.normalization : undefined,
    weights: weightsOf(setup),
    orders: Array.from({ length: training.epochs }, (_, epoch) => batchesOf(prepared, epoch + 1)),
    validation: Array.from(setup.validation),
  };
}

/** The examples of each batch of an epoch. */
function batchesOf({ setup, experiment: { training }, stepsPerEpoch }: Prepared, epoch: number): number[][] {
  const order = Array.from(epochOrder(setup.train, training.seed, epoch));
  const size = training.batch_size;
  return Array.from({ length: stepsPerEpoch }, (_, step) => order.slice(step * size, (step + 1) * size));
}

/** What Keras must know of the data. */
export function questionOfData(): object {
  const { images: bytes, labels } = DATASET.train;
  const pixels = Buffer.from(bytes.subarray(0, bytes.byteLength)).toString('base64');
  const texts = { words: Array.from(TEXTS.train.inputs[0] as Int32Array), labels: Array.from(TEXTS.train.target) };
  const images = { shape: [height, width, channels], classes, images: pixels, labels: Array.from(labels) };
  return { ...images, texts: { ...texts, shape: [WORDS_OF_TEXT], tokens: WORDS } };
}
