import type { Command } from 'commander';
import type { TrainedModel } from '../inference/trained-model.js';
import { type EngineOptions, addEngineOptions, wholeNumber } from './engine.js';
import type { ClassProbability } from '../inference/class-probabilities.js';
import type { InferenceSession } from './inference-session.js';
import { addImageArguments } from './model-arguments.js';
import type { StatusLine } from './status-line.js';

interface Options extends EngineOptions {
  runsDir: string;
  top: string;
  invert?: true;
  json?: true;
}

/** Decoded and classified together: enough for the engine, and little memory. */
const IMAGES_AT_ONCE = 256;

/** Adds `ablate predict` to the program. */
export function registerPredict(program: Command): void {
  const command = addImageArguments(program.command('predict'))
    .description('classify images by a trained model')
    .option('--top <k>', 'how many classes to show of each image', '3')
    .option('--json', 'print the predictions as JSON')
    .action(predict);
  addEngineOptions(command);
}

/** What became of one image. */
type Prediction = { image: string; top: ClassProbability[] } | { image: string; error: string };

async function predict(run: string, images: string[], options: Options): Promise<void> {
  const top = wholeNumber('--top', options.top, 1e6);
  const { findModelOf } = await import('./find-model.js');
  const { startInferenceSession } = await import('./inference-session.js');
  const { showStatusLine } = await import('./status-line.js');
  const model = await findModelOf(run, options.runsDir);
  const status = showStatusLine(process.stderr);
  const session = await startInferenceSession(options, status);
  try {
    const predictions = await classify(images, { model, session, status, top, invert: options.invert ?? false });
    status.clear();
    await print(model, predictions, options);
    if (predictions.some((prediction) => 'error' in prediction)) process.exitCode = 1;
  } finally {
    status.clear();
    session.close();
  }
}

interface Classifying {
  model: TrainedModel;
  session: InferenceSession;
  status: StatusLine;
  top: number;
  invert: boolean;
}

/** Images that can't be read keep none of the others from being answered. */
async function classify(images: string[], { model, session, status, top, invert }: Classifying): Promise<Prediction[]> {
  const { readImages } = await import('./image-arguments.js');
  const { mostProbableClasses } = await import('../inference/class-probabilities.js');
  const predictions: Prediction[] = [];
  for (let start = 0; start < images.length; start += IMAGES_AT_ONCE) {
    const read = await readImages(images.slice(start, start + IMAGES_AT_ONCE), model, { invert });
    const decoded = read.filter((image) => 'pixels' in image);
    const pixels = Buffer.concat(decoded.map((image) => image.pixels));
    const { probabilities } = await session.ask({ type: 'predict', model, images: pixels });
    let row = 0;
    for (const image of read) {
      if ('error' in image) predictions.push(image);
      else predictions.push({ image: image.image, top: mostProbableClasses(probabilities, row++, model.classes, top) });
    }
    status.update(`Classified ${predictions.length} of ${images.length} images`);
  }
  return predictions;
}

async function print(model: TrainedModel, predictions: Prediction[], { json }: Options): Promise<void> {
  if (json) {
    const plain = predictions.map((prediction) =>
      'error' in prediction ? prediction : { image: prediction.image, ...prediction.top[0], top: prediction.top },
    );
    process.stdout.write(`${JSON.stringify({ run: model.name, predictions: plain }, undefined, 2)}\n`);
    return;
  }
  const { default: pc } = await import('picocolors');
  const { percent } = await import('./format.js');
  const { formatTable } = await import('./table.js');
  const rows = predictions.flatMap((prediction) => {
    if ('error' in prediction) return [];
    const [best, ...others] = prediction.top;
    const next = others.map((other) => `${other.class} ${percent(other.probability)}`).join(', ');
    return [[prediction.image, best.class, percent(best.probability), pc.dim(next)]];
  });
  const columns = [{ title: 'IMAGE' }, { title: 'CLASS' }, { title: 'PROBABILITY', align: 'right' as const }];
  if (rows.length > 0) process.stdout.write(formatTable([...columns, { title: 'NEXT' }], rows));
  for (const prediction of predictions) {
    if ('error' in prediction) process.stderr.write(`${pc.red('error')} ${prediction.image}: ${prediction.error}\n`);
  }
}
