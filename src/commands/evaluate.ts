import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RobustnessRequest, TestedModel } from '../inference/tasks.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { LocatedExperiment } from '../job.js';
import { type EngineOptions, addEngineOptions, wholeNumber } from './engine.js';
import type { Comparison, Evaluated } from './evaluate-format.js';
import type { StatusLine } from './status-line.js';

interface Options extends EngineOptions {
  runsDir: string;
  dataset?: string;
  robustness: boolean;
  robustnessImages: string;
  seed: string;
  plot?: string;
  json?: true;
}

/** Adds `ablate evaluate` to the program. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('score trained models: per class, calibration, robustness; several on the same images are compared')
    .argument('<run...>', 'ids of runs or their beginnings, folders of runs or of models, MLflow models')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--dataset <file>', "an experiment file whose dataset's test images are used (default: each run's own)")
    .option('--no-robustness', "don't distort the images")
    .option('--robustness-images <n>', 'how many test images to distort', '2000')
    .option('--seed <n>', 'of the distortions', '1')
    .option('--plot <file>', 'write a reliability diagram (SVG)')
    .option('--json', 'print the evaluations as JSON')
    .action(evaluate);
  addEngineOptions(command);
}

async function evaluate(runs: string[], options: Options): Promise<void> {
  const robustness = robustnessOf(options);
  const { findModelOf } = await import('./find-model.js');
  const { showStatusLine } = await import('./status-line.js');
  const { evaluationsJson, evaluationsText } = await import('./evaluate-format.js');
  const models = await Promise.all(runs.map((run) => findModelOf(run, options.runsDir)));
  const experiments = await experimentsOf(models, options);
  const status = showStatusLine(process.stderr);
  const tested = await testAll(models, experiments, { options, robustness, status }).finally(status.clear);
  const evaluated = await Promise.all(models.map((model, index) => report(model, tested[index])));
  const comparisons = await compareAll(evaluated);
  process.stdout.write((options.json ? evaluationsJson : evaluationsText)(evaluated, comparisons));
  if (options.plot !== undefined) await writePlot(evaluated, options.plot);
  const { default: pc } = await import('picocolors');
  for (const {
    model,
    tested: { digest },
  } of evaluated) {
    if (options.dataset === undefined && digest !== model.dataset.digest) {
      process.stderr.write(`${pc.yellow('note')} the data of ${model.name} have changed since it was trained\n`);
    }
  }
}

function robustnessOf({ robustness, robustnessImages, seed }: Options): RobustnessRequest | null {
  const images = wholeNumber('--robustness-images', robustnessImages, 1e9);
  return robustness ? { images, seed: wholeNumber('--seed', seed, 2 ** 31 - 1) } : null;
}

async function experimentsOf(models: TrainedModel[], { dataset }: Options): Promise<LocatedExperiment[]> {
  const { experimentOf } = await import('./inference-session.js');
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
  const { startInferenceSession } = await import('./inference-session.js');
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

async function report(model: TrainedModel, tested: TestedModel): Promise<Evaluated> {
  const { classificationReport } = await import('../analysis/classification-report.js');
  const { wilsonInterval } = await import('../analysis/statistics/intervals.js');
  const robustness = tested.robustness.map(({ correct, images, ...score }) => ({
    ...score,
    images,
    accuracy: correct / images,
    interval: wilsonInterval(correct, images),
  }));
  return { model, tested, report: classificationReport({ classes: model.classes, ...tested }), robustness };
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
  const { writeOutput } = await import('./write-output.js');
  const panels = evaluated.map(({ model, report: { calibration } }) => ({ name: model.name, calibration }));
  await writeOutput(path, reliabilityDiagram(panels), '--plot');
}
