import { runDirectory, type Summary, summaryIfReadable } from '../../tracking/run-store.js';
import type { VariantResult } from '../../sweep/sweep-store.js';
import { metricText } from '../format.js';

/** What must be known of a run to tell whether it scores better than by chance. */
export type ChanceFacts = Pick<Summary, 'chance' | 'samples'>;

/** The facts of a run by its id, each summary read once. */
export function chanceFacts(runsDirectory: string): (run: string) => ChanceFacts {
  const known = new Map<string, ChanceFacts>();
  return (run) => {
    const facts = known.get(run) ?? summaryIfReadable(runDirectory(runsDirectory, run)) ?? {};
    known.set(run, facts);
    return facts;
  };
}

/**
 * Of a variant that scores no better than naming the most frequent class always, that it does, and how well that scores:
 * `at chance (11.23 %)`. A mean within two standard errors of a share of so many rows is no better.
 * @param factsOf of a run by its id
 * @returns an empty text for all others, and for metrics other than accuracies
 */
export function chanceRemark(variant: VariantResult, metric: string, factsOf: (run: string) => ChanceFacts): string {
  const part = /^(val|test)_accuracy$/.exec(metric)?.[1];
  const run = variant.trials.find(({ status, value }) => status === 'FINISHED' && value !== null)?.run;
  if (part === undefined || run === undefined || variant.mean === null) return '';
  const { chance, samples } = factsOf(run);
  const key = part === 'val' ? 'validation' : 'test';
  if (!chance || !samples || samples[key] === 0) return '';
  const level = chance[key];
  const error = Math.sqrt((level * (1 - level)) / samples[key]);
  return variant.mean <= level + 2 * error ? `at chance (${metricText(metric, level)})` : '';
}
