import type { Experiment } from '../config/experiment.js';
import { seedRangeOf, sweepSeeds, sweptKeys, type Cell } from '../config/sweep.js';
import { cellLabel, shortKey, valueLabel } from '../config/sweep-label.js';
import { count } from './format.js';
import { formatTable } from './table.js';

/** Variants that are listed on a terminal; `--json` has all of them. */
const listedCells = 50;

/** How many runs a sweep is: `12 variants × 3 seeds = 36 runs`, `2 variants × 3 to 20 seeds = 6 to 40 runs`. */
export function sweepSize(config: Experiment, cells: readonly Cell[]): string {
  const seeds = sweepSeeds(config).length;
  const range = seedRangeOf(config);
  const least = range ? `${range.min} to ` : '';
  const variants = variantCount(config, cells);
  const leastRuns = least && `${count(sweepRuns(config, cells))} to `;
  const runs = plural(variants * seeds, 'run');
  return `${plural(variants, 'variant')} × ${least}${plural(seeds, 'seed')} = ${leastRuns}${runs}`;
}

/** The runs of a sweep in all: each variant with each seed, or with as many as it has in any case. */
export function sweepRuns(config: Experiment, cells: readonly Cell[]): number {
  return variantCount(config, cells) * (seedRangeOf(config)?.min ?? sweepSeeds(config).length);
}

/** The runs of a sweep at most. */
export function mostSweepRuns(config: Experiment, cells: readonly Cell[]): number {
  return variantCount(config, cells) * sweepSeeds(config).length;
}

/** The variants as a table, a column for each key that varies; of `bayes` only those that are known beforehand. */
export function cellTable({ sweep }: Experiment, cells: readonly Cell[]): string {
  if (!sweep || cells.length === 0) return '';
  const keys = sweptKeys(sweep);
  const rows = cells.slice(0, listedCells).map(({ index, values }) => {
    return [String(index), ...keys.map((key) => (Object.hasOwn(values, key) ? valueLabel(values[key]) : ''))];
  });
  const columns = [
    { title: 'VARIANT', align: 'right' as const },
    ...keys.map((key) => ({ title: shortKey(key, keys) })),
  ];
  const rest = cells.length - rows.length;
  return `${formatTable(columns, rows)}${rest > 0 ? `… and ${count(rest)} more (--json lists all)\n` : ''}`;
}

/** A sweep as plain data: every variant that is known beforehand, and the seeds of each. */
export function sweepJson(config: Experiment, cells: readonly Cell[]): object {
  const seeds = sweepSeeds(config);
  const keys = config.sweep ? sweptKeys(config.sweep) : [];
  return {
    method: config.sweep?.method,
    variants: variantCount(config, cells),
    seeds,
    seed_range: seedRangeOf(config),
    runs: sweepRuns(config, cells),
    most_runs: mostSweepRuns(config, cells),
    cells: cells.map(({ index, values }) => ({ index, label: cellLabel(values, keys), values })),
  };
}

/** What `bayes` proposes is not known beforehand, only how much. */
function variantCount({ sweep }: Experiment, cells: readonly Cell[]): number {
  return sweep?.method === 'bayes' ? (sweep.run_cap ?? cells.length) : cells.length;
}

function plural(number: number, word: string): string {
  return `${count(number)} ${word}${number === 1 ? '' : 's'}`;
}
