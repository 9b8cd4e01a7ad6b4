import { countAgreement, mcnemar } from '../analysis/statistics/mcnemar.js';
import { haveSameLabels, readPredictions } from './artifacts.js';
import type { ModelComparison, StudyVariant } from './study.js';

/**
 * McNemar's test of two single models on the same test images.
 * @returns null unless there are two variants of one finished run each, with predictions for the same images
 */
export function compareModels(variants: readonly StudyVariant[]): ModelComparison | null {
  const runs = variants.flatMap((variant) => variant.runs.filter(({ value }) => value !== null));
  if (variants.length !== 2 || runs.length !== 2 || variants.some((variant) => variant.runs.length !== 1)) return null;
  const [first, second] = runs.map(({ directory }) => readPredictions(directory));
  if (!first || !second || !haveSameLabels(first.labels, second.labels)) return null;
  const agreement = countAgreement(first.labels, first.predictions, second.predictions);
  return { first: variants[0].name, second: variants[1].name, agreement, test: mcnemar(agreement) };
}
