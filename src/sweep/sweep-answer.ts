import { answerQuestion } from '../analysis/answer.js';
import { labelledByDataset } from '../config/sweep/by-dataset.js';
import { questionsOf } from '../config/sweep/grid-questions.js';
import type { Variant } from '../analysis/answer-facts.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { isChanceAlone, studyChance } from '../analysis/chance.js';
import { variantTitles } from '../config/sweep/words.js';
import { leftOutOf } from './left-out.js';
import { distinctNames } from './distinct-names.js';
import { answerOnDatasets } from './across.js';
import { cautionOfLooks } from './earlier-looks.js';
import { moreSeeds, type TrialCost } from './more-seeds.js';
import type { SweepEvent } from './sweep-journal.js';
import type { VariantResult, SweepAnswer } from './sweep-store.js';

/** @returns null where there is nothing to compare: fewer than two variants */
export function answerOfSweep(
  begun: SweepEvent,
  variants: readonly VariantResult[],
  cost: Pick<TrialCost, 'secondsPerTrial' | 'jobs'>,
): SweepAnswer | null {
  const { question, metric, margin, alpha, seed_range: range, earlier_looks: looks = [] } = begun;
  if (variants.length < 2) return null;
  if (begun.datasets) return acrossAnswer(begun, variants);
  if (isChanceAlone(variants)) return chanceAnswer(variants, metric.name);
  const compared = variantsOf(variants.toSorted((a, b) => a.index - b.index));
  const { sentence, details, decided, best, leader, cautions, seedsMissing } = answerQuestion({
    question,
    metric,
    margin: margin ?? undefined,
    alpha,
    baseline: compared.find(({ name }) => name === begun.baseline)?.name,
    sequential: range !== undefined,
    questions: questionsOf(variants.map(({ values }) => values)),
    variants: compared,
  });
  const more = moreSeeds(begun, seedsMissing, { ...cost, variants: variants.length });
  return {
    sentence,
    decided,
    best,
    leader,
    cautions: [...cautions, ...cautionOfLooks(looks)],
    seeds_missing: seedsMissing,
    details: [...details, ...(more === null ? [] : [more])],
  };
}

/** Over all datasets; null where the question has one variant alone. */
function acrossAnswer(begun: SweepEvent, variants: readonly VariantResult[]): SweepAnswer | null {
  const inOrder = variants.toSorted((a, b) => a.index - b.index);
  const runs = inOrder.map(({ values, names, trials }) => ({ values, names, runs: trials }));
  const across = answerOnDatasets(begun, labelledByDataset(runs));
  if (!across) return null;
  const { sentence, details, decided, best, leader, cautions } = across.answer;
  return { sentence, details, decided, best, leader, cautions, seeds_missing: null };
}

/** None of them is better: what can be told is which source of chance moves the metric. */
function chanceAnswer(variants: readonly VariantResult[], metric: string): SweepAnswer | null {
  const runs = variants.flatMap(({ values, trials }) =>
    trials.flatMap(({ value }) => (value === null ? [] : [{ values, value }])),
  );
  const found = studyChance(runs, metric);
  return found && { sentence: found.sentence, decided: true, best: [], leader: null, cautions: [], seeds_missing: 0 };
}

/** The variants of a sweep as they are compared. */
export function variantsOf(variants: readonly VariantResult[]): Variant[] {
  const names = distinctNames(
    variants.map(({ label }) => label),
    (label, i) => `${label} #${variants[i].index}`,
  );
  const titles = variantTitles(
    variants.map(({ values, names: given }, i) => ({ label: names[i], values, names: given })),
  );
  return variants.map(({ trials }, i) => ({
    name: names[i],
    title: titles[i],
    values: seedValues(trials),
    leftOut: leftOutOf(trials),
  }));
}
