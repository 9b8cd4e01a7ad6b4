import { titlesOf } from '../analysis/answer-facts.js';
import type { Answer } from '../analysis/answer.js';
import { comparisonsWith } from '../analysis/decision.js';
import { scopeOf, type Scope } from '../analysis/scope.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { datasetTitle } from '../config/dataset-title.js';
import { loadExperiment } from '../config/load.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import { testsFolds } from '../config/tested-folds.js';
import { measuredOn } from '../sweep/sweep-scope.js';
import type { StudyVariant } from './study.js';
import type { FoundRun } from './study-run.js';
import type { FoundVariant } from './sweep-variants.js';

/**
 * What an answer is about, by how its runs were made.
 * @returns null where no run says how its data were divided (those of old versions don't)
 */
export function scopeOfAnswer(
  found: readonly FoundVariant[],
  variants: readonly StudyVariant[],
  metric: string,
  answer: Answer | null,
): Scope | null {
  const runs = found.flatMap((variant) => variant.runs.filter(({ summary }) => summary?.samples !== undefined));
  const config = runs.length > 0 ? configOf(runs[0]) : null;
  if (!answer || !config) return null;
  return scopeOf({
    measured: measuredOn(
      metric,
      config,
      runs.some(({ summary }) => summary?.given_validation),
    ),
    dataset: datasetTitle(config.dataset),
    metric,
    alpha: answer.judgement.alpha,
    sequential: answer.judgement.sequential,
    comparisons: answer.comparisons,
    values: new Map(variants.map(({ name, runs: own }) => [name, seedValues(own)])),
    told: toldFirst(answer),
    titleOf: titlesOf(answer.variants),
  });
}

/** Whether each run tests a fold of its own, so that no two seeds share test rows. */
export function areFoldsTested(found: readonly FoundVariant[]): boolean {
  const run = found.flatMap(({ runs }) => runs).at(0);
  const config = run ? configOf(run) : null;
  return config !== null && testsFolds(config.dataset);
}

function configOf({ directory }: FoundRun): Experiment | null {
  try {
    return loadExperiment(directory.config).config;
  } catch {
    // Its folder is gone, or damaged.
    return null;
  }
}

/** The leader and the variant closest to it; with a baseline the first that is compared with it. */
export function toldFirst({ baseline, leader, comparisons }: Answer): [string, string] | null {
  const own = baseline === null ? comparisonsWith(leader, comparisons) : comparisons;
  const ordered =
    baseline === null ? own.toSorted((a, b) => Math.abs(a.difference ?? 0) - Math.abs(b.difference ?? 0)) : own;
  return ordered.length === 0 ? null : [ordered[0].first, ordered[0].second];
}
