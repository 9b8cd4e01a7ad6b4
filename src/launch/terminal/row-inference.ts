import { resolve } from 'node:path';
import { type TableModel, isTableModel } from '../../inference/table-model.js';
import type { TrainedModel } from '../../inference/trained-model.js';
import type { Importance, PredictedRows, TestedModel, TestedRows } from '../../inference/tasks.js';
import type { LocatedExperiment } from '../../protocol/job.js';
import { UserError } from '../../text/errors.js';
import { inOwnUnit, scalesOf, thresholdsOf } from '../../data/columns/target-kind.js';
import type { BinaryReport } from '../../display/evaluate-format.js';
import type { DrawnModel } from '../../display/row-evaluation-picture.js';
import type { EvaluatedNumbers } from '../../display/row-results.js';
import { hearsAlone, recordingIn } from '../recordings.js';
import { ofBoth } from '../../inference/row-answers.js';
import { type EvaluatedLabels, LABEL_METRICS } from '../../display/label-results.js';
import { answers, confusionMatrix, mostProbable } from '../../metrics/classification.js';
import { labelMetrics, labelScores } from '../../metrics/multi-label.js';
import { areaUnderCurve, averagePrecision } from '../../metrics/ranking.js';
import { columnOf, regressionScoresOf } from '../../metrics/regression.js';
import type { InferenceSession } from '../inference-session.js';
import type { EngineOptions } from '../options/engine.js';

/** Answers a question about models of rows in a worker, with its progress on standard error. */
export async function asking<T>(options: EngineOptions, ask: (session: InferenceSession) => Promise<T>): Promise<T> {
  const { startInferenceSession } = await import('./inference-session.js');
  const { showProgress } = await import('../../display/status-line.js');
  const status = showProgress(process.stderr);
  const session = await startInferenceSession(options, status);
  try {
    return await ask(session);
  } finally {
    status.clear();
    session.close();
  }
}

/**
 * What a model says of all rows of some tables; of a model that takes sound alone, files of that are a row each.
 * @throws UserError at the place of what can't be read
 */
export function predictTables(
  model: TableModel,
  files: readonly string[],
  options: EngineOptions,
): Promise<PredictedRows[]> {
  return asking(options, async (session) => {
    const predicted: PredictedRows[] = [];
    for (const file of files) {
      const recording = hearsAlone(model) ? await recordingIn(file) : undefined;
      const [{ column }] = model.inputs;
      const rows = recording
        ? { name: file, rows: [{ [column.name]: { bytes: recording, path: file } }] }
        : { file: resolve(file) };
      predicted.push(await session.ask({ type: 'predict-rows', model, rows }));
    }
    return predicted;
  });
}

/** What a model says of rows that lie in memory. */
export function predictGiven(
  model: TableModel,
  rows: readonly Readonly<Record<string, string>>[],
  options: EngineOptions,
): Promise<PredictedRows> {
  return asking(options, (session) => session.ask({ type: 'predict-rows', model, rows: { name: 'the texts', rows } }));
}

/** Tests models one after another, in one worker. */
export function testTables(
  models: readonly TableModel[],
  experiments: readonly LocatedExperiment[],
  options: EngineOptions,
): Promise<TestedRows[]> {
  return asking(options, async (session) => {
    const tested: TestedRows[] = [];
    for (const [index, model] of models.entries()) {
      tested.push(await session.ask({ type: 'test-rows', model, experiment: experiments[index] }));
    }
    return tested;
  });
}

/** How much each input matters to a model. */
export function importanceOf(
  model: TableModel,
  experiment: LocatedExperiment,
  options: EngineOptions,
): Promise<Importance> {
  return asking(options, (session) =>
    session.ask({ type: 'importance', model, experiment, repeats: REPEATS, seed: 1 }),
  );
}

/** As many as scikit-learn's permutation_importance does. */
const REPEATS = 5;

/** All models of rows, or all of images. @throws UserError `model-of-table` for both at once */
export function allOfTables(models: readonly (TrainedModel | TableModel)[]): TableModel[] | undefined {
  const tables = models.filter(isTableModel);
  if (tables.length === 0) return undefined;
  const whatIsTold = ({ target: { column } }: TableModel): string =>
    ['number', 'multi_label', 'mask'].includes(column.type) ? column.type : 'classes';
  if (tables.length === models.length && new Set(tables.map(whatIsTold)).size === 1) return tables;
  throw new UserError('these models tell different things: images, classes of rows, labels, numbers or masks', {
    code: 'model-of-table',
    hint: 'evaluate them one by one',
    exitCode: 2,
  });
}

/** What a test of a model of labels showed. */
export function evaluatedLabels(model: TableModel, { digest, count, truth, outputs }: TestedRows): EvaluatedLabels {
  const { classes } = model.target.column;
  const thresholds = thresholdsOf(model.target);
  const decisions = { probabilities: outputs, truth: truth as Int32Array, thresholds };
  const labels = labelScores(decisions).map((scores, index) => ({
    ...{ label: classes[index], threshold: thresholds[index] },
    ...scores,
  }));
  return { model, rows: count, digest, scores: labelMetrics(LABEL_METRICS, decisions), labels };
}

/** What a test of rows showed, as that of images is told. */
export function asTestedModel({ target }: TableModel, { digest, truth, outputs, texts }: TestedRows): TestedModel {
  const isBinary = target.column.type === 'binary';
  const values = isBinary ? ofBoth(outputs) : outputs;
  const predictions = isBinary
    ? answers(outputs, thresholdsOf(target)[0])
    : mostProbable(values, target.column.classes.length);
  return { digest, labels: truth as Int32Array, values, predictions, ...(texts ? { texts } : {}), robustness: [] };
}

/** What a test of a model of numbers showed. */
export function evaluatedNumbers(model: TableModel, { digest, count, truth, outputs }: TestedRows): EvaluatedNumbers {
  const { scale } = model.target;
  const columns = regressionScoresOf(inOwnUnit(outputs, scale), truth, scalesOf(scale).length);
  return { model, rows: count, digest, columns };
}

/** Of a binary target that is told by a probability. */
export function binaryReport(model: TableModel, { truth, outputs }: TestedRows): BinaryReport | undefined {
  if (model.target.column.type !== 'binary') return undefined;
  const isPositive = (row: number): boolean => truth[row] === 1;
  const [threshold] = thresholdsOf(model.target);
  return {
    auc: areaUnderCurve(outputs, isPositive),
    averagePrecision: averagePrecision(outputs, isPositive),
    threshold,
  };
}

/** A picture of tests of models of rows. */
export async function rowsPicture(models: readonly TableModel[], tested: readonly TestedRows[]): Promise<string> {
  const { rowEvaluationSvg } = await import('../../display/row-evaluation-picture.js');
  const panels = await panelsFor(models[0]);
  return rowEvaluationSvg(models.map((model, index) => ({ name: model.name, panels: panels(model, tested[index]) })));
}

/** What draws the tests of models like this one. */
async function panelsFor({
  target,
}: TableModel): Promise<(model: TableModel, tested: TestedRows) => DrawnModel['panels']> {
  if (target.column.type === 'mask') {
    const { maskPanel } = await import('../../display/mask-panel.js');
    return (model, tested) => [maskPanel(model, tested)];
  }
  const picture = await import('../../report/plots/row-panels.js');
  return (model, tested) => panelsOf(model, tested, picture);
}

type Picture = typeof import('../../report/plots/row-panels.js');

function panelsOf(model: TableModel, tested: TestedRows, picture: Picture): DrawnModel['panels'] {
  const { column, scale } = model.target;
  const { truth, outputs } = tested;
  if (column.type === 'number') {
    const predicted = inOwnUnit(outputs, scale);
    const names = column.columns ?? [column.name];
    return names.flatMap((name, place) => {
      const of = (values: ArrayLike<number>): Float64Array => columnOf(values, place, names.length);
      return picture.numberPanels(name, of(truth), of(predicted));
    });
  }
  if (column.type === 'multi_label') return picture.labelPanels(column.classes, truth as Int32Array, outputs);
  const { labels, predictions } = asTestedModel(model, tested);
  const counts = confusionMatrix(labels, predictions, column.classes.length);
  const curves = column.type === 'binary' ? picture.binaryPanels(column.classes, labels, outputs) : [];
  return [...curves, ...picture.confusionPanels(column.classes, counts)];
}
