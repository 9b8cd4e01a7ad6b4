import type { Answer } from '../analysis/answer.js';
import type { TwoLevel } from '../analysis/statistics/two-level.js';
import { halfWidthOf, inDigitsOf } from '../text/digits.js';
import { titlesOf } from '../analysis/answer-facts.js';
import { inUnit, metricWords, unitOf } from '../text/metric-unit.js';
import type { Study } from '../study/study.js';
import { counted } from '../text/words.js';

const UNIT = unitOf('test_accuracy');

/** How the leader and the variant next to it do on the test images, in a sentence; null where that isn't known. */
export function testSetSentence({ testSet, answer, metric }: Study): string | null {
  if (!testSet || !answer) return null;
  const [first, second] = testSet.variants;
  const nameOf = titlesOf(answer.variants);
  const { seeds, examples } = first;
  const chosen = metric.name.startsWith('test_')
    ? ''
    : ` (${titleOf(first.name, answer)} by ${metricWords(metric.name)})`;
  const difference = testSet.difference
    ? `; the difference is ${valueText(testSet.difference, UNIT.ofDifference)}`
    : '';
  return (
    `On the test set ${nameOf(first.name)}${chosen} is right in ${valueText(first, UNIT.ofValue)}, ${nameOf(second.name)} in ` +
    `${valueText(second, UNIT.ofValue)}${difference}. The intervals are of other seeds and other examples of this kind ` +
    `(${counted(seeds, 'seed')}, ${counted(examples, 'example')}).`
  );
}

/** What an answer calls a variant: a leader that isn't shown to be the best isn't called so. */
export function titleOf(name: string, { best, baseline, decided, variants }: Answer): string {
  if (baseline !== null)
    return best.includes(name)
      ? `better than ${titlesOf(variants)(baseline)}`
      : `compared with ${titlesOf(variants)(baseline)}`;
  if (!decided || !best.includes(name)) return 'leading';
  return best.length === 1 ? 'the best' : `one of the ${best.length} best`;
}

function valueText({ mean, interval }: TwoLevel, unit: string): string {
  const scaled = interval && ([inUnit(interval[0], UNIT), inUnit(interval[1], UNIT)] as const);
  const digits = (value: number): string => inDigitsOf(value, halfWidthOf(scaled));
  const range = scaled ? ` (95 % interval ${digits(scaled[0])} to ${digits(scaled[1])})` : '';
  return `${digits(inUnit(mean, UNIT))}${unit}${range}`;
}
