import type { Study } from '../study/study.js';

/** Whether there are no seeds to compare: each variant was drawn, and trained once. */
export function isOfOneRunEach({ search, variants }: Pick<Study, 'search' | 'variants'>): boolean {
  return search != null && variants.every(({ runs }) => runs.length <= 1);
}
