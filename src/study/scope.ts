import { titlesOf } from '../analysis/answer-facts.js';
import type { Answer } from '../analysis/answer.js';
import { comparisonsWith } from '../analysis/decision.js';
import { scopeOf, type Measured, type Scope } from '../analysis/scope.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { datasetTitle } from '../config/dataset-title.js';
import { loadExperiment } from '../config/load.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import type { Summary } from '../tracking/run-store.js';
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
      runs.flatMap(({ summary }) => summary ?? []),
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

function configOf({ directory }: FoundRun): Experiment | null {
  try {
    return loadExperiment(directory.config).config;
  } catch {
    // Its folder is gone, or damaged.
    return null;
  }
}

function measuredOn(metric: string, { dataset, training }: Experiment, summaries: readonly Summary[]): Measured {
  const [set] = metric.replace(/^best_/, '').split('_');
  if (set === 'test') return { on: 'test' };
  if (set === 'train') return { on: 'training' };
  if (summaries.some(({ given_validation: isGiven }) => isGiven)) return { on: 'given' };
  const folds = dataset.split?.folds ?? null;
  if (folds === null && (training.seeds?.split ?? null) !== null) return { on: 'one-split' };
  // Of how the images are divided: that some of the others are left away (train_fraction) makes no more of them overlap.
  const part = folds === null ? dataset.validation_split : 1 / folds;
  const share = part / (1 - part);
  return folds === null ? { on: 'drawn', share } : { on: 'folds', folds, share };
}

/** The leader and the variant closest to it; with a baseline the first that is compared with it. */
export function toldFirst({ baseline, leader, comparisons }: Answer): [string, string] | null {
  const own = baseline === null ? comparisonsWith(leader, comparisons) : comparisons;
  const ordered =
    baseline === null ? own.toSorted((a, b) => Math.abs(a.difference ?? 0) - Math.abs(b.difference ?? 0)) : own;
  return ordered.length === 0 ? null : [ordered[0].first, ordered[0].second];
}
