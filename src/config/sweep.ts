import { ConfigError } from './config-error.js';
import type { Experiment, SweepConfig } from './experiment.js';
import type { LoadedExperiment } from './load.js';
import { axesOf } from './sweep-axes.js';
import { hasValues, type Condition, type Values } from './sweep-conditions.js';
import { gridValues } from './sweep-grid.js';
import { checkVariants } from './sweep-problems.js';
import { variantsOf } from './sweep-variants.js';
import type { Json } from './tree.js';

/** No sweep has more variants: it would never end, and every one of them is checked before the first trains. */
const mostCells = 100_000;

/** One variant of a sweep. */
export interface Cell {
  /** Position in the sweep's order, from 0. */
  readonly index: number;
  /** Dotted key → value of what this sweep varies: its parameters, in their order, or what `include` says. */
  readonly values: Values;
  /**
   * The complete configuration, made on demand: its `sweep` is null, its seed the experiment's own.
   * @throws ConfigError if the values are no valid variant
   */
  config(): Experiment;
}

/**
 * Every variant of a sweep, checked: first those of `include`, then the combinations of a grid or what `random` draws.
 * Of `bayes` only the former are known beforehand.
 * @param experiment with a sweep
 * @throws ConfigError with every mistake of any variant, at the value in the sweep
 */
export function expandSweep(experiment: LoadedExperiment): Cell[] {
  const variants = sweepValues(experiment);
  checkVariants(experiment, variants);
  return variants.map((values, index) => cellOf(experiment, values, index));
}

/** The variant with given values: what a search proposes, or a trial that is read back. */
export function cellOf(experiment: LoadedExperiment, values: Values, index: number): Cell {
  return new SweepCell(experiment, values, index);
}

class SweepCell implements Cell {
  readonly index: number;
  readonly values: Values;
  readonly #experiment: LoadedExperiment;

  constructor(experiment: LoadedExperiment, values: Values, index: number) {
    this.index = index;
    this.values = values;
    this.#experiment = experiment;
  }

  config(): Experiment {
    const { config, problems } = variantsOf(this.#experiment).resolve(this.values);
    if (problems.length > 0) throw new ConfigError(problems);
    return structuredClone(config);
  }
}

/** The seeds that each variant is run with: `training.seed` and the numbers after it, or the given ones. */
export function sweepSeeds({ sweep, training }: Experiment): number[] {
  const seeds = sweep?.seeds ?? 1;
  return Array.isArray(seeds) ? seeds : Array.from({ length: seeds }, (_, i) => training.seed + i);
}

/** Every key that some variant has a value of: the parameters in their order, then what `include` adds. */
export function sweptKeys({ parameters, include }: SweepConfig): string[] {
  return [...new Set([...Object.keys(parameters), ...include.flatMap((values) => Object.keys(values))])];
}

function sweepValues({ config, source }: LoadedExperiment): Values[] {
  const { sweep } = config;
  if (!sweep) throw new Error('internal: an experiment without a sweep has no variants');
  const cap = sweep.run_cap ?? mostCells;
  const found = new Map<string, Values>();
  const add = (values: Values) => found.set(JSON.stringify(values), values);
  for (const values of sweep.include.slice(0, cap)) add(values as Record<string, Json>);
  for (const values of found.size < cap ? combinations(config, sweep) : []) {
    if (found.size < cap) add(values);
    else if (sweep.run_cap !== null) break;
    else throw tooMany(source);
  }
  return [...found.values()];
}

function* combinations(base: Experiment, sweep: SweepConfig): Generator<Values> {
  if (sweep.method !== 'grid') return;
  const order = Object.keys(sweep.parameters);
  for (const values of gridValues(axesOf(sweep).axes, base)) {
    if (sweep.exclude.some((condition) => hasValues(values, condition as Condition))) continue;
    yield Object.fromEntries(order.filter((key) => Object.hasOwn(values, key)).map((key) => [key, values[key]]));
  }
}

function tooMany({ problem }: LoadedExperiment['source']): ConfigError {
  const hint = 'set a run_cap, give fewer values, or let `method: random` draw some of the combinations';
  const message = `more than ${mostCells.toLocaleString('en')} combinations`;
  return new ConfigError([problem(['sweep', 'parameters'], { code: 'too-complex', message, hint })]);
}
