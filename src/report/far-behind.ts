import type { Study } from '../study/study.js';
import { counted, listed } from '../text/words.js';
import { someVariants, variantNames } from './variant-names.js';

/** Whether a variant failed to learn what the others did. */
export function isFarBehind({ farBehind = [] }: Pick<Study, 'farBehind'>, name: string): boolean {
  return farBehind.includes(name);
}

/** A study without the variants that are far behind, on whose scale the others would look all the same. */
export function withoutFarBehind(study: Study): Study {
  const { farBehind = [] } = study;
  return farBehind.length === 0
    ? study
    : { ...study, variants: someVariants(study, ({ name }) => !isFarBehind(study, name)) };
}

/** Of how many variants a picture doesn't speak, after a space; empty where it speaks of all. */
export function noteOnFarBehind({ farBehind = [] }: Study): string {
  return farBehind.length === 0 ? '' : ` Without the ${counted(farBehind.length, 'variant')} far behind.`;
}

/** Of which variants tables of factors don't speak; null where they speak of all. */
export function sentenceOnFarBehind(study: Study): string | null {
  const { farBehind = [], factors } = study;
  if (farBehind.length === 0 || factors.length < 2) return null;
  return `What is said of factors leaves out what is far behind: ${listed(farBehind.map(variantNames(study).short))}.`;
}
