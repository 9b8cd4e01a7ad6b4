import { colors as pc, visibleLine } from '../text/visible.js';
import type { ClassificationReport, ProbabilityReport } from '../analysis/classification-report.js';
import type { Interval } from '../analysis/statistics/intervals.js';
import type { Agreement, McNemar } from '../analysis/statistics/mcnemar.js';
import type { WorstImage } from '../analysis/worst-images.js';
import { valueName, withoutProbabilities } from '../inference/class-values.js';
import type { CorruptedScore, TestedModel } from '../inference/tasks.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { count, percent, significant, valueText } from './format.js';
import { formatTable } from './tables/table.js';
import { factLines, wrapped } from './wrapped.js';

/** What is told of a model. */
export type ScoredModel = Pick<TrainedModel, 'name' | 'classes' | 'endsIn' | 'dataset'>;

/** A model and what its test showed. */
export interface Evaluated {
  model: ScoredModel;
  /** What it was tested on. */
  noun: 'image' | 'row';
  tested: TestedModel;
  report: ClassificationReport;
  /** Of what was wrongly classified, the worst first; so many at least as are listed. */
  worst: WorstImage[];
  /** How many of them are listed. */
  listed: number;
  robustness: RobustnessScore[];
  /** Of a binary target. */
  binary?: BinaryReport;
}

/** What is known of a model beside its answers, where it tells how probable yes is. */
export interface BinaryReport {
  auc: number;
  averagePrecision: number;
  /** Above which yes is told. */
  threshold: number;
}

export interface RobustnessScore extends Omit<CorruptedScore, 'correct'> {
  accuracy: number;
  /** Wilson's, 95 %. */
  interval: Interval;
}

/** Two models on the same images. */
export interface Comparison extends McNemar {
  first: string;
  second: string;
  agreement: Agreement;
  /** Holm's, over all pairs. */
  adjustedPValue: number;
}

/** Beyond this many classes the matrix is left to `--json`. */
const MAX_MATRIX_CLASSES = 20;

/** All that was found, as one JSON document. */
export function evaluationsJson(evaluated: readonly Evaluated[], comparisons: readonly Comparison[]): string {
  return `${JSON.stringify({ runs: evaluated.map(toJson), comparisons: comparisons.map(comparisonJson) }, undefined, 2)}\n`;
}

function toJson({ model, tested, report, worst, listed, robustness, binary }: Evaluated): object {
  return {
    run: model.name,
    dataset_digest: tested.digest,
    images: report.images,
    accuracy: report.accuracy,
    accuracy_interval: report.accuracyInterval,
    ...(binary ? { auc: binary.auc, average_precision: binary.averagePrecision, threshold: binary.threshold } : {}),
    ...probabilityJson(report.probabilities),
    ...(report.probabilities ? {} : { without_probabilities: withoutProbabilities(model) }),
    macro: report.macro,
    classes: report.classes.map(({ precisionInterval, recallInterval, ...scores }) => ({
      ...scores,
      precision_interval: precisionInterval,
      recall_interval: recallInterval,
    })),
    confusion_matrix: report.confusionMatrix,
    worst: worst.slice(0, listed).map((image) => worstJson(image, model, tested)),
    robustness,
  };
}

function worstJson({ index, ...image }: WorstImage, model: ScoredModel, { files, texts }: TestedModel): object {
  const value = valueName(model);
  return {
    index,
    ...(files ? { file: files[index] } : {}),
    ...(texts ? { text: texts[index] } : {}),
    class: model.classes[image.label],
    [`class_${value}`]: image.labelValue,
    predicted: model.classes[image.prediction],
    [`predicted_${value}`]: image.predictionValue,
  };
}

function probabilityJson(report: ProbabilityReport | null): object {
  return {
    log_loss: report?.logLoss ?? null,
    brier_score: report?.brierScore ?? null,
    calibration: report && {
      expected_calibration_error: report.calibration.expectedError,
      maximum_calibration_error: report.calibration.maximumError,
      bins: report.calibration.bins,
    },
  };
}

function comparisonJson({ first, second, agreement, ...test }: Comparison): object {
  return {
    first,
    second,
    accuracy_difference: test.accuracyDifference,
    interval: test.interval,
    p_value: test.pValue,
    adjusted_p_value: test.adjustedPValue,
    both_right: agreement.bothRight,
    only_first_right: agreement.onlyFirst,
    only_second_right: agreement.onlySecond,
    both_wrong: agreement.bothWrong,
  };
}

/** The same for people. */
export function evaluationsText(evaluated: readonly Evaluated[], comparisons: readonly Comparison[]): string {
  const sections = evaluated.map((each) =>
    [summary(each), classTable(each), matrixTable(each), worstTable(each), robustnessTable(each)]
      .filter(Boolean)
      .join('\n'),
  );
  return [...sections, ...(comparisons.length > 0 ? [comparisonTable(comparisons)] : [])].join('\n');
}

function summary({ model, report, noun, binary }: Evaluated): string {
  const { accuracy, accuracyInterval, probabilities, macro, images } = report;
  const facts: [string, string][] = [
    ['accuracy', `${percent(accuracy)}  ${interval(accuracyInterval)} of ${count(images)} test ${noun}s`],
    ['macro F1', percent(macro.f1_score)],
    ...(binary ? binaryFacts(binary, model.classes[1]) : []),
    ...(probabilities ? probabilityFacts(probabilities) : []),
  ];
  const reason = withoutProbabilities(model);
  const note = reason ? pc.dim(wrapped(`no log loss, Brier score or calibration: ${reason}`, '  ')) : '';
  return `${pc.bold(model.name)}\n${factLines(facts)}${note}`;
}

function binaryFacts({ auc, averagePrecision, threshold }: BinaryReport, positive: string): [string, string][] {
  return [
    ['area under ROC', significant(auc)],
    ['average precision', percent(averagePrecision)],
    ['threshold', `${positive} above ${percent(threshold)}`],
  ];
}

function probabilityFacts({ logLoss, brierScore, calibration }: ProbabilityReport): [string, string][] {
  const { expectedError, maximumError } = calibration;
  return [
    ['log loss', significant(logLoss)],
    ['Brier score', significant(brierScore)],
    ['calibration error', `${percent(expectedError)} expected, ${percent(maximumError)} at most`],
  ];
}

function classTable({ report, noun }: Evaluated): string {
  const right = [`${noun.toUpperCase()}S`, 'PRECISION', '95 %', 'RECALL', '95 %', 'F1'].map((title) => ({
    title,
    align: 'right' as const,
  }));
  const rows = report.classes.map((each) => [
    each.class,
    count(each.images),
    percent(each.precision),
    interval(each.precisionInterval),
    percent(each.recall),
    interval(each.recallInterval),
    percent(each.f1_score),
  ]);
  return formatTable([{ title: 'CLASS' }, ...right], rows);
}

function matrixTable({ model, report }: Evaluated): string {
  if (model.classes.length > MAX_MATRIX_CLASSES) return '';
  const columns = model.classes.map((title) => ({ title, align: 'right' as const }));
  const rows = report.confusionMatrix.map((row, index) => [
    model.classes[index],
    ...row.map((value, column) =>
      column === index ? pc.bold(String(value)) : value === 0 ? pc.dim('·') : String(value),
    ),
  ]);
  return formatTable([{ title: 'TRUE \\ PREDICTED' }, ...columns], rows);
}

/** What the model got wrong most confidently. */
function worstTable({ model, tested, worst: all, listed, noun }: Evaluated): string {
  if (all.length === 0) return '';
  const worst = all.slice(0, listed);
  const name = valueName(model);
  const title = name.toUpperCase();
  const rows = worst.map(({ index, label, prediction, labelValue, predictionValue }) => [
    tested.files?.[index] ?? String(index),
    model.classes[prediction],
    valueText(name, predictionValue),
    model.classes[label],
    valueText(name, labelValue),
  ]);
  const value = { title, align: 'right' as const };
  const place = { title: `WORST ${noun.toUpperCase()}`, ...(tested.files ? {} : { align: 'right' as const }) };
  const titles = [place, { title: 'PREDICTED' }, value, { title: 'TRUE' }, value];
  const table = tested.texts ? withTexts(formatTable(titles, rows), worst, tested.texts) : formatTable(titles, rows);
  const wrong = tested.labels.filter((label, index) => label !== tested.predictions[index]).length;
  if (wrong === worst.length) return table;
  return `${table}${pc.dim(`of ${count(wrong)} wrongly classified ${noun}s; --worst N lists more, --json all\n`)}`;
}

/** What is shown of a text. */
const TEXT_SHOWN = 400;

/** Below each line of a table the text that it is of. */
function withTexts(table: string, worst: readonly WorstImage[], texts: Readonly<Record<number, string>>): string {
  const [title, ...lines] = table.trimEnd().split('\n');
  const told = lines.map((line, row) => {
    const text = visibleLine(texts[worst[row].index].replace(/\s+/g, ' ').trim());
    const part = text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN - 1)}…` : text;
    return `${line}\n${pc.dim(wrapped(part === '' ? '(no words)' : part, '  '))}`;
  });
  return `${title}\n${told.join('')}`;
}

/** A row a distortion, a column a strength. */
function robustnessTable({ report, robustness }: Evaluated): string {
  if (robustness.length === 0) return '';
  const names = [...new Set(robustness.map(({ corruption }) => corruption))];
  const rows = names.map((name) => {
    const scores = robustness.filter(({ corruption }) => corruption === name);
    const strengths = scores.map(({ strength }) => strength).join(', ');
    return [name, ...scores.map(({ accuracy }) => percent(accuracy)), pc.dim(`${strengths} ${scores[0].unit}`)];
  });
  const severities = robustness.filter(({ corruption }) => corruption === names[0]).map(({ severity }) => severity);
  const columns = severities.map((severity) => ({ title: String(severity), align: 'right' as const }));
  const table = formatTable([{ title: 'DISTORTED BY' }, ...columns, { title: 'STRENGTHS' }], rows);
  const { images } = robustness[0];
  return images < report.images ? `${table}${pc.dim(`of the first ${count(images)} test images\n`)}` : table;
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  const right = ['DIFFERENCE', '95 %', 'ONLY FIRST RIGHT', 'ONLY SECOND RIGHT', 'P', 'P (HOLM)'];
  const rows = comparisons.map(({ first, second, agreement, ...test }) => [
    first,
    second,
    points(test.accuracyDifference),
    `${points(test.interval[0])} … ${points(test.interval[1])}`,
    count(agreement.onlyFirst),
    count(agreement.onlySecond),
    significant(test.pValue),
    significant(test.adjustedPValue),
  ]);
  const columns = right.map((title) => ({ title, align: 'right' as const }));
  return formatTable([{ title: 'FIRST' }, { title: 'SECOND' }, ...columns], rows);
}

function interval(bounds: Interval | null): string {
  return bounds === null ? '' : `${(100 * bounds[0]).toFixed(1)}–${(100 * bounds[1]).toFixed(1)}`;
}

/** A difference of two shares. */
function points(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(100 * difference).toFixed(2)}`;
}
