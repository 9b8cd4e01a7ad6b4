import { logGamma } from './distributions.js';

/** Something that happened `count` times of `total`. */
export interface Rate {
  count: number;
  total: number;
}

/** Tables that are as probable but for rounding count as equally probable, as in SciPy's `fisher_exact`. */
const EQUAL = 1 + 1e-7;

/**
 * Fisher's exact test (1922) of two rates: the chance, with as many events in all, of a table that is no more probable
 * than this one; two-sided. As SciPy's `fisher_exact`.
 */
export function fisherExact(first: Rate, second: Rate): number {
  const events = first.count + second.count;
  const total = first.total + second.total;
  const least = Math.max(0, events - second.total);
  const most = Math.min(events, first.total);
  const logAll = logChoose(total, events);
  const probabilityOf = (count: number): number =>
    Math.exp(logChoose(first.total, count) + logChoose(second.total, events - count) - logAll);
  const own = probabilityOf(first.count);
  const counts = Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const asExtreme = counts.map(probabilityOf).filter((probability) => probability <= own * EQUAL);
  return Math.min(
    1,
    asExtreme.reduce((sum, probability) => sum + probability, 0),
  );
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
