import { dirname, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RobustnessRequest, TestedModel } from '../inference/tasks.js';
import type { TableModel } from '../inference/table-model.js';
import type { ModelPlace } from '../inference/model-place.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { LocatedExperiment } from '../protocol/job.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { wholeNumber } from '../launch/options/parsers.js';
import type { EvaluatedModel } from '../display/evaluation-picture.js';
import type { ImageDataset } from '../data/images/image-dataset.js';
import type { Comparison, Evaluated } from '../display/evaluate-format.js';
import type { StatusLine } from '../display/status-line.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';

interface Options extends EngineOptions {
  runsDir: string;
  dataset?: string;
  robustness: boolean;
  robustnessImages: number;
  seed: number;
  plot?: string;
  worst?: number;
  json?: true;
}

/** How many of the wrongly classified images are shown, unless told. */
const WORST_LISTED = 5;

/** How many of them a picture shows. */
const WORST_DRAWN = 15;

/** Adds `ablate evaluate` to the program. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('score trained models: per class, calibration, robustness; several on the same images are compared')
    .argument('<run...>', `runs, each ${NAMES}; folders of models, MLflow models`)
    .addOption(runsDirectoryOption())
    .option('--dataset <file>', "an experiment file whose dataset's test images are used (default: each run's own)")
    .option('--no-robustness', "don't distort the images")
    .option('--robustness-images <n>', 'how many test images to distort', wholeNumber(1, 1e9), 2000)
    .option('--seed <n>', 'of the distortions', wholeNumber(1, 2 ** 31 - 1), 1)
    .option(
      '--plot <file>',
      'draw calibration, confusion matrix, curves, the worst images, residuals: what there is (.svg or .png)',
    )
    .option(
      '--worst <n>',
      `how many of the wrongly classified images to list (default: ${WORST_LISTED}; with --json all)`,
      wholeNumber(1, 1e9),
    )
    .option('--json', 'print the evaluations as JSON')
    .action(evaluate);
  addEngineOptions(command);
}

async function evaluate(runs: string[], options: Options): Promise<void> {
  if (options.plot !== undefined) await requireEnding(options.plot);
  const robustness = robustnessOf(options);
  const worst = worstListed(options);
  const { findAnyModelOf } = await import('../launch/find-model.js');
  const { allOfTables } = await import('../launch/terminal/row-inference.js');
  const { requireImages } = await import('../inference/trained-model.js');
  const { showProgress } = await import('../display/status-line.js');
  const { evaluationsJson, evaluationsText } = await import('../display/evaluate-format.js');
  const found = await Promise.all(runs.map((run) => findAnyModelOf(run, options.runsDir)));
  const tables = allOfTables(found);
  if (tables) {
    await evaluateTables(tables, worst, options);
    return;
  }
  const models = found.map((model) => requireImages(model));
  if (options.plot !== undefined) await requireProbabilities(models);
  const experiments = await experimentsOf(models, options);
  const status = showProgress(process.stderr);
  const tested = await testAll(models, experiments, { options, robustness, status }).finally(status.clear);
  const evaluated = await Promise.all(
    models.map((model, index) => report(model, tested[index], { worst, noun: 'image' })),
  );
  const comparisons = await compareAll(evaluated);
  process.stdout.write((options.json ? evaluationsJson : evaluationsText)(evaluated, comparisons));
  if (options.plot !== undefined) await writePlot(evaluated, experiments, options.plot);
  await printNotes(await notesOf(evaluated, options));
}

/** Of models of rows: their classes as those of images, their labels, or how far off their numbers are. */
async function evaluateTables(models: readonly TableModel[], worst: number, options: Options): Promise<void> {
  const { asTestedModel, binaryReport, evaluatedLabels, evaluatedNumbers, rowsPicture, testTables } =
    await import('../launch/terminal/row-inference.js');
  const tested = await testTables(models, await experimentsOf(models, options), options);
  const { type } = models[0].target.column;
  if (type === 'mask') {
    const { evaluatedMasks } = await import('../launch/terminal/mask-inference.js');
    const { masksJson, masksText } = await import('../display/mask-results.js');
    const evaluated = models.map((model, index) => evaluatedMasks(model, tested[index]));
    process.stdout.write((options.json ? masksJson : masksText)(evaluated, worst));
  } else if (type === 'number') {
    const { numbersJson, numbersText } = await import('../display/row-results.js');
    const evaluated = models.map((model, index) => evaluatedNumbers(model, tested[index]));
    process.stdout.write((options.json ? numbersJson : numbersText)(evaluated));
  } else if (type === 'multi_label') {
    const { labelsJson, labelsText } = await import('../display/label-results.js');
    const evaluated = models.map((model, index) => evaluatedLabels(model, tested[index]));
    process.stdout.write((options.json ? labelsJson : labelsText)(evaluated));
  } else {
    const { rowValueName } = await import('../inference/row-answers.js');
    const { evaluationsJson, evaluationsText } = await import('../display/evaluate-format.js');
    const evaluated = await Promise.all(
      models.map(async (model, index) => {
        const endsIn = rowValueName(model) === 'probability' ? 'softmax' : model.endsIn;
        const asImages = { ...model, classes: [...model.classes], endsIn };
        const reported = await report(asImages, asTestedModel(model, tested[index]), { worst, noun: 'row' });
        return { ...reported, binary: binaryReport(model, tested[index]) };
      }),
    );
    process.stdout.write((options.json ? evaluationsJson : evaluationsText)(evaluated, await compareAll(evaluated)));
  }
  if (options.plot !== undefined)
    await writePicture(await rowsPicture(models, tested), options.plot, { hasPhotographs: type === 'mask' });
  const measured = models.map((model, index) => ({ model, digest: tested[index].digest }));
  await printNotes(changesOf(measured, options));
}

/** @param what it shows, told behind its name */
async function writePicture(
  svg: string,
  path: string,
  { hasPhotographs = false, what = '' }: { hasPhotographs?: boolean; what?: string } = {},
): Promise<void> {
  const { toPng } = await import('../report/plots/png.js');
  const { sayWritten, writeOutput } = await import('../display/write-output.js');
  await writeOutput(path, isPng(path) ? await toPng(svg, { hasPhotographs }) : svg, '--plot');
  sayWritten(`${path}${what}`);
}

/** What whoever reads the numbers should know. */
async function notesOf(evaluated: readonly Evaluated[], options: Options): Promise<string[]> {
  const { withoutProbabilities } = await import('../inference/class-values.js');
  const unplotted = evaluated.flatMap(({ model }) => {
    const reason = withoutProbabilities(model);
    return reason && options.plot !== undefined ? [`${model.name} is not in the plot: ${reason}`] : [];
  });
  const measured = evaluated.map(({ model, tested: { digest } }) => ({ model, digest }));
  return [...changesOf(measured, options), ...unplotted];
}

/** Which models' own data are others than those that they were trained on. */
function changesOf(
  measured: readonly { model: Pick<Evaluated['model'], 'name' | 'dataset'>; digest: string }[],
  { dataset }: Options,
): string[] {
  return measured
    .filter(({ model, digest }) => dataset === undefined && digest !== model.dataset.digest)
    .map(({ model: { name } }) => `the data of ${name} have changed since it was trained`);
}

async function printNotes(notes: readonly string[]): Promise<void> {
  const { colors: pc } = await import('../text/visible.js');
  for (const note of notes) process.stderr.write(`${pc.yellow('note')} ${note}\n`);
}

/** Something must be there to plot. @throws UserError `no-probabilities` */
async function requireProbabilities(models: TrainedModel[]): Promise<void> {
  const { withoutProbabilities } = await import('../inference/class-values.js');
  const { UserError } = await import('../text/errors.js');
  const reasons = models.map(withoutProbabilities);
  if (reasons.includes(undefined)) return;
  throw new UserError(`--plot draws how far probabilities can be believed: ${reasons[0] ?? ''}`, {
    code: 'no-probabilities',
    hint: 'leave out --plot; let the last layer be `type: dense` with `activation: softmax` to have probabilities',
    exitCode: 2,
  });
}

function robustnessOf({ robustness, robustnessImages, seed }: Options): RobustnessRequest | null {
  return robustness ? { images: robustnessImages, seed } : null;
}

function worstListed({ worst, json }: Options): number {
  return worst ?? (json ? Infinity : WORST_LISTED);
}

async function experimentsOf(models: readonly ModelPlace[], { dataset }: Options): Promise<LocatedExperiment[]> {
  const { experimentOf } = await import('../launch/inference-session.js');
  if (dataset === undefined) return Promise.all(models.map(experimentOf));
  const { loadExperiment } = await import('../config/load.js');
  const { config } = loadExperiment(dataset);
  return models.map(() => ({ config, source: resolve(dataset) }));
}

interface Testing {
  options: Options;
  robustness: RobustnessRequest | null;
  status: StatusLine;
}

/** One after another, in one worker. */
async function testAll(
  models: TrainedModel[],
  experiments: LocatedExperiment[],
  { options, robustness, status }: Testing,
): Promise<TestedModel[]> {
  const { startInferenceSession } = await import('../launch/terminal/inference-session.js');
  const session = await startInferenceSession(options, status);
  const tested: TestedModel[] = [];
  try {
    for (const [index, model] of models.entries()) {
      tested.push(await session.ask({ type: 'test', model, experiment: experiments[index], robustness }));
    }
  } finally {
    session.close();
  }
  return tested;
}

async function report(
  model: Evaluated['model'],
  tested: TestedModel,
  { worst, noun }: { worst: number; noun: Evaluated['noun'] },
): Promise<Evaluated> {
  const { classificationReport } = await import('../analysis/classification-report.js');
  const { wilsonInterval } = await import('../analysis/statistics/intervals.js');
  const { worstImages } = await import('../analysis/worst-images.js');
  const { valueName } = await import('../inference/class-values.js');
  const robustness = tested.robustness.map(({ correct, images, ...score }) => ({
    ...score,
    images,
    accuracy: correct / images,
    interval: wilsonInterval(correct, images),
  }));
  const probabilities = valueName(model) === 'probability' ? tested.values : undefined;
  return {
    model,
    noun,
    tested,
    report: classificationReport({ classes: model.classes, ...tested, probabilities }),
    worst: worstImages(tested, Math.max(worst, WORST_DRAWN)),
    listed: worst,
    robustness,
  };
}

/** Every pair of models that saw the same images. */
async function compareAll(evaluated: Evaluated[]): Promise<Comparison[]> {
  const { countAgreement, mcnemar } = await import('../analysis/statistics/mcnemar.js');
  const { holmAdjust } = await import('../analysis/statistics/holm.js');
  const pairs = evaluated.flatMap((first, index) =>
    evaluated
      .slice(index + 1)
      .filter((second) => second.tested.digest === first.tested.digest)
      .map((second) => ({ first, second })),
  );
  const compared = pairs.map(({ first, second }) => {
    const agreement = countAgreement(first.tested.labels, first.tested.predictions, second.tested.predictions);
    return { first: first.model.name, second: second.model.name, agreement, ...mcnemar(agreement) };
  });
  const adjusted = holmAdjust(compared.map(({ pValue }) => pValue));
  return compared.map((comparison, index) => ({ ...comparison, adjustedPValue: adjusted[index] }));
}

async function writePlot(evaluated: Evaluated[], experiments: LocatedExperiment[], path: string): Promise<void> {
  const { evaluationSvg } = await import('../display/evaluation-picture.js');
  const images = await imagesOf(evaluated, experiments);
  const shown = await Promise.all(evaluated.map((each) => shownModel(each, images)));
  const svg = evaluationSvg(shown.flatMap((model) => model ?? []));
  const what = ': how far probabilities can be believed, the confusion matrix, the worst images';
  await writePicture(svg, path, { hasPhotographs: true, what });
}

/** Null of a model without probabilities. */
async function shownModel(
  { model: { name, classes }, tested, report: { probabilities, confusionMatrix }, worst: all }: Evaluated,
  images: Images,
): Promise<EvaluatedModel | null> {
  if (!probabilities) return null;
  const { imagePng } = await import('../data/images/image-png.js');
  const worst = all.slice(0, WORST_DRAWN);
  const dataset = images.get(tested.digest);
  const pictures = dataset ? await Promise.all(worst.map(({ index }) => imagePng(dataset.test, index, dataset))) : [];
  return {
    panel: { name, calibration: probabilities.calibration },
    classes: [...classes],
    counts: confusionMatrix,
    worst: pictures.map((png, i) => ({
      png,
      label: classes[worst[i].label],
      prediction: classes[worst[i].prediction],
      probability: worst[i].predictionValue,
    })),
  };
}

/** The data that models were tested on, by their digest; null where they aren't images, are gone or have changed. */
type Images = ReadonlyMap<string, ImageDataset | null>;

/** What several models were tested on is read once. */
async function imagesOf(evaluated: readonly Evaluated[], experiments: LocatedExperiment[]): Promise<Images> {
  const { imagesIfThere } = await import('../data/images/images-if-there.js');
  const images = new Map<string, ImageDataset | null>();
  for (const [i, { tested }] of evaluated.entries()) {
    const { digest } = tested;
    const { config, source } = experiments[i];
    if (images.has(digest)) continue;
    images.set(digest, await imagesIfThere({ config: config.dataset, baseDirectory: dirname(source), digest }));
  }
  return images;
}

function isPng(path: string): boolean {
  return extname(path).toLowerCase() === '.png';
}

/** @throws UserError `bad-usage` for an ending that says another kind of file */
async function requireEnding(path: string): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (['.svg', '.png'].includes(ending)) return;
  const { badUsage } = await import('../text/errors.js');
  throw badUsage(`--plot can't write ${path}: a picture is an SVG or a PNG`, 'name it so: --plot evaluation.png');
}
