import type { TableModel } from '../inference/table-model.js';
import type { LabelScores } from '../metrics/multi-label.js';
import { colors as pc } from '../text/visible.js';
import { count, percent } from './format.js';
import { formatTable } from './tables/table.js';
import { factLines } from './wrapped.js';

/** A model of labels and what its test showed. */
export interface EvaluatedLabels {
  model: TableModel;
  rows: number;
  digest: string;
  /** `accuracy`, `f1_score` …: see `labelMetrics`. */
  scores: Record<string, number>;
  labels: (LabelScores & { label: string; threshold: number })[];
}

/** What is told of a model's labels together: see `labelMetrics`. */
export const LABEL_METRICS = ['f1_score', 'micro_f1_score', 'precision', 'recall', 'mean_average_precision'];

/** What the tests of models of labels showed. */
export function labelsText(evaluated: readonly EvaluatedLabels[]): string {
  return evaluated.map((each) => `${summary(each)}\n${labelTable(each)}`).join('\n');
}

function summary({ model, rows, scores }: EvaluatedLabels): string {
  const facts: [string, string][] = [
    ['macro F1', `${percent(scores.f1_score)}  of ${count(rows)} test rows`],
    ['micro F1', percent(scores.micro_f1_score)],
    ['mean average precision', percent(scores.mean_average_precision)],
    ['decisions that are right', percent(scores.accuracy)],
  ];
  return `${pc.bold(model.name)}\n${factLines(facts)}`;
}

function labelTable({ model, labels }: EvaluatedLabels): string {
  const isChosen = model.target.thresholds !== undefined;
  const right = ['ROWS', ...(isChosen ? ['THRESHOLD'] : []), 'PRECISION', 'RECALL', 'F1', 'AVERAGE PRECISION'].map(
    (title) => ({
      title,
      align: 'right' as const,
    }),
  );
  const cells = labels.map(({ label, rows, threshold, ...scores }) => [
    label,
    count(rows),
    ...(isChosen ? [percent(threshold)] : []),
    percent(scores.precision),
    percent(scores.recall),
    percent(scores.f1_score),
    percent(scores.average_precision),
  ]);
  return formatTable([{ title: model.target.column.name.toUpperCase() }, ...right], cells);
}

/** The same as one JSON document. */
export function labelsJson(evaluated: readonly EvaluatedLabels[]): string {
  const runs = evaluated.map(({ model, digest, rows, scores, labels }) => ({
    ...{ run: model.name, dataset_digest: digest, target: model.target.column.name, rows },
    ...{ ...scores, labels },
  }));
  return `${JSON.stringify({ runs }, undefined, 2)}\n`;
}
