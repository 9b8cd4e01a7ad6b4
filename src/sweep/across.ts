import { answerAcross, type Across, type Measured } from '../analysis/across-datasets.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import type { NamedVariant } from '../config/sweep/names.js';
import { variantTitles } from '../config/sweep/words.js';
import { leftOutOf } from './left-out.js';
import type { SweepEvent } from './sweep-journal.js';
import type { TrialStatus } from './trial.js';

/** A variant on one dataset, called as on all of them, and its runs. */
export interface OnDataset extends NamedVariant {
  name: string;
  runs: readonly { seed: number; value: number | null; status: TrialStatus | 'RUNNING' }[];
}

/** What a sweep stated that holds over its datasets. */
type Stated = Pick<SweepEvent, 'question' | 'metric' | 'margin' | 'alpha' | 'baseline' | 'datasets'>;

/** Dataset → its variants, in the order of the sweep. */
type Groups = ReadonlyMap<string, readonly OnDataset[]>;

/**
 * What the datasets of a sweep answer together.
 * @returns null where the question has one variant alone
 */
export function answerOnDatasets(stated: Stated, groups: Groups): Across | null {
  const { question, metric, margin, alpha, baseline, datasets = [] } = stated;
  const measured = measuredOn(datasets, groups);
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
function measuredOn(datasets: readonly string[], groups: Groups): Measured[] {
  const distinct = new Map([...groups.values()].flat().map((variant) => [variant.name, variant]));
  const titles = variantTitles([...distinct].map(([label, { values, names }]) => ({ label, values, names })));
  return datasets.map((dataset) => {
    const own = new Map(groups.get(dataset)?.map(({ name, runs }) => [name, runs]));
    const variants = [...distinct.keys()].map((name, i) => {
      const runs = own.get(name) ?? [];
      return { name, title: titles[i], values: seedValues(runs), leftOut: leftOutOf(runs) };
    });
    return { name: dataset, variants };
  });
}
