import { UserError } from '../text/errors.js';
import { possibleDifferences } from '../text/metric-unit.js';
import { FEWEST_SEEDS, type Judgement, USUAL_ALPHA } from './comparison.js';
import { decide, type Decided, MOST_PAIRED } from './decision.js';
import { describe, type Description } from './statistics/describe.js';
import { effectSize, type EffectSize } from './statistics/effect-size.js';
import { requireMargin } from './statistics/equivalence.js';
import { bootstrapInterval, tInterval, type Interval } from './statistics/intervals.js';
import { pairBySeed, type SeedValues } from './statistics/pairing.js';
import { signFlipTest } from './statistics/permutation.js';
import { type ChosenValue, valueOfChosen } from './statistics/selection.js';
import { wilcoxonSignedRank } from './statistics/wilcoxon.js';

/** Runs of a variant that have no value to compare. */
export interface LeftOut {
  /** Failed or diverged. */
  failed: number;
  pruned: number;
  /** Cut short by the user: they can be resumed. Absent where none was. */
  interrupted?: number;
}

/** A variant: its metric for each seed that finished. */
export interface Variant {
  name: string;
  /** What sentences call it, in words; its name unless told. */
  title?: string;
  values: SeedValues;
  leftOut: LeftOut;
}

export interface AnswerRequest {
  /** What was asked; null if nothing. */
  question: string | null;
  /** Named before the run. */
  metric: { name: string; goal: 'maximize' | 'minimize' };
  variants: readonly Variant[];
  /** The variant that all others are compared with; without one, all pairs are compared. */
  baseline?: string;
  /** The smallest difference that matters, in the metric's unit; without one, no equivalence is ever said. */
  margin?: number;
  /** 0.05 unless told. */
  alpha?: number;
  /** 0.8 unless told. */
  power?: number;
  /** Whether seeds were added in view of the results (`seeds: auto`), in ascending order. */
  sequential?: boolean;
  /** How many questions share α, as the factors of a grid do with its variants; 1 unless told. */
  questions?: number;
  /** Names by place, where each value is of a dataset rather than of a seed. */
  datasets?: readonly string[];
}

export interface VariantSummary {
  name: string;
  /** What sentences call it. */
  title: string;
  /** Null if no run has finished. */
  description: Description | null;
  /** Of the mean, 95 %: Student's, and the bootstrap's. Null below two seeds; the latter, which takes long, of many variants. */
  interval: Interval | null;
  bootstrapInterval: Interval | null;
  leftOut: LeftOut;
}

/** Of two variants; `difference` is the first's metric less the second's. */
export interface Comparison extends Decided {
  /** For comparison, from tests that assume no normal distribution; null unless paired. */
  wilcoxonPValue: number | null;
  signFlipPValue: number | null;
  /** Null unless paired, of two seeds, or where the differences don't vary. */
  effect: EffectSize | null;
}

/** All of an answer but its words. */
export interface AnswerFacts {
  question: string | null;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** Whether every comparison that the answer rests on is decided. */
  decided: boolean;
  /** The best variant and those that don't differ from it in practice; with a baseline, those better than it. */
  best: string[];
  /** The best mean so far, decided or not; null if nothing has finished. */
  leader: string | null;
  /** What the best of several is worth, its luck taken off; null with a baseline, or where seeds are too few. */
  chosen: ChosenValue | null;
  /** About how many seeds more each variant needs: 0 if decided, null if more than 1,000 or unknown. */
  seedsMissing: number | null;
  variants: VariantSummary[];
  comparisons: Comparison[];
  leftOut: LeftOut;
  baseline: string | null;
  judgement: Judgement;
  /** Names by place, where each value is of a dataset rather than of a seed. */
  datasets?: readonly string[];
}

/** What the values that are compared are repetitions over. */
export function repetitionOf({ datasets }: Pick<AnswerFacts, 'datasets'>): 'seed' | 'dataset' {
  return datasets ? 'dataset' : 'seed';
}

/**
 * Compares all pairs of variants, or all with the baseline (of more than 30 variants: with the best), and judges each
 * comparison within the family.
 * @throws UserError as `answerQuestion`
 */
export function establishFacts(request: AnswerRequest): AnswerFacts {
  const { question, metric, variants, baseline = null } = request;
  requireComparable(variants, baseline);
  const judgement = judgementOf(request);
  const measured = variants.filter(({ values }) => values.size > 0);
  const { leader, comparisons, ...found } = decide(measured, { baseline, goal: metric.goal, judgement });
  const isPartial = measured.length < variants.length;
  const values = new Map(variants.map((variant) => [variant.name, variant.values]));
  return {
    question,
    metric,
    leader,
    decided: found.decided && !isPartial,
    best: isPartial && baseline === null ? [] : found.best,
    seedsMissing: isPartial ? null : found.seedsMissing,
    chosen: baseline === null ? valueOfChosen([...values.values()], metric.goal) : null,
    variants: variants.map((variant) => summarize(variant, variants.length <= MOST_PAIRED)),
    comparisons: comparisons.map((one) => ({
      ...one,
      interval: possibleDifferences(one.interval, metric.name),
      ...furtherTests(one, values, judgement),
    })),
    leftOut: totalLeftOut(variants),
    baseline,
    judgement,
    ...(request.datasets && { datasets: request.datasets }),
  };
}

/** What is judged by; defaults where nothing is told. @throws UserError `invalid-margin` */
export function judgementOf(
  request: Pick<AnswerRequest, 'alpha' | 'power' | 'margin' | 'sequential' | 'questions'>,
): Judgement {
  const { alpha = USUAL_ALPHA, power = 0.8, margin = null, sequential = false, questions = 1 } = request;
  if (margin !== null) requireMargin(margin);
  return { alpha, power, margin, sequential, questions };
}

/** The title of each variant, by its name. */
export function titlesOf(variants: readonly Pick<VariantSummary, 'name' | 'title'>[]): (name: string) => string {
  const titles = new Map(variants.map(({ name, title }) => [name, title]));
  return (name) => titles.get(name) ?? name;
}

function requireComparable(variants: readonly Variant[], baseline: string | null): void {
  const names = variants.map(({ name }) => name);
  const problem =
    names.length < 2
      ? `Expected at least two variants to compare, received ${names.length}.`
      : new Set(names).size < names.length
        ? `Expected variants with names of their own, received ${names.join(', ')}.`
        : baseline !== null && !names.includes(baseline)
          ? `Expected the baseline to be one of ${names.join(', ')}, received ${baseline}.`
          : null;
  if (problem === null) return;
  throw new UserError(problem, {
    code: 'invalid-comparison',
    hint: 'Name two or more different variants.',
    exitCode: 2,
  });
}

function furtherTests(
  { first, second, design }: Decided,
  values: ReadonlyMap<string, SeedValues>,
  { alpha }: Judgement,
): Pick<Comparison, 'wilcoxonPValue' | 'signFlipPValue' | 'effect'> {
  const pairs = pairBySeed(values.get(first) ?? new Map(), values.get(second) ?? new Map());
  if (design === 'unpaired' || pairs.seeds.length < 2)
    return { wilcoxonPValue: null, signFlipPValue: null, effect: null };
  return {
    wilcoxonPValue: wilcoxonSignedRank(pairs.differences).pValue,
    signFlipPValue: signFlipTest(pairs.differences).pValue,
    // Corrected for how few there are, that of two seeds is 0 whatever they are.
    effect: pairs.seeds.length < FEWEST_SEEDS ? null : effectSize(pairs, 1 - alpha),
  };
}

function summarize({ name, title = name, values, leftOut }: Variant, withBootstrap: boolean): VariantSummary {
  const sample = [...values.values()];
  const isMeasured = sample.length > 0;
  return {
    name,
    title,
    description: isMeasured ? describe(sample) : null,
    interval: isMeasured ? tInterval(sample) : null,
    bootstrapInterval: isMeasured && withBootstrap ? bootstrapInterval(sample) : null,
    leftOut,
  };
}

function totalLeftOut(variants: readonly Variant[]): LeftOut {
  const sumOf = (kind: keyof LeftOut) => variants.reduce((sum, { leftOut }) => sum + (leftOut[kind] ?? 0), 0);
  const interrupted = sumOf('interrupted');
  return { failed: sumOf('failed'), pruned: sumOf('pruned'), ...(interrupted > 0 && { interrupted }) };
}
