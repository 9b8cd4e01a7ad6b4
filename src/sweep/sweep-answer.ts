import { answerQuestion } from '../analysis/answer.js';
import { questionsOf } from '../config/sweep/grid-questions.js';
import type { LeftOut, Variant } from '../analysis/answer-facts.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { isChanceAlone, studyChance } from '../analysis/chance.js';
import { variantTitles } from '../config/sweep/words.js';
import { distinctNames } from './distinct-names.js';
import { cautionOfLooks } from './earlier-looks.js';
import { moreSeeds, type TrialCost } from './more-seeds.js';
import type { SweepEvent } from './sweep-journal.js';
import type { VariantResult, SweepAnswer } from './sweep-store.js';
import type { TrialStatus } from './trial.js';

/** @returns null where there is nothing to compare: fewer than two variants */
export function answerOfSweep(
  begun: SweepEvent,
  variants: readonly VariantResult[],
  cost: Pick<TrialCost, 'secondsPerTrial' | 'jobs'>,
): SweepAnswer | null {
  const { question, metric, margin, alpha, seed_range: range, earlier_looks: looks = [] } = begun;
  if (variants.length < 2) return null;
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

/** Counts what has no value to compare, by why it has none. */
export function leftOutOf(runs: readonly { status: TrialStatus | 'RUNNING'; value: number | null }[]): LeftOut {
  const without = runs.filter(({ value, status }) => value === null && status !== 'RUNNING');
  const count = (wanted: TrialStatus): number => without.filter(({ status }) => status === wanted).length;
  const [pruned, interrupted] = [count('PRUNED'), count('KILLED')];
  const failed = without.length - pruned - interrupted;
  return { failed, pruned, ...(interrupted > 0 && { interrupted }) };
}
