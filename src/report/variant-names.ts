import { tellApart } from '../config/sweep/told-apart.js';
import { variantTitles } from '../config/sweep/words.js';
import type { Study, StudyVariant } from '../study/study.js';

/** What the variants of a study are called in its tables and plots. */
export interface VariantNames {
  /** What the short names are made of: `kernel_size · pooling`. */
  heading: string;
  /** Titles of the columns that tell variants apart, one a parameter. */
  titles: string[];
  /** A variant's values, in those columns. */
  cellsOf: (variant: Pick<StudyVariant, 'name'>) => string[];
  /** `5 · max`. @param name of the variant, by which comparisons know it */
  short: (name: string) => string;
}

/** Tells the variants of a study apart by what sentences call them, in words: for readers who type no commands. */
export function wordNames({ variants }: Pick<Study, 'variants'>): VariantNames {
  const words = variantTitles(variants.map(({ name, values, names }) => ({ label: name, values, names })));
  const wordsOf = new Map(variants.map(({ name }, i) => [name, words[i]]));
  const short = (name: string): string => wordsOf.get(name) ?? name;
  return { heading: 'variant', titles: ['variant'], cellsOf: ({ name }) => [short(name)], short };
}

const known = new WeakMap<readonly StudyVariant[], VariantNames>();

/** Tells the variants of a study apart. */
export function variantNames({ variants }: Pick<Study, 'variants'>): VariantNames {
  const names = known.get(variants) ?? namesOf(variants);
  known.set(variants, names);
  return names;
}

/** Some of a study's variants, which are called as among all of them. */
export function someVariants(
  study: Pick<Study, 'variants'>,
  isMeant: (variant: StudyVariant) => boolean,
): StudyVariant[] {
  const some = study.variants.filter(isMeant);
  known.set(some, variantNames(study));
  return some;
}

function namesOf(variants: readonly StudyVariant[]): VariantNames {
  const { columns, heading, names } = tellApart(variants);
  const isTold = columns.length > 0 && new Set(names).size === names.length;
  // Variants of several sweeps may have the same values: their own names say which sweep they are of.
  const shown = isTold ? columns : [{ title: 'variant', cells: variants.map(({ name }) => name) }];
  const rows = new Map(variants.map(({ name }, row) => [name, row]));
  return {
    heading: isTold ? heading : 'variant',
    titles: shown.map(({ title }) => title),
    cellsOf: ({ name }) => shown.map(({ cells }) => cells[rows.get(name) ?? -1] ?? ''),
    short: (name) => (isTold ? (names[rows.get(name) ?? -1] ?? name) : name),
  };
}
