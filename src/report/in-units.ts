import type { Answer } from '../analysis/answer.js';
import type { Comparison, VariantSummary } from '../analysis/answer-facts.js';
import type { Interval } from '../analysis/statistics/intervals.js';
import { inUnit, possibleValues, unitOf, type MetricUnit } from '../text/metric-unit.js';
import type { AcrossStudy, Factor, Interaction, ModelComparison, Study, StudyRun } from '../study/study.js';

type Scale = (value: number) => number;
type ScaleInterval = (interval: Interval | null) => Interval | null;

/**
 * A study as it is told: every value in the unit of its metric, so that tables, plots and sentences show the same numbers.
 * What other programs read (JSON, CSV) has the values as they were measured.
 */
export function inUnits(study: Study): Study {
  const unit = unitOf(study.metric.name);
  const scale: Scale = (value) => inUnit(value, unit);
  const scaled: ScaleInterval = (interval) => scaledInterval(possibleValues(interval, study.metric.name), scale);
  return {
    ...study,
    answer: study.answer && scaledAnswer(study.answer, scale, scaled),
    ...(study.across && { across: scaledAcross(study.across, scale) }),
    variants: study.variants.map((variant) => ({
      ...variant,
      runs: variant.runs.map((run) => scaledRun(run, unit)),
    })),
    factors: study.factors.map((factor) => scaledFactor(factor, scale, scaled)),
    interactions: study.interactions.map((one): Interaction => {
      return { ...one, means: one.means.map((row) => row.map(scale)) };
    }),
    models: study.models && scaledModels(study.models),
  };
}

function scaledAcross(across: AcrossStudy, scale: Scale): AcrossStudy {
  const known = (value: number | null): number | null => value && scale(value);
  return {
    ...across,
    variants: across.variants.map((variant) => ({
      ...variant,
      means: variant.means.map(known),
      interquartileMean: variant.interquartileMean && {
        value: scale(variant.interquartileMean.value),
        interval: scaledInterval(variant.interquartileMean.interval, scale),
      },
      scores: variant.scores.map(scale),
    })),
    comparisons: across.comparisons.map((one) => ({
      ...one,
      differences: one.differences.map(known),
      between: one.between && {
        standardDeviation: scale(one.between.standardDeviation),
        shrunk: one.between.shrunk.map(scale),
        next: scaledInterval(one.between.next, scale),
      },
    })),
    studies: across.studies.map(({ dataset, study }) => ({ dataset, study: inUnits(study) })),
  };
}

function scaledAnswer(answer: Answer, scale: Scale, scaled: ScaleInterval): Answer {
  const { margin } = answer.judgement;
  return {
    ...answer,
    judgement: { ...answer.judgement, margin: margin === null ? null : scale(margin) },
    variants: answer.variants.map((variant) => scaledSummary(variant, scale, scaled)),
    comparisons: answer.comparisons.map((one): Comparison => {
      const difference = one.difference === null ? null : scale(one.difference);
      return { ...one, difference, interval: scaledInterval(one.interval, scale) };
    }),
  };
}

function scaledSummary(variant: VariantSummary, scale: Scale, scaled: ScaleInterval): VariantSummary {
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
    interval: scaled(interval),
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

function scaledFactor(factor: Factor, scale: Scale, scaled: ScaleInterval): Factor {
  const levels = factor.levels.map(({ mean, interval, ...level }) => {
    const ends = scaled(interval && [interval.lower, interval.upper]);
    return { ...level, mean: scale(mean), interval: ends && { lower: ends[0], upper: ends[1] } };
  });
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
