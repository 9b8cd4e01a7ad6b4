import type { Experiment } from '../../config/schema/experiment.generated.js';
import { sizeOfSweep, type SweepSize } from '../../config/variants/size.js';
import { labelsOf } from '../../config/sweep/label.js';
import { seedRangeOf, sweepSeeds, type SweepVariant } from '../../config/variants/sweep.js';
import { tellApart } from '../../config/sweep/told-apart.js';
import { count } from '../format.js';
import { fittedTable } from '../tables/fitted-table.js';
import { counted } from '../../text/words.js';

/** Variants that are listed on a terminal; `--json` has all of them. */
const LISTED_VARIANTS = 50;

/**
 * How many runs a sweep is: `12 variants × 3 seeds = 36 runs`, `2 variants × 3 to 20 seeds = 6 to 40 runs`,
 * `2 variants × 3 seeds × 5 folds = 30 runs`.
 */
export function sizeText({ variants, leastSeeds, seeds, folds, runs, mostRuns }: SweepSize): string {
  const [least, leastRuns] = leastSeeds < seeds ? [`${leastSeeds} to `, `${count(runs)} to `] : ['', ''];
  const most = counted(mostRuns, 'run');
  return `${counted(variants, 'variant')} × ${least}${counted(seeds, 'seed')}${folds === null ? '' : ` × ${folds} folds`} = ${leastRuns}${most}`;
}

/** The variants as a table, a column for each key that varies; of `bayes` only those that are known beforehand. */
export function variantTable({ sweep }: Experiment, variants: readonly SweepVariant[]): string {
  if (!sweep || variants.length === 0) return '';
  const { columns: parameters } = tellApart(variants);
  const rows = variants
    .slice(0, LISTED_VARIANTS)
    .map(({ index }, row) => [String(index), ...parameters.map(({ cells }) => cells[row])]);
  const columns = [
    { title: 'VARIANT', align: 'right' as const, rank: 1 },
    ...parameters.map(({ title }) => ({ title: title.toUpperCase(), rank: 0 })),
  ];
  const rest = variants.length - rows.length;
  return `${fittedTable(columns, rows)}${rest > 0 ? `… and ${count(rest)} more (--json lists all)\n` : ''}`;
}

/** A sweep as plain data: every variant that is known beforehand, and the seeds of each. */
export function sweepJson(config: Experiment, variants: readonly SweepVariant[]): object {
  const size = sizeOfSweep(config, variants);
  const label = config.sweep && labelsOf(config.sweep);
  return {
    method: config.sweep?.method,
    variants: size.variants,
    seeds: sweepSeeds(config),
    seed_range: seedRangeOf(config),
    runs: size.runs,
    most_runs: size.mostRuns,
    cells: variants.map((variant) => {
      const { index, values, names } = variant;
      return { index, label: label?.(variant), values, ...(names && { names }) };
    }),
  };
}
