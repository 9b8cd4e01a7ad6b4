import { basename, dirname, join } from 'node:path';
import { datasetTitle } from '../dataset-title.js';
import type { DatasetConfig, SweepConfig, SweepParameter } from '../schema/experiment.generated.js';
import { experimentSchema, expand, tagsOf } from '../schema/schema.js';
import type { Path, Report } from '../text/problems.js';
import {
  at,
  fromJson,
  jsonText,
  type Entry,
  type Json,
  type MappingTree,
  type ScalarTree,
  type Tree,
} from '../text/tree.js';

/** Where a variant of a sweep over datasets has its dataset. */
export const DATASET = 'dataset';

/** Of files that hold rows: all other names with a slash or a dot are folders of images. */
const TABLE = /\.(csv|tsv|tab|psv|jsonl|ndjson|parquet|pq|npz|npy|tar|tgz|json)(\.gz)?$/i;

/**
 * The tree with each of `sweep.datasets` written out: of a name, a folder or a file the mapping that it stands for, with
 * what `dataset` says besides its name. An experiment whose `dataset` has no name is, by itself, of the first of them.
 */
export function withSweptDatasets(tree: Tree): Tree {
  const datasets = at(tree, ['sweep', 'datasets']);
  if (datasets?.kind !== 'list' || datasets.items.length === 0) return tree;
  const own = at(tree, [DATASET]);
  const shared = own?.kind === 'mapping' ? [...own.entries].filter(([key]) => key !== 'name') : [];
  const items = datasets.items.map((item) => (item.kind === 'scalar' ? written(item, shared) : item));
  const root = tree as MappingTree;
  const sweep = replaced(at(tree, ['sweep']) as MappingTree, 'datasets', { ...datasets, items });
  const isNamed = own !== undefined && (own.kind !== 'mapping' || own.entries.has('name'));
  const listed = replaced(root, 'sweep', sweep);
  return isNamed ? listed : replaced(listed, DATASET, firstOf(items[0], shared));
}

/** The mapping with another value of a key, written where it was, or where the value is. */
function replaced(mapping: MappingTree, key: string, value: Tree): MappingTree {
  const place = mapping.entries.get(key)?.key ?? value.span;
  return { ...mapping, entries: new Map([...mapping.entries, [key, { key: place, value }]]) };
}

/** What `dataset` says is said of the first, too, unless that has it otherwise. */
function firstOf(first: Tree, shared: readonly [string, Entry][]): Tree {
  return first.kind === 'mapping' ? { ...first, entries: new Map([...shared, ...first.entries]) } : first;
}

function written(item: ScalarTree, shared: readonly [string, Entry][]): Tree {
  const { value: text, span } = item;
  if (typeof text !== 'string') return item;
  const own = fromJson(meaningOf(text), span) as MappingTree;
  return { ...own, entries: new Map([...own.entries, ...shared.filter(([key]) => !own.entries.has(key))]) };
}

/** The dataset that a word stands for: a name, unless it has a slash or a dot, as paths have. */
function meaningOf(text: string): Record<string, Json> {
  if (TABLE.test(text)) return { name: 'table', path: text };
  const isPath = /[/\\.]/.test(text) && !namesOfDatasets().includes(text);
  return isPath ? { name: 'image_folder', path: text } : { name: text };
}

function namesOfDatasets(): string[] {
  const dataset = expand(experimentSchema().properties?.[DATASET] ?? {});
  return (dataset.oneOf ?? []).flatMap((branch) => tagsOf(branch, 'name').map(jsonText));
}

/** The datasets of a sweep as one of its parameters, which varies before all others; undefined where it has none. */
function datasetParameter({ datasets }: Pick<SweepConfig, 'datasets'>): SweepParameter | undefined {
  if (!datasets) return undefined;
  return { values: datasets, distribution: 'categorical', names: titlesOf(datasets) };
}

const parameters = new WeakMap<SweepConfig, SweepConfig['parameters']>();

/** What a sweep varies: its datasets, if it has such, then its parameters. */
export function parametersOf(sweep: SweepConfig): SweepConfig['parameters'] {
  const known = parameters.get(sweep);
  if (known) return known;
  const dataset = datasetParameter(sweep);
  const all = dataset ? { [DATASET]: dataset, ...sweep.parameters } : sweep.parameters;
  parameters.set(sweep, all);
  return all;
}

/** All but the dataset, of what has a value for each dotted key. */
export function without<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== DATASET));
}

/** What each dataset is called: files of the same name by the folder that they are in, too, or by their number. */
export function titlesOf(datasets: readonly DatasetConfig[]): string[] {
  const long = (dataset: DatasetConfig): string => {
    const path = 'path' in dataset ? dataset.path : null;
    return typeof path === 'string' ? join(basename(dirname(path)), basename(path)) : datasetTitle(dataset);
  };
  const isOnce = (title: string, all: readonly string[]): boolean => all.filter((one) => one === title).length === 1;
  const short = datasets.map(datasetTitle);
  const titles = datasets.map((dataset, i) => (isOnce(short[i], short) ? short[i] : long(dataset)));
  return titles.map((title, i) => (isOnce(title, titles) ? title : `${title} (${i + 1})`));
}

/** What can't be asked of several datasets: their trials aren't compared with each other, and each has all variants. */
export function checkDatasets(sweep: SweepConfig, report: Report): void {
  const { datasets, method, early_terminate: rule, parameters: varied } = sweep;
  if (!datasets) return;
  const conflict = (path: Path, message: string, hint: string): void => {
    report([path], { code: 'conflict', message, hint });
  };
  if (method === 'random' || method === 'bayes') {
    const hint = 'every dataset must have the same variants: set `method: grid`';
    conflict(['sweep', 'method'], `method ${method} beside datasets`, hint);
  }
  if (rule) {
    const hint = 'it compares trials, which those of different datasets can’t be: train all to the end';
    conflict(['sweep', 'early_terminate'], 'early_terminate beside datasets', hint);
  }
  for (const key of Object.keys(varied).filter((each) => each === DATASET || each === `${DATASET}.name`)) {
    conflict(['sweep', 'parameters', key], `${key} beside datasets`, 'list all datasets in `datasets`');
  }
  const folds = datasets.map(({ split }) => split?.folds ?? null);
  const other = folds.findIndex((count) => count !== folds[0]);
  if (other !== -1) {
    const hint = 'give all datasets the same number of folds';
    conflict(['sweep', 'datasets', other], `${folds[other] ?? 'no'} folds beside ${folds[0] ?? 'none'}`, hint);
  }
}
