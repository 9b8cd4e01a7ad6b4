import { modelLabel } from '../config/model-reference.js';
import { usualGoal } from '../config/sweep/resolve.js';
import { mainMetricOf } from '../text/main-metric.js';
import { nearest } from '../config/text/suggest.js';
import { badUsage } from '../text/errors.js';
import type { Found } from '../sweep/find.js';
import { readSweepRecord } from '../sweep/sweep-journal.js';
import { readSweepStates, type SweepState } from '../sweep/sweep-state.js';
import { folderBytes } from '../tracking/folder-size.js';
import { readBeginning, type RunBeginning } from '../tracking/run-history.js';
import { labelledTags, readLabels } from '../tracking/labels.js';
import { byTime, type ListedRun, listRuns, nameInId, readIdentity, startOf } from '../tracking/run-store.js';
import { ifReadable } from './if-readable.js';
import { badFilter, compareValues, parseWhere } from './where.js';

/** A run as lists show it, filter it and sort it. */
export interface RunRow extends ListedRun {
  /** Of its experiment, as its id has it. */
  name: string;
  /** The name that it was given later. */
  title?: string;
  status: string;
  /** The sweep that it is a trial of. */
  sweep?: string;
  tags: Record<string, string>;
  /** Of its folder. */
  bytes: number;
  /** Dotted key → value, of the configuration. */
  params: Record<string, string>;
  /** The sweep that it was made for. */
  parent?: string;
  /** The ids of the runs that it began from: by their weights, or to train them on. */
  needs: string[];
}

/** Keys that say nothing of how a run trains, or that others say already. */
const WORDS = /^(name|description|question|tags|tracking|sweep)(\.|$)/;

/** Of every run of a directory, the oldest first. */
export async function readRunRows(runsDirectory: string): Promise<RunRow[]> {
  return runRows(listRuns(runsDirectory).sort(byTime), sweepsOfRuns(await readSweepStates(runsDirectory)));
}

/** @param sweepOf run → the sweep that it is a trial of */
export function runRows(listed: readonly ListedRun[], sweepOf: ReadonlyMap<string, string>): RunRow[] {
  return listed.map((each) => {
    const { run, summary, problem } = each;
    const identity = ifReadable(() => readIdentity(run));
    const labels = ifReadable(() => readLabels(run));
    const beginning = ifReadable(() => readBeginning(run));
    return {
      ...each,
      name: nameInId(run.id),
      status: summary?.status ?? (problem === undefined ? 'UNFINISHED' : 'UNREADABLE'),
      sweep: sweepOf.get(run.id),
      title: labels?.name,
      tags: labelledTags(identity?.tags, labels ?? { tags: {} }),
      bytes: folderBytes(run.path),
      params: beginning?.params ?? {},
      parent: identity?.parent,
      needs: beginning ? needsOf(beginning) : [],
    };
  });
}

/** The tags of a run or a sweep, as they are by now. */
export function tagsOf(found: Found): Record<string, string> {
  if ('run' in found) return labelledTags(readIdentity(found.run).tags, readLabels(found.run));
  return labelledTags(readSweepRecord(found.sweep).begun.origin?.tags, readLabels(found.sweep));
}

function needsOf({ params, tags }: RunBeginning): string[] {
  const from = [modelLabel(params['training.initial_weights']), tags.trains_on] as (string | undefined)[];
  return from.filter((id) => id !== undefined);
}

/** Run → the sweep that it is a trial of. */
export function sweepsOfRuns(sweeps: readonly SweepState[]): Map<string, string> {
  return new Map(
    sweeps.flatMap(({ sweep, results, open }) => {
      const ended = results.ranked().flatMap(({ trials }) => trials);
      return [...ended, ...open].map(({ run }) => [run, sweep.id] as const);
    }),
  );
}

/** What a key means for a run: a key of its configuration, a metric, a tag (`tags.team`), or a fact. */
export function fieldOf(row: RunRow, key: string): string | number | undefined {
  const { params, summary, tags } = row;
  if (Object.hasOwn(params, key)) return params[key];
  if (summary && Object.hasOwn(summary.metrics, key)) return summary.metrics[key];
  if (key.startsWith('tags.')) return Object.hasOwn(tags, key.slice(5)) ? tags[key.slice(5)] : undefined;
  return Object.hasOwn(FACTS, key) ? FACTS[key](row) : undefined;
}

const FACTS: Record<string, (row: RunRow) => string | number | undefined> = {
  id: ({ run }) => run.id,
  name: ({ title, name }) => title ?? name,
  status: ({ status }) => status,
  sweep: ({ sweep }) => sweep,
  started: ({ run }) => startOf(run.id).replace(/(....)(..)(..)-(..)(..)(..)/, '$1-$2-$3T$4:$5:$6'),
  seed: ({ summary, params }) => summary?.seed ?? params['training.seed'],
  epochs: ({ summary }) => summary?.epochs,
  parameters: ({ summary }) => summary?.parameters,
  flops: ({ summary }) => summary?.flops,
  seconds: ({ summary }) => summary?.duration_seconds,
  bytes: ({ bytes }) => bytes,
};

/** What `ls` calls them above its columns. */
const TITLES: Partial<Record<string, keyof typeof FACTS>> = { run: 'id', time: 'seconds', size: 'bytes' };

/** All keys that some run has. */
function keysOf(rows: readonly RunRow[]): Set<string> {
  return new Set([
    ...Object.keys(FACTS),
    ...rows.flatMap(({ params, summary, tags }) => [
      ...Object.keys(params),
      ...Object.keys(summary?.metrics ?? {}),
      ...Object.keys(tags).map((tag) => `tags.${tag}`),
    ]),
  ]);
}

/**
 * The runs of which a condition holds.
 * @throws UserError `bad-filter` for a mistake in it, and for a key that no run has
 */
export function filterRows(rows: readonly RunRow[], where: string): RunRow[] {
  const { holds, keys } = parseWhere(where);
  const known = keysOf(rows);
  const unknown = keys.find(({ name }) => !known.has(name));
  if (unknown && rows.length > 0) {
    throw badFilter(where, unknown.column, `no run has a "${unknown.name}"`, nearestKey(unknown.name, known));
  }
  return rows.filter((row) => holds((key) => fieldOf(row, key)));
}

/**
 * Sorted by keys, the first the most important; one with a `-` before it goes down. Runs without a key come last.
 * @throws UserError `bad-usage` for a key that no run has
 */
export function sortRows(rows: readonly RunRow[], keys: readonly string[]): RunRow[] {
  const known = keysOf(rows);
  const orders = keys.map((text) => ({ key: text.replace(/^-/, ''), sign: text.startsWith('-') ? -1 : 1 }));
  const unknown = orders.find(({ key }) => !known.has(key));
  if (unknown && rows.length > 0) {
    const hint = nearestKey(unknown.key, known);
    throw badUsage(`--sort: no run has a "${unknown.key}"`, hint);
  }
  return rows.toSorted((a, b) => orders.reduce((order, { key, sign }) => order || compareBy(a, b, key, sign), 0));
}

/**
 * The finished run with the best value of a metric, of each name: values of different experiments don't compare.
 * @param metric each experiment's main one, unless given
 * @returns sorted by name; none of a name that has no finished run with the metric
 */
export function bestRows(rows: readonly RunRow[], metric?: string): RunRow[] {
  if (metric !== undefined) return bestBy(rows, metric);
  const best = mainMetricsOf(rows).flatMap((name) => {
    return bestBy(
      rows.filter(({ summary }) => mainMetricOf(summary?.metrics) === name),
      name,
    );
  });
  return best.sort((a, b) => compareValues(a.name, b.name));
}

/** The main metrics of runs, each once. */
export function mainMetricsOf(rows: readonly RunRow[]): string[] {
  return [...new Set(rows.map(({ summary }) => mainMetricOf(summary?.metrics)))];
}

function bestBy(rows: readonly RunRow[], metric: string): RunRow[] {
  const sign = usualGoal(metric) === 'maximize' ? '-' : '';
  const able = rows.filter(({ status, summary }) => status === 'FINISHED' && Number.isFinite(summary?.metrics[metric]));
  const best = new Map(
    able.length === 0
      ? []
      : sortRows(able, [`${sign}${metric}`])
          .toReversed()
          .map((row) => [row.name, row]),
  );
  return [...best.values()].sort((a, b) => compareValues(a.name, b.name));
}

function compareBy(a: RunRow, b: RunRow, key: string, sign: number): number {
  const [x, y] = [a, b].map((row) => fieldOf(row, key)).map((value) => (Number.isNaN(value) ? undefined : value));
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  return sign * compareValues(x, y);
}

function nearestKey(wanted: string, known: ReadonlySet<string>): string {
  const plain = [...known].filter((key) => !key.startsWith('model.layers.'));
  const word = wanted.toLowerCase();
  const likely =
    TITLES[word] ??
    plain.find((key) => key.endsWith(`.${word}`)) ??
    plain.find((key) => key.includes(word)) ??
    nearest(wanted, plain);
  return likely === undefined
    ? `what runs have: ${Object.keys(FACTS).join(', ')}, metrics, keys`
    : `did you mean ${likely}?`;
}

/**
 * The keys of the configuration that tell runs of one name apart. What a layer inherits follows from the model's key, and
 * is left out.
 */
export function variedKeys(rows: readonly RunRow[]): string[] {
  const byName = new Map<string, RunRow[]>();
  for (const row of rows) {
    const group = byName.get(row.name);
    if (group) group.push(row);
    else byName.set(row.name, [row]);
  }
  const groups = [...byName.values()];
  const keys = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))].filter((key) => !WORDS.test(key));
  const varied = keys.filter((key) => groups.some((group) => isVaried(group, key)));
  return varied.filter((key) => !varied.some((other) => isInherited(key, other, groups)));
}

function isVaried(group: readonly RunRow[], key: string): boolean {
  const known = group.filter(({ params }) => Object.keys(params).length > 0);
  return new Set(known.map(({ params }) => params[key])).size > 1;
}

/** Whether the key of a layer has one value for each value of the model's key of its name. */
function isInherited(key: string, model: string, groups: readonly RunRow[][]): boolean {
  if (!key.startsWith('model.layers.') || model.startsWith('model.layers.')) return false;
  if (!model.startsWith('model.') || !key.endsWith(model.slice('model'.length))) return false;
  return groups.every((group) => {
    const pairs = new Set(group.map(({ params }) => `${params[model]}\0${params[key]}`));
    return pairs.size === new Set(group.map(({ params }) => params[model])).size;
  });
}
