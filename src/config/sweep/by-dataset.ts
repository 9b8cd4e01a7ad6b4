import { DATASET } from './datasets.js';
import type { NamedVariant } from './names.js';

/** What the dataset of a variant is called, of a sweep over several. */
export function datasetOf({ names }: NamedVariant): string {
  return names?.values?.[DATASET] ?? '';
}

/** A variant as it is on each dataset: all but that. */
export function withoutDataset<T extends NamedVariant>(variant: T): T {
  const { [DATASET]: _, ...values } = variant.values;
  const { values: { [DATASET]: __, ...named } = {}, ...rest } = variant.names ?? {};
  const names = { ...rest, ...(Object.keys(named).length > 0 && { values: named }) };
  return { ...variant, values, names: Object.keys(names).length > 0 ? names : undefined };
}

/** The variants of each dataset, in the order of the datasets. */
export function byDataset<T extends NamedVariant>(variants: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const variant of variants) found.set(datasetOf(variant), [...(found.get(datasetOf(variant)) ?? []), variant]);
  return found;
}
