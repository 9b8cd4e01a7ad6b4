import { inDigitsOf } from '../text/digits.js';
import { inUnit, unitOf } from '../text/metric-unit.js';
import { ablate } from '../system/shell.js';
import { counted, listed } from '../text/words.js';
import { type AnswerFacts, type LeftOut, repetitionOf, titlesOf } from './answer-facts.js';
import { comparisonsWith, MOST_PAIRED, otherThan } from './decision.js';

/** A p-value that was taken so many times is told. */
const DOUBTFUL = 2;
/** Of more names than this the last are counted. */
const MOST_NAMED = 4;

/** What a reader must know to trust the answer; empty if nothing. */
export function cautionsAbout(facts: AnswerFacts): string[] {
  const { comparisons, variants, judgement, metric, baseline } = facts;
  const sizes = variants.flatMap(({ description }) => description?.n ?? []);
  const isPartial = comparisons.some(({ design, seeds }) => design === 'paired' && seeds < Math.max(...sizes));
  const isFragile = comparisons.some(
    ({ verdict, seeds, signFlipPValue }) =>
      // With five seeds or fewer the sign-flip test can't reach 0.05 at all.
      verdict === 'different' && !judgement.sequential && seeds > 5 && (signFlipPValue ?? 0) >= judgement.alpha,
  );
  return [
    ...cautionsOfLeftOut(facts.leftOut),
    metric.name.startsWith('test_') &&
      `Chosen by ${metric.name}: the test set has taken part in the choice, so the winner’s own test score is too good; a validation metric leaves the test set for the end.`,
    baseline === null &&
      sizes.length > MOST_PAIRED &&
      `Of ${sizes.length} variants only the best is compared with each other one, judged as one of all pairs.`,
    isPartial && `Only the ${repetitionOf(facts)}s that both variants have are compared.`,
    cautionOfUnpaired(facts),
    cautionOfDoubt(facts),
    isFragile && 'A difference holds by the t test but not by the sign-flip test: it rests on a few large values.',
    cautionOfChoice(facts),
  ].filter((caution) => caution !== false);
}

function cautionsOfLeftOut({ failed, pruned, interrupted = 0 }: LeftOut): (string | false)[] {
  return [
    failed > 0 && `${counted(failed, 'failed or diverged run')} left out.`,
    interrupted > 0 &&
      `${counted(interrupted, 'interrupted run')} left out; \`${ablate('resume')}\` completes an interrupted sweep.`,
    pruned > 0 &&
      `${counted(pruned, 'run')} stopped early and left out; the worst are stopped, so variants that lost more look better than they are.`,
  ];
}

function cautionOfUnpaired({ comparisons, variants }: AnswerFacts): string | false {
  const unpaired = comparisons.filter(({ design }) => design === 'unpaired');
  if (unpaired.length === 0) return false;
  const names = [...new Set(unpaired.flatMap(({ first, second }) => [first, second]))].map(titlesOf(variants));
  return `${listed(names, MOST_NAMED)} share too few seeds and are compared as independent samples; trained with the same seeds, a seed’s luck goes out of the difference and fewer are needed.`;
}

function cautionOfDoubt({ comparisons, leader, baseline, variants }: AnswerFacts): string | false {
  const reference = baseline ?? leader;
  const own = comparisonsWith(reference, comparisons);
  const doubtful = own.filter(({ doubt, verdict }) => doubt >= DOUBTFUL && verdict !== 'identical');
  if (doubtful.length === 0) return false;
  const titleOf = titlesOf(variants);
  const most = Math.round(Math.max(...doubtful.map(({ doubt }) => doubt)));
  const names = doubtful.map((one) => titleOf(otherThan(reference, one)));
  return `${listed([titleOf(reference ?? ''), ...names], MOST_NAMED)} scatter very differently: if one is skewed, tests are too sure of their difference, so p-values were taken up to ${most} times.`;
}

/** The winner's curse, where it is more than half a standard error. */
function cautionOfChoice(facts: AnswerFacts): string | false {
  const { chosen, variants, leader, metric } = facts;
  const error = variants.find(({ name }) => name === leader)?.description?.standardError ?? null;
  if (chosen === null || error === null || variants.length < 3) return false;
  if (Math.abs(chosen.mean - chosen.adjusted) <= error / 2) return false;
  const unit = unitOf(metric.name);
  const told = (value: number): string => `${inDigitsOf(inUnit(value, unit), inUnit(error, unit))}${unit.ofValue}`;
  return `The best of ${variants.length} owes part of its ${told(chosen.mean)} to the luck that it was chosen by: what the other ${repetitionOf(facts)}s choose comes to ${told(chosen.adjusted)} with one that had no part in it.`;
}
