import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RobustnessRequest, TestedModel } from '../inference/tasks.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { LocatedExperiment } from '../protocol/job.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { wholeNumber } from '../launch/options/parsers.js';
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
    .option('--plot <file>', 'write a reliability diagram (SVG)')
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
  const robustness = robustnessOf(options);
  const worst = worstListed(options);
  const { findModelOf } = await import('../launch/find-model.js');
  const { showProgress } = await import('../display/status-line.js');
  const { evaluationsJson, evaluationsText } = await import('../display/evaluate-format.js');
  const models = await Promise.all(runs.map((run) => findModelOf(run, options.runsDir)));
  if (options.plot !== undefined) await requireProbabilities(models);
  const experiments = await experimentsOf(models, options);
  const status = showProgress(process.stderr);
  const tested = await testAll(models, experiments, { options, robustness, status }).finally(status.clear);
  const evaluated = await Promise.all(models.map((model, index) => report(model, tested[index], worst)));
  const comparisons = await compareAll(evaluated);
  process.stdout.write((options.json ? evaluationsJson : evaluationsText)(evaluated, comparisons));
  if (options.plot !== undefined) await writePlot(evaluated, options.plot);
  for (const note of await notesOf(evaluated, options)) process.stderr.write(note);
}

/** What whoever reads the numbers should know. */
async function notesOf(evaluated: readonly Evaluated[], { dataset, plot }: Options): Promise<string[]> {
  const { colors: pc } = await import('../visible.js');
  const { withoutProbabilities } = await import('../inference/class-values.js');
  const notes = evaluated.flatMap(({ model, tested: { digest } }) => {
    const reason = withoutProbabilities(model);
    const isChanged = dataset === undefined && digest !== model.dataset.digest;
    return [
      ...(isChanged ? [`the data of ${model.name} have changed since it was trained`] : []),
      ...(reason && plot !== undefined ? [`${model.name} is not in the plot: ${reason}`] : []),
    ];
  });
  return notes.map((note) => `${pc.yellow('note')} ${note}\n`);
}

/** Something must be there to plot. @throws UserError `no-probabilities` */
async function requireProbabilities(models: TrainedModel[]): Promise<void> {
  const { withoutProbabilities } = await import('../inference/class-values.js');
  const { UserError } = await import('../errors.js');
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

async function experimentsOf(models: TrainedModel[], { dataset }: Options): Promise<LocatedExperiment[]> {
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

async function report(model: TrainedModel, tested: TestedModel, worst: number): Promise<Evaluated> {
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
    tested,
    report: classificationReport({ classes: model.classes, ...tested, probabilities }),
    worst: worstImages(tested, worst),
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

async function writePlot(evaluated: Evaluated[], path: string): Promise<void> {
  const { reliabilityDiagram } = await import('../analysis/reliability-diagram.js');
  const { sayWritten, writeOutput } = await import('../display/write-output.js');
  const panels = evaluated.flatMap(({ model, report: { probabilities } }) =>
    probabilities ? [{ name: model.name, calibration: probabilities.calibration }] : [],
  );
  await writeOutput(path, reliabilityDiagram(panels), '--plot');
  sayWritten(path);
}
