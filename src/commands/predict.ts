import type { Command } from 'commander';
import type { TableModel } from '../inference/table-model.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { wholeNumber } from '../launch/options/parsers.js';
import type { InferenceSession } from '../launch/inference-session.js';
import { addImageArguments } from '../launch/options/model-arguments.js';
import type { NamedImages } from '../launch/options/image-names.js';
import type { Prediction } from '../display/predictions.js';
import type { StatusLine } from '../display/status-line.js';

interface Options extends EngineOptions {
  runsDir: string;
  top: number;
  batch: number;
  invert?: true;
  csv?: string;
  masks?: string;
  json?: true;
}

/** Decoded and classified together: enough for the engine, and little memory. */
const IMAGES_AT_ONCE = 256;

/** Its name in `--csv`. */
const STANDARD_OUTPUT = '-';

/** Adds `ablate predict` to the program. */
export function registerPredict(program: Command): void {
  const command = addImageArguments(program.command('predict'))
    .description('classify images by a trained model; predict the rows of a table by a model of rows')
    .option('--top <k>', 'how many classes to show of each image', wholeNumber(1, 1e6), 3)
    .option(
      '--batch <n>',
      'how many images to classify at once; fewer if they are large',
      wholeNumber(1, 1e6),
      IMAGES_AT_ONCE,
    )
    .option('--csv <file>', 'write the predictions as CSV instead; - for standard output')
    .option('--masks <folder>', 'of a model of masks: write them as PNG, each pixel the number of its class')
    .option('--json', 'print the predictions as JSON')
    .action(predict);
  addEngineOptions(command);
}

async function predict(run: string, words: string[], options: Options): Promise<void> {
  const { top, batch } = options;
  await requireOneOutput(options);
  const { findAnyModelOf } = await import('../launch/find-model.js');
  const { isTableModel } = await import('../inference/table-model.js');
  const { findImages } = await import('../launch/options/image-names.js');
  const model = await findAnyModelOf(run, options.runsDir);
  const isOfMasks = isTableModel(model) && model.target.column.type === 'mask';
  if (options.masks !== undefined && !isOfMasks) await refuseMasks(model.name);
  if (isTableModel(model)) {
    await predictRows(model, words, options);
    return;
  }
  const named = await findImages(words);
  const { startInferenceSession } = await import('../launch/terminal/inference-session.js');
  const { showProgress } = await import('../display/status-line.js');
  const status = showProgress(process.stderr);
  const session = await startInferenceSession(options, status);
  try {
    const classifying = { model, session, status, top, batch, invert: options.invert ?? false };
    const unreadable = named.unreadable.map(({ path, reason }) => ({ image: path, error: reason }));
    const predictions = [...(await classify(named.files, classifying)), ...unreadable];
    status.clear();
    await print({ model, predictions, named, top }, options);
    if (predictions.some((prediction) => 'error' in prediction)) process.exitCode = 1;
  } finally {
    status.clear();
    session.close();
  }
}

/** Of a model of rows: the words are tables. */
async function predictRows(model: TableModel, files: readonly string[], options: Options): Promise<void> {
  const { refuseImageOptions } = await import('../launch/options/model-arguments.js');
  refuseImageOptions(model.name, { '--invert': options.invert });
  const { predictTables } = await import('../launch/terminal/row-inference.js');
  const { rowPredictions } = await import('../inference/row-answers.js');
  const { rowsCsv, rowsJson, rowsTable, thresholdText } = await import('../display/row-results.js');
  const predicted = await predictTables(model, files, options);
  const tables = files.map((file, index) => ({
    file,
    predictions: rowPredictions(model, predicted[index], options.top),
  }));
  if (options.csv !== undefined) await writeCsv(options.csv, rowsCsv(model, tables));
  if (options.masks !== undefined) {
    const { writeMasks } = await import('../launch/terminal/mask-inference.js');
    for (const [index, file] of files.entries()) await writeMasks(model, file, predicted[index], options.masks);
  }
  if (options.json) {
    const { thresholds } = model.target;
    const document = { run: model.name, ...(thresholds ? { thresholds } : {}), predictions: rowsJson(model, tables) };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (options.csv === undefined) process.stdout.write(rowsTable(model, tables, options.top));
  const threshold = thresholdText(model);
  const { colors: pc } = await import('../text/visible.js');
  if (threshold !== undefined) process.stderr.write(pc.dim(`taken for yes: ${threshold}\n`));
}

async function refuseMasks(name: string): Promise<never> {
  const { badUsage } = await import('../text/errors.js');
  throw badUsage(`${name} tells no masks`, 'leave out --masks');
}

interface Classifying {
  model: TrainedModel;
  session: InferenceSession;
  status: StatusLine;
  top: number;
  batch: number;
  invert: boolean;
}

/** Images that can't be read keep none of the others from being answered. */
async function classify(
  images: string[],
  { model, session, status, top, batch, invert }: Classifying,
): Promise<Prediction[]> {
  const { readImages } = await import('../launch/options/image-arguments.js');
  const { greatestClasses } = await import('../inference/class-values.js');
  const { imagesAtOnce } = await import('../data/limits.js');
  const atOnce = imagesAtOnce(batch, model.height * model.width * model.channels);
  const predictions: Prediction[] = [];
  let done = 0;
  const onRead = (): void => {
    status.update(`Classifying: ${++done} of ${images.length} images`);
  };
  for (let start = 0; start < images.length; start += atOnce) {
    const read = await readImages(images.slice(start, start + atOnce), model, { invert, onRead });
    const decoded = read.filter((image) => 'pixels' in image);
    const pixels = Buffer.concat(decoded.map((image) => image.pixels));
    const { values } = await session.ask({ type: 'predict', model, images: pixels });
    let row = 0;
    for (const image of read) {
      if ('error' in image) predictions.push(image);
      else predictions.push({ image: image.image, top: greatestClasses(values, row++, model.classes, top) });
    }
  }
  return predictions;
}

interface Classified {
  model: TrainedModel;
  predictions: Prediction[];
  named: NamedImages;
  top: number;
}

async function print({ model, predictions, named, top }: Classified, { csv, json }: Options): Promise<void> {
  const { predictionsCsv, predictionsJson, predictionsTable } = await import('../display/predictions.js');
  const { passedOver } = named;
  if (csv !== undefined) await writeCsv(csv, predictionsCsv(model, predictions, top));
  if (json) {
    const skipped = passedOver.length > 0 ? { passed_over: passedOver } : {};
    const document = { run: model.name, predictions: predictionsJson(model, predictions), ...skipped };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  if (csv === undefined) process.stdout.write(predictionsTable(model, predictions));
  await printNotes({ model, predictions, named });
}

/** What whoever reads the predictions should know. */
async function printNotes({ model, predictions, named }: Omit<Classified, 'top'>): Promise<void> {
  const { withoutProbabilities } = await import('../inference/class-values.js');
  const { colors: pc } = await import('../text/visible.js');
  if (named.passedOver.length > 0) {
    const { passedOverText } = await import('../display/dataset-account.js');
    process.stderr.write(`${pc.dim(`${passedOverText(named)} (--json names them)`)}\n`);
  }
  const note = withoutProbabilities(model);
  if (note) process.stderr.write(`${pc.yellow('note')} ${note}\n`);
  for (const prediction of predictions) {
    if ('error' in prediction) process.stderr.write(`${pc.red('error')} ${prediction.image}: ${prediction.error}\n`);
  }
}

async function writeCsv(file: string, text: string): Promise<void> {
  if (file === STANDARD_OUTPUT) {
    process.stdout.write(text);
    return;
  }
  const { sayWritten, writeOutput } = await import('../display/write-output.js');
  await writeOutput(file, text, '--csv');
  sayWritten(file);
}

/** @throws UserError `bad-usage` */
async function requireOneOutput({ csv, json }: Options): Promise<void> {
  if (csv !== STANDARD_OUTPUT || !json) return;
  const { badUsage } = await import('../text/errors.js');
  throw badUsage(
    '--csv - and --json would both be written to standard output',
    'give --csv a file, or leave one of the two out',
  );
}
