import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../text/errors.js';
import type { ExplainedPicture } from '../display/explain/explain-picture.js';
import type { ExplainAnswer, Explained, LayerMaps, NumberMap } from '../explanation/task.js';
import type { ValueName } from '../inference/class-values.js';
import type { TableModel } from '../inference/table-model.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import type { ReadImage } from '../launch/options/image-arguments.js';
import { addImageArguments } from '../launch/options/model-arguments.js';
import { ablate } from '../system/shell.js';

interface Options extends EngineOptions {
  runsDir: string;
  output?: string;
  html?: string;
  class?: string;
  layer?: string;
  invert?: true;
  json?: true;
}

/** More make a picture that nobody looks at, and take memory that may not be there. */
const MAX_IMAGES = 64;

/** An image that could be read. */
type DecodedImage = Extract<ReadImage, { pixels: Uint8Array }>;

/** Adds `ablate explain` to the program. */
export function registerExplain(program: Command): void {
  const command = addImageArguments(program.command('explain'), '[image...]')
    .description(
      'draw where a trained model looks: Grad-CAM, saliency, integrated gradients, occlusion, feature maps; of recordings the same of their spectrograms; of a model of rows, how much each column matters; of texts (in quotes), which words do',
    )
    .option('--output <file>', 'the PNG file to write (default: explanation.png)')
    .option('--html <file>', 'write it as a page that needs nothing else, too')
    .option('--class <name>', 'the class to explain (default: the one that is predicted)')
    .option('--layer <name>', 'the layer of Grad-CAM and the feature maps (default: the last convolution)')
    .option('--json', 'print all values as JSON')
    .action(explain);
  addEngineOptions(command);
}

/** With the file that is written unless told. */
type WithOutput = Options & { output: string };

async function explain(run: string, words: string[], given: Options): Promise<void> {
  const options: WithOutput = { ...given, output: given.output ?? 'explanation.png' };
  const { findAnyModelOf } = await import('../launch/find-model.js');
  const { isTableModel } = await import('../inference/table-model.js');
  const { findImages } = await import('../launch/options/image-names.js');
  const model = await findAnyModelOf(run, options.runsDir);
  if (isTableModel(model)) {
    await explainTable(model, words, given);
    return;
  }
  if (words.length === 0) throw noImages();
  const { files, unreadable } = await findImages(words);
  if (files.length > MAX_IMAGES) throw tooMany(files.length);
  const { readImages } = await import('../launch/options/image-arguments.js');
  const classIndex = options.class === undefined ? undefined : indexOfClass(model, options.class);
  const read: ReadImage[] = [
    ...(await readImages(files, model, { invert: options.invert ?? false })),
    ...unreadable.map(({ path, reason }) => ({ image: path, error: reason })),
  ];
  const decoded = read.filter((image) => 'pixels' in image);
  if (decoded.length === 0) throw noneReadable(read);
  const answer = await ask(model, decoded, classIndex, options);
  const names = decoded.map(({ image }) => image);
  const images = decoded.map(({ pixels }) => pixels);
  const { valueName } = await import('../inference/class-values.js');
  const explained = { ...model, names, images, answer, valueName: valueName(model) };
  await writePictures(explained, model.name, options);
  await print({ ...model, valueName: valueName(model) }, read, answer, options);
  if (decoded.length < read.length) process.exitCode = 1;
}

async function writePictures(explained: ExplainedPicture, name: string, options: WithOutput): Promise<void> {
  const { writeOutput } = await import('../display/write-output.js');
  const { drawExplanations } = await import('../display/explain/explain-picture.js');
  await writeOutput(options.output, await drawExplanations(explained), '--output');
  if (options.html === undefined) return;
  const { explanationPage } = await import('../display/explain/explain-page.js');
  await writeOutput(options.html, await explanationPage(explained, name), '--html');
}

/** Of recordings, where in their spectrograms the model hears what it says. */
async function explainRecordings(model: TableModel, files: readonly string[], options: WithOutput): Promise<void> {
  const { refuseImageOptions } = await import('../launch/options/model-arguments.js');
  refuseImageOptions(model.name, { '--invert': options.invert });
  if (files.length > MAX_IMAGES) throw tooMany(files.length, 'recordings');
  const { explainSound } = await import('../launch/terminal/explain-sound.js');
  const classIndex = options.class === undefined ? undefined : indexOfClass(model, options.class);
  const { answer, ...pictures } = await explainSound(model, files, { ...options, classIndex });
  const { rowValueName } = await import('../inference/row-answers.js');
  const names = [...files];
  const classes = [...model.classes];
  await writePictures({ ...pictures, names, classes, answer, valueName: rowValueName(model) }, model.name, options);
  const read = files.map((image) => ({ image, pixels: new Uint8Array() }));
  await print({ ...model, valueName: rowValueName(model) }, read, answer, options);
}

/** By its own test rows: permutation importance. */
async function explainTable(model: TableModel, words: readonly string[], options: Options): Promise<void> {
  const { readsText } = await import('../inference/word-occlusion.js');
  if (words.length > 0 && readsText(model)) {
    await explainTexts(model, words, options);
    return;
  }
  const { hearsAlone } = await import('../launch/recordings.js');
  if (words.length > 0 && hearsAlone(model)) {
    await explainRecordings(model, words, { ...options, output: options.output ?? 'explanation.png' });
    return;
  }
  if (words.length > 0) {
    throw new UserError(`${model.name} takes rows of a table: its columns are explained by its own test rows`, {
      code: 'bad-usage',
      hint: `give the run alone: ${ablate('explain', model.name)}`,
      exitCode: 2,
    });
  }
  const { refuseImageOptions } = await import('../launch/options/model-arguments.js');
  const { output, html, class: ofClass, layer, invert } = options;
  refuseImageOptions(model.name, {
    '--output': output,
    '--html': html,
    '--class': ofClass,
    '--layer': layer,
    '--invert': invert,
  });
  const { importanceOf } = await import('../launch/terminal/row-inference.js');
  const { experimentOf } = await import('../launch/inference-session.js');
  const { importanceJson, importanceText } = await import('../display/row-results.js');
  const found = await importanceOf(model, await experimentOf(model), options);
  process.stdout.write(options.json ? importanceJson(found, model.name) : importanceText(found));
}

/** Of texts, which of their words speak for the class. */
async function explainTexts(model: TableModel, texts: readonly string[], options: Options): Promise<void> {
  const { refuseImageOptions } = await import('../launch/options/model-arguments.js');
  const { output, layer, invert, html } = options;
  refuseImageOptions(model.name, { '--output': output, '--layer': layer, '--invert': invert });
  const { occludeWords } = await import('../launch/terminal/word-occlusion.js');
  const { rowValueName } = await import('../inference/row-answers.js');
  const page = await import('../display/explain/explained-text.js');
  const explained = await occludeWords(model, texts, options.class, options);
  const value = rowValueName(model);
  if (html !== undefined) {
    const { sayWritten, writeOutput } = await import('../display/write-output.js');
    await writeOutput(html, page.explainedTextsPage(explained, model.name, value), '--html');
    sayWritten(`${html}: the texts, their telling words coloured`);
  }
  const { explainedTexts, explainedTextsJson } = page;
  process.stdout.write(
    options.json ? explainedTextsJson(explained, model.name, value) : explainedTexts(explained, value),
  );
}

function noImages(): UserError {
  return new UserError('no image is given', {
    code: 'bad-usage',
    hint: 'give image files, folders of them, or patterns in quotes: "photos/**/*.jpg"',
    exitCode: 2,
  });
}

function indexOfClass({ classes, name }: Pick<TableModel, 'classes' | 'name'>, wanted: string): number {
  const index = classes.indexOf(wanted);
  if (index >= 0) return index;
  throw new UserError(`${name} knows no class ${wanted}`, {
    code: 'no-such-class',
    hint: `it tells apart ${classes.join(', ')}`,
    exitCode: 2,
  });
}

function tooMany(count: number, what = 'images'): UserError {
  return new UserError(`${count} ${what} are too many for one picture`, {
    code: 'picture-too-large',
    hint: `explain at most ${MAX_IMAGES} at once`,
    exitCode: 2,
  });
}

function noneReadable(read: ReadImage[]): UserError {
  const reasons = read.map((image) => ('error' in image ? `  ${image.image}: ${image.error}` : ''));
  return new UserError(['no image can be read:', ...reasons].join('\n'), {
    code: 'image-undecodable',
    hint: 'give PNG, JPEG or WebP files',
  });
}

async function ask(
  model: TrainedModel,
  images: DecodedImage[],
  classIndex: number | undefined,
  options: Options,
): Promise<ExplainAnswer> {
  const { startInferenceSession } = await import('../launch/terminal/inference-session.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const status = showStatusLine(process.stderr);
  const session = await startInferenceSession(options, status);
  const pixels = Buffer.concat(images.map((image) => image.pixels));
  try {
    return await session.ask({ type: 'explain', model, images: pixels, classIndex, layer: options.layer });
  } finally {
    status.clear();
    session.close();
  }
}

/** An image that was given, and its explanation. */
type Shown = { image: string; explained: Explained } | { image: string; error: string };

/** Of a model, what its answers are told by. */
interface Told extends Pick<TableModel, 'name' | 'classes'> {
  valueName: ValueName;
}

async function print(model: Told, read: ReadImage[], answer: ExplainAnswer, options: WithOutput): Promise<void> {
  const { valueName: name } = model;
  const explained = answer.images.values();
  const images = read.map((image): Shown =>
    'error' in image ? image : { image: image.image, explained: explained.next().value as Explained },
  );
  if (options.json) {
    const filters = answer.filters ? layerJson(answer.filters) : null;
    const path = resolve(options.output);
    const plain = images.map((image) => ('error' in image ? image : toJson(model, name, image)));
    process.stdout.write(`${JSON.stringify({ run: model.name, path, images: plain, filters }, undefined, 2)}\n`);
    return;
  }
  const { colors: pc } = await import('../text/visible.js');
  const { columnsOf, saidText } = await import('../display/explain/explain-picture.js');
  for (const image of images) {
    if ('error' in image) process.stderr.write(`${pc.red('error')} ${image.image}: ${image.error}\n`);
    else {
      const { classIndex, values } = image.explained;
      process.stderr.write(`${image.image}: ${model.classes[classIndex]} (${saidText(name, values[classIndex])})\n`);
    }
  }
  const order = columnsOf(answer).map(({ title }) => title);
  process.stderr.write(pc.dim(`From left to right: ${order.join(', ')}; red speaks for the class\n`));
  if (!order.includes('Grad-CAM')) process.stderr.write(pc.dim('Without a convolution there is no Grad-CAM\n'));
  process.stdout.write(`${[options.output, options.html ?? []].flat().join('\n')}\n`);
}

function toJson({ classes }: Told, name: ValueName, { image, explained }: Extract<Shown, { explained: unknown }>) {
  const { values, classIndex, gradCam, saliency, integratedGradients, occlusion, featureMaps } = explained;
  return {
    image,
    class: classes[classIndex],
    [name]: values[classIndex],
    grad_cam: gradCam ? { layer: gradCam.layer, values: rows(gradCam) } : null,
    saliency: rows(saliency),
    integrated_gradients: { difference: integratedGradients.difference, values: rows(integratedGradients) },
    occlusion: rows(occlusion),
    feature_maps: featureMaps ? layerJson(featureMaps) : null,
  };
}

function layerJson({ layer, total, maps }: LayerMaps): object {
  return { layer, total, maps: maps.map(rows) };
}

/** [height][width] */
function rows({ height, width, values }: NumberMap): number[][] {
  return Array.from({ length: height }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}
