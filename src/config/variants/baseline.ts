import type { SweepConfig } from '../schema/experiment.generated.js';
import type { LoadedExperiment } from '../load.js';
import type { Problem } from '../text/problems.js';
import { nearest } from '../text/suggest.js';
import type { NamedVariant } from '../sweep/names.js';
import { labelsAmong } from '../sweep/label.js';
import { byDataset, withoutDataset } from '../sweep/by-dataset.js';
import { variantTitles } from '../sweep/words.js';

/** The one variant that a name means, by its place; else why it means none. */
export type Meant = { place: number } | { place: null; count: number; message: string; expected: string };

/** Of more names than this the rest is left out. */
const MOST_LISTED = 20;

/**
 * The variant that is called so, else the one in whose names it stands.
 * @param names of each variant: its label first
 */
export function variantCalled(asked: string, names: readonly (readonly string[])[]): Meant {
  const places = [...names.keys()];
  const exact = places.filter((i) => names[i].includes(asked));
  const found = exact.length > 0 ? exact : places.filter((i) => names[i].some((name) => name.includes(asked)));
  if (found.length === 1) return { place: found[0] };
  const message = `${found.length === 0 ? 'no variant is' : `${found.length} variants are`} called ${asked}`;
  const listed = names.slice(0, MOST_LISTED).map(([label]) => label);
  const expected = `one of ${listed.join(', ')}${names.length > MOST_LISTED ? ' …' : ''}`;
  return { place: null, count: found.length, message, expected };
}

/** The label of the variant that a sweep states as its baseline; null where it states none, or none that is known. */
export function statedBaseline(sweep: SweepConfig, variants: readonly NamedVariant[]): string | null {
  if (sweep.baseline === undefined) return null;
  const names = namesOf(ofOneDataset(variants));
  const { place } = variantCalled(sweep.baseline, names);
  return place === null ? null : names[place][0];
}

/** What is wrong with the baseline that a sweep states: it must name one of its variants. */
export function baselineProblems({ config, source }: LoadedExperiment, variants: readonly NamedVariant[]): Problem[] {
  const asked = config.sweep?.baseline;
  if (asked === undefined) return [];
  if (variants.length === 0) {
    const message = 'a Bayesian search has no baseline: its variants are not known before its runs';
    return [source.problem(['sweep', 'baseline'], { code: 'conflict', message, hint: 'remove it' })];
  }
  const names = namesOf(ofOneDataset(variants));
  const meant = variantCalled(asked, names);
  if (meant.place !== null) return [];
  const { count, message, expected } = meant;
  const labels = names.map(([label]) => label);
  const suggestion = count === 0 ? nearest(asked, labels) : undefined;
  return [source.problem(['sweep', 'baseline'], { code: 'wrong-value', message, expected, suggestion })];
}

/** A baseline is one on every dataset. */
function ofOneDataset(variants: readonly NamedVariant[]): NamedVariant[] {
  const [first = []] = byDataset(variants).values();
  return first.map(withoutDataset);
}

/** A variant may be named by its label or in words. */
function namesOf(variants: readonly NamedVariant[]): string[][] {
  const labels = labelsAmong(variants);
  const titles = variantTitles(variants.map(({ values, names }, i) => ({ label: labels[i], values, names })));
  return labels.map((label, i) => [label, titles[i]]);
}
