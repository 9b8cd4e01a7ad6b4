import type { SweepConfig } from '../schema/experiment.generated.js';
import type { LoadedExperiment } from '../load.js';
import type { Problem } from '../text/problems.js';
import { nearest } from '../text/suggest.js';
import { type GivenNames } from '../sweep/names.js';
import type { Values } from '../sweep/conditions.js';
import { variantLabel } from '../sweep/label.js';
import { variantTitles } from '../sweep/words.js';

/** A variant as far as it has a name. */
export interface Nameable {
  values: Values;
  names?: GivenNames;
}

/** Variants that a name may mean: those that are called so, else those in whose names it stands. */
export function variantsNamed(asked: string, names: readonly (readonly string[])[]): number[] {
  const exact = [...names.keys()].filter((i) => names[i].includes(asked));
  return exact.length > 0 ? exact : [...names.keys()].filter((i) => names[i].some((name) => name.includes(asked)));
}

/** The label of the variant that a sweep states as its baseline; null where it states none, or none that is known. */
export function statedBaseline(sweep: SweepConfig, variants: readonly Nameable[]): string | null {
  if (sweep.baseline === undefined) return null;
  const [found] = variantsNamed(sweep.baseline, namesOf(variants));
  return labelsOf(variants).at(found) ?? null;
}

/** What is wrong with the baseline that a sweep states: it must name one of its variants. */
export function baselineProblems({ config, source }: LoadedExperiment, variants: readonly Nameable[]): Problem[] {
  const asked = config.sweep?.baseline;
  if (asked === undefined) return [];
  if (variants.length === 0) {
    const message = 'a Bayesian search has no baseline: its variants are not known before its runs';
    return [source.problem(['sweep', 'baseline'], { code: 'conflict', message, hint: 'remove it' })];
  }
  const count = variantsNamed(asked, namesOf(variants)).length;
  if (count === 1) return [];
  const labels = labelsOf(variants);
  const message = `${count === 0 ? 'no variant is' : `${count} variants are`} called ${JSON.stringify(asked)}`;
  const expected = `one of ${labels.slice(0, 20).join(', ')}${labels.length > 20 ? ' …' : ''}`;
  const suggestion = count === 0 ? nearest(asked, labels) : undefined;
  return [source.problem(['sweep', 'baseline'], { code: 'wrong-value', message, expected, suggestion })];
}

function labelsOf(variants: readonly Nameable[]): string[] {
  const keys = [...new Set(variants.flatMap(({ values }) => Object.keys(values)))];
  return variants.map(({ values, names }) => variantLabel(values, keys, names));
}

/** A variant may be named by its label or in words. */
function namesOf(variants: readonly Nameable[]): string[][] {
  const labels = labelsOf(variants);
  const titles = variantTitles(variants.map(({ values, names }, i) => ({ label: labels[i], values, names })));
  return labels.map((label, i) => [label, titles[i]]);
}
