import { DATASET, without } from './datasets.js';
import { labelsAmong } from './label.js';
import type { NamedVariant } from './names.js';

/** What the dataset of a variant is called, of a sweep over several. */
export function datasetOf({ names }: NamedVariant): string {
  return names?.values?.[DATASET] ?? '';
}

/** A variant as it is on each dataset: all but that. */
export function withoutDataset<T extends NamedVariant>(variant: T): T {
  const { values: named = {}, ...rest } = variant.names ?? {};
  const others = without(named);
  const names = { ...rest, ...(Object.keys(others).length > 0 && { values: others }) };
  return { ...variant, values: without(variant.values), names: Object.keys(names).length > 0 ? names : undefined };
}

/** The variants of each dataset, in the order of the datasets. */
export function byDataset<T extends NamedVariant>(variants: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const variant of variants) found.set(datasetOf(variant), [...(found.get(datasetOf(variant)) ?? []), variant]);
  return found;
}

/** The variants of each dataset as they are on all of them: without it, called by what else tells them apart. */
export function labelledByDataset<T extends NamedVariant>(
  variants: readonly T[],
): Map<string, (T & { name: string })[]> {
  const alone = variants.map(withoutDataset);
  const labels = labelsAmong(alone);
  const found = new Map<string, (T & { name: string })[]>();
  for (const [i, variant] of variants.entries()) {
    const dataset = datasetOf(variant);
    found.set(dataset, [...(found.get(dataset) ?? []), { ...alone[i], name: labels[i] }]);
  }
  return found;
}
