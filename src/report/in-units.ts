import type { Answer } from '../analysis/answer.js';
import type { Comparison, VariantSummary } from '../analysis/answer-facts.js';
import type { Interval } from '../analysis/statistics/intervals.js';
import { inUnit, unitOf, type MetricUnit } from '../text/metric-unit.js';
import type { Factor, Interaction, ModelComparison, Study, StudyRun } from '../study/study.js';

type Scale = (value: number) => number;

/**
 * A study as it is told: every value in the unit of its metric, so that tables, plots and sentences show the same numbers.
 * What other programs read (JSON, CSV) has the values as they were measured.
 */
export function inUnits(study: Study): Study {
  const unit = unitOf(study.metric.name);
  const scale: Scale = (value) => inUnit(value, unit);
  const possible = possibleEnds(study.metric.name);
  return {
    ...study,
    answer: study.answer && scaledAnswer(study.answer, scale, possible),
    variants: study.variants.map((variant) => ({
      ...variant,
      runs: variant.runs.map((run) => scaledRun(run, unit)),
    })),
    factors: study.factors.map((factor) => scaledFactor(factor, scale, possible)),
    interactions: study.interactions.map((one): Interaction => {
      return { ...one, means: one.means.map((row) => row.map(scale)) };
    }),
    models: study.models && scaledModels(study.models),
  };
}

/** An interval of values in a metric's unit, without what can't be. */
export function possibleInterval(interval: Interval | null, metric: string): Interval | null {
  return scaledInterval(interval, possibleEnds(metric));
}

/** Student's interval of a share may reach below 0 or above 1, that of a loss below 0: what can't be is not shown. */
function possibleEnds(metric: string): Scale {
  if (unitOf(metric).factor === 100) return (value) => Math.min(100, Math.max(0, value));
  return /(^|_)(loss|error)$/.test(metric) ? (value) => Math.max(0, value) : (value) => value;
}

function scaledAnswer(answer: Answer, scale: Scale, possible: Scale): Answer {
  const { margin } = answer.judgement;
  return {
    ...answer,
    judgement: { ...answer.judgement, margin: margin === null ? null : scale(margin) },
    variants: answer.variants.map((variant) => scaledSummary(variant, scale, possible)),
    comparisons: answer.comparisons.map((one): Comparison => {
      const difference = one.difference === null ? null : scale(one.difference);
      return { ...one, difference, interval: scaledInterval(one.interval, scale) };
    }),
  };
}

function scaledSummary(variant: VariantSummary, scale: Scale, possible: Scale): VariantSummary {
  const { description, interval, bootstrapInterval } = variant;
  return {
    ...variant,
    description: description && {
      n: description.n,
      mean: scale(description.mean),
      standardDeviation: description.standardDeviation === null ? null : scale(description.standardDeviation),
      standardError: description.standardError === null ? null : scale(description.standardError),
      median: description.median === null ? null : scale(description.median),
      minimum: scale(description.minimum),
      maximum: scale(description.maximum),
    },
    interval: scaledInterval(interval, (end) => possible(scale(end))),
    bootstrapInterval: scaledInterval(bootstrapInterval, scale),
  };
}

/** Each metric in its own unit: a loss beside an accuracy stays as it is. */
function scaledRun(run: StudyRun, unit: MetricUnit): StudyRun {
  const metrics = Object.entries(run.metrics).map(([name, value]) => [name, inUnit(value, unitOf(name))] as const);
  const curves = Object.entries(run.curves).map(([name, points]) => [
    name,
    points.map(({ epoch, value }) => ({ epoch, value: inUnit(value, unitOf(name)) })),
  ]);
  return {
    ...run,
    value: run.value === null ? null : inUnit(run.value, unit),
    metrics: Object.fromEntries(metrics),
    curves: Object.fromEntries(curves) as StudyRun['curves'],
  };
}

function scaledFactor(factor: Factor, scale: Scale, possible: Scale): Factor {
  const levels = factor.levels.map(({ mean, interval, ...level }) => ({
    ...level,
    mean: scale(mean),
    interval: interval && { lower: possible(scale(interval.lower)), upper: possible(scale(interval.upper)) },
  }));
  return { ...factor, levels };
}

function scaledModels({ test, ...models }: ModelComparison): ModelComparison {
  const scale: Scale = (value) => inUnit(value, unitOf('accuracy'));
  const interval = scaledInterval(test.interval, scale);
  return { ...models, test: { ...test, accuracyDifference: scale(test.accuracyDifference), interval } };
}

function scaledInterval(interval: Interval, scale: Scale): Interval;
function scaledInterval(interval: Interval | null, scale: Scale): Interval | null;
function scaledInterval(interval: Interval | null, scale: Scale): Interval | null {
  return interval && [scale(interval[0]), scale(interval[1])];
}
