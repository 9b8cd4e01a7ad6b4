import { answerAcross, type Across, type Measured } from '../analysis/across-datasets.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { byDataset, withoutDataset } from '../config/sweep/by-dataset.js';
import type { Values } from '../config/sweep/conditions.js';
import { variantLabel } from '../config/sweep/label.js';
import type { GivenNames } from '../config/sweep/names.js';
import { variantTitles } from '../config/sweep/words.js';
import { leftOutOf } from './left-out.js';
import type { SweepEvent } from './sweep-journal.js';
import type { TrialStatus } from './trial.js';

/** A variant on one dataset, and its runs. */
export interface OnDataset {
  values: Values;
  names?: GivenNames;
  runs: readonly { seed: number; value: number | null; status: TrialStatus | 'RUNNING' }[];
}

/** What a sweep stated that holds over its datasets. */
type Stated = Pick<SweepEvent, 'question' | 'metric' | 'margin' | 'alpha' | 'baseline' | 'datasets'>;

/**
 * What the datasets of a sweep answer together.
 * @param variants in the order of the sweep
 * @returns null where the question has one variant alone
 */
export function answerOnDatasets(stated: Stated, variants: readonly OnDataset[]): Across | null {
  const { question, metric, margin, alpha, baseline, datasets = [] } = stated;
  const measured = measuredOn(datasets, variants);
  if (measured.length === 0 || measured[0].variants.length < 2) return null;
  const isKnown = measured[0].variants.some(({ name }) => name === baseline);
  return answerAcross({
    question,
    metric,
    margin: margin ?? undefined,
    alpha,
    baseline: isKnown ? baseline : undefined,
    datasets: measured,
  });
}

/** The same variants on each dataset; what hasn't run on one has no values there. */
function measuredOn(datasets: readonly string[], variants: readonly OnDataset[]): Measured[] {
  const groups = byDataset(variants);
  const distinct = new Map(variants.map(withoutDataset).map((one) => [labelOf(one, variants), one]));
  const labels = [...distinct.keys()];
  const titles = variantTitles([...distinct].map(([label, { values, names }]) => ({ label, values, names })));
  return datasets.map((name) => {
    const own = new Map((groups.get(name) ?? []).map((one) => [labelOf(one, variants), one.runs]));
    return {
      name,
      variants: labels.map((label, i) => {
        const runs = own.get(label) ?? [];
        return { name: label, title: titles[i], values: seedValues(runs), leftOut: leftOutOf(runs) };
      }),
    };
  });
}

/** What a variant is called whatever its dataset is. */
export function labelOf(variant: Omit<OnDataset, 'runs'>, all: readonly Omit<OnDataset, 'runs'>[]): string {
  const { values, names } = withoutDataset(variant);
  return variantLabel(values, keysOf(all), names);
}

const keys = new WeakMap<object, string[]>();

/** All that varies beside the dataset. */
function keysOf(all: readonly Omit<OnDataset, 'runs'>[]): string[] {
  const known = keys.get(all) ?? [...new Set(all.flatMap((one) => Object.keys(withoutDataset(one).values)))];
  keys.set(all, known);
  return known;
}
