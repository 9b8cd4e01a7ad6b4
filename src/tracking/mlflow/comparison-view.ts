import { createHash } from 'node:crypto';
import type { Text } from './limits.js';
import { encodeName } from './names.js';

/** What a page of MLflow is to compare. */
export interface Comparison {
  /** A filter of MLflow's search for the runs that are compared. */
  filter: string;
  /** Params that vary, the most interesting first. */
  params: string[];
  metric: { name: string; goal: 'minimize' | 'maximize' };
  /** A tag: runs that have the same value of it, repetitions with other seeds, are shown as one, by their mean. */
  groupBy: string | null;
}

/** The prefix of the tags of an experiment that hold views; MLflow's own button "Share" writes such ones. */
const VIEW_TAG = 'mlflow.sharedViewState.';
/** Params that parallel coordinates, and columns of a table, are readable of. */
const SHOWN_PARAMS = 8;
/** More than a sweep has where it is looked at as a whole. */
const SHOWN_RUNS = 100;
/** Charts in a row of a section: of three, MLflow's usual, titles can't be read. */
const IN_ROW = 2;
const SECTIONS = { scores: 'Comparison', curves: 'Learning curves' };
const CURVES = ['val_accuracy', 'val_loss', 'train_accuracy', 'train_loss'];

/**
 * A view of MLflow's page of runs: which runs, columns and charts. It is kept as a tag of the experiment, and its address
 * names it. The state is that of the MLflow 3 page (`ExperimentPageUIState`, `ExperimentPageSearchFacetsState`).
 * @returns the tag, and the query of the page's address
 */
export function comparisonView(comparison: Comparison): { tag: Text; query: string[] } {
  const value = JSON.stringify(stateOf(comparison));
  const key = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return {
    tag: { key: `${VIEW_TAG}${key}`, value },
    query: [`viewStateShareKey=${key}`, 'compareRunsMode=CHART'],
  };
}

function stateOf({ filter, params, metric: { name, goal }, groupBy }: Comparison): object {
  const shown = params.slice(0, SHOWN_PARAMS).map(encodeName);
  const metric = encodeName(name);
  const columns = [...shown.map((key) => column('params', key)), column('metrics', metric)];
  return {
    searchFilter: filter,
    orderByKey: column('metrics', metric),
    orderByAsc: goal === 'minimize',
    selectedColumns: columns,
    columnOrder: columns,
    runsHiddenMode: 'SHOW_ALL',
    groupBy: groupBy && { aggregateFunction: 'average', groupByKeys: [{ mode: 'tag', groupByData: groupBy }] },
    compareRunSections: Object.values(SECTIONS).map((title) => ({
      uuid: title,
      name: title,
      display: true,
      columns: IN_ROW,
    })),
    compareRunCharts: [...new Set([metric, 'test_accuracy', 'samples_per_second'])]
      .map((key) => chart(SECTIONS.scores, 'BAR', key, { metricKey: key, runsCountToCompare: SHOWN_RUNS }))
      // Shown as long as the runs aren't grouped.
      .concat(
        chart(SECTIONS.scores, 'PARALLEL', 'params', {
          selectedParams: shown,
          selectedMetrics: [metric],
          showAllRuns: true,
        }),
      )
      .concat(CURVES.map((key) => chart(SECTIONS.curves, 'LINE', key, { metricKey: key, selectedMetricKeys: [key] }))),
  };
}

function chart(section: string, type: 'PARALLEL' | 'BAR' | 'LINE', name: string, options: object): object {
  const identity = { type, uuid: `${type}-${name}`, metricSectionId: section, deleted: false, isGenerated: false };
  return { ...identity, displayName: type === 'PARALLEL' ? undefined : name, ...options };
}

/** As the page names its columns. */
function column(kind: 'params' | 'metrics', name: string): string {
  return `${kind}.\`${name}\``;
}
