import { UserError } from '../../text/errors.js';
import { binomialCdf, chiSquareSurvival, normalQuantile } from './distributions.js';
import type { Interval } from './intervals.js';

/** How many test images each of two classifiers got right. */
export interface Agreement {
  bothRight: number;
  onlyFirst: number;
  onlySecond: number;
  bothWrong: number;
}

/**
 * Counts where two models agree.
 * @param labels the true classes
 * @param first the classes that the first model predicts
 * @throws UserError `invalid-sample` if the lengths differ or nothing was predicted
 */
export function countAgreement(
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Agreement {
  if (labels.length === 0 || labels.length !== first.length || labels.length !== second.length) {
    throw new UserError(
      `Expected as many predictions as labels, received ${labels.length} labels, ${first.length} and ${second.length} predictions.`,
      { code: 'invalid-sample', hint: 'Evaluate both models on the same test images.' },
    );
  }
  const agreement = { bothRight: 0, onlyFirst: 0, onlySecond: 0, bothWrong: 0 };
  for (let i = 0; i < labels.length; i++) agreement[countOf(first[i] === labels[i], second[i] === labels[i])]++;
  return agreement;
}

function countOf(firstRight: boolean, secondRight: boolean): keyof Agreement {
  if (firstRight) return secondRight ? 'bothRight' : 'onlyFirst';
  return secondRight ? 'onlySecond' : 'bothWrong';
}

export interface McNemar {
  /** The first's accuracy less the second's. */
  accuracyDifference: number;
  /** Agresti and Min (2005): Wald's interval after half an image more in each of the four counts. */
  interval: Interval;
  /** The exact binomial test of the images on which they differ; two-sided. */
  pValue: number;
  /** χ² with Edwards' correction (1948), and its p-value: what most reports print. */
  statistic: number;
  approximatePValue: number;
}

/**
 * McNemar's test (1947) of two trained models on the same test images. It speaks of these two models, not of their
 * configurations: another seed is another model.
 */
export function mcnemar(agreement: Agreement, confidence = 0.95): McNemar {
  const { onlyFirst, onlySecond } = agreement;
  const total = agreement.bothRight + onlyFirst + onlySecond + agreement.bothWrong;
  const discordant = onlyFirst + onlySecond;
  const statistic = discordant === 0 ? 0 : (Math.abs(onlyFirst - onlySecond) - 1) ** 2 / discordant;
  return {
    accuracyDifference: (onlyFirst - onlySecond) / total,
    interval: differenceInterval(onlyFirst + 0.5, onlySecond + 0.5, total + 2, confidence),
    pValue: Math.min(1, 2 * binomialCdf(Math.min(onlyFirst, onlySecond), discordant, 0.5)),
    statistic,
    approximatePValue: discordant === 0 ? 1 : chiSquareSurvival(statistic, 1),
  };
}

function differenceInterval(onlyFirst: number, onlySecond: number, total: number, confidence: number): Interval {
  const center = (onlyFirst - onlySecond) / total;
  const standardError = Math.sqrt(onlyFirst + onlySecond - (onlyFirst - onlySecond) ** 2 / total) / total;
  const halfWidth = normalQuantile((1 + confidence) / 2) * standardError;
  return [Math.max(-1, center - halfWidth), Math.min(1, center + halfWidth)];
}
