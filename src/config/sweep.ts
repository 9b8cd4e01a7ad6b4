import { ConfigError } from './config-error.js';
import type { DatasetConfig, Experiment, SeedRange, SweepConfig, SweepParameter } from './experiment.js';
import type { LoadedExperiment } from './load.js';
import { axesOf, conditionOf } from './sweep-axes.js';
import { concerns, hasValues, type Condition, type Values } from './sweep-conditions.js';
import { endsOf } from './sweep-distributions.js';
import { gridValues } from './sweep-grid.js';
import { idleParameters } from './sweep-idle.js';
import { checkVariants, type VariantCheck } from './sweep-problems.js';
import { randomValues } from './sweep-random.js';
import { variantsOf } from './sweep-variants.js';
import type { Json } from './tree.js';

/** No sweep has more variants: it would never end, and every one of them is checked before the first trains. */
const mostCells = 100_000;

/** Combinations that are looked at, excluded ones among them. */
const mostLooked = 10 * mostCells;

/** As many draws without a new one among them mean that there are no more (or too few to go on). */
const exhausted = 1000;

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
 * @param check finds mistakes beyond those of any experiment file
 * @throws ConfigError with every mistake of any variant, at the value in the sweep
 */
export function expandSweep(experiment: LoadedExperiment, check?: VariantCheck): Cell[] {
  const variants = knownVariants(experiment);
  const foreseen = [...variants, ...foreseenVariants(experiment)];
  checkVariants(experiment, foreseen, check);
  const idle = idleParameters(experiment, foreseen);
  if (idle.length > 0) throw new ConfigError(idle);
  return variants.map((values, index) => cellOf(experiment, values, index));
}

/** The datasets that variants of a sweep are trained on, each once. */
export function sweepDatasets(experiment: LoadedExperiment): DatasetConfig[] {
  const variants = [...knownVariants(experiment), ...foreseenVariants(experiment)];
  return variantsOf(experiment).datasets(variants);
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

/**
 * The seeds that each variant is run with, at most if they are added one by one: `training.seed` and the numbers after
 * it, or the given ones.
 */
export function sweepSeeds(experiment: Experiment): number[] {
  const seeds = seedRangeOf(experiment)?.max ?? experiment.sweep?.seeds ?? 1;
  if (Array.isArray(seeds)) return seeds;
  return Array.from({ length: seeds as number }, (_, i) => experiment.training.seed + i);
}

/** How many seeds each variant has, if they are added to what is undecided; null if all have the same. */
export function seedRangeOf({ sweep }: Experiment): SeedRange | null {
  const seeds = sweep?.seeds;
  return typeof seeds === 'object' && !Array.isArray(seeds) ? seeds : null;
}

/** Every key that some variant has a value of: the parameters in their order, then what `include` adds. */
export function sweptKeys({ parameters, include }: SweepConfig): string[] {
  return [...new Set([...Object.keys(parameters), ...include.flatMap((values) => Object.keys(values))])];
}

/**
 * The values of every variant that is known beforehand, none twice.
 * @throws ConfigError if there are too many, or none
 */
function knownVariants({ config, source }: LoadedExperiment): Values[] {
  const sweep = sweepOf(config);
  const cap = sweep.run_cap ?? mostCells;
  const found = new Map<string, Values>();
  const add = (values: Values) => found.set(JSON.stringify(values), values);
  for (const values of sweep.include.slice(0, cap)) add(values as Record<string, Json>);
  let looked = 0;
  let repeated = 0;
  for (const values of sweep.method === 'bayes' ? [] : combinations(config, sweep)) {
    if (found.size === cap && sweep.run_cap !== null) break;
    if (found.size === cap || ++looked > mostLooked) throw tooMany(source);
    const before = found.size;
    if (!isExcluded(values, sweep)) add(inOrderOf(sweep, values));
    repeated = found.size === before ? repeated + 1 : 0;
    if (sweep.method === 'random' && repeated === exhausted) break;
  }
  if (found.size === 0 && sweep.method !== 'bayes') throw noneLeft(source);
  return [...found.values()];
}

function combinations(base: Experiment, sweep: SweepConfig): Generator<Values> {
  const { axes } = axesOf(sweep);
  return sweep.method === 'random' ? randomValues(axes, base) : gridValues(axes, base);
}

/** Whether a combination is one of those that the sweep leaves out. */
export function isExcluded(values: Values, { exclude }: SweepConfig): boolean {
  return exclude.some((condition) => hasValues(values, condition as Condition));
}

/** The values of a variant in the order of the sweep's parameters. */
export function inOrderOf({ parameters }: SweepConfig, values: Values): Values {
  const keys = Object.keys(parameters).filter((key) => Object.hasOwn(values, key));
  return Object.fromEntries(keys.map((key) => [key, values[key]]));
}

/** What can be foreseen of the variants that a search proposes: each value, and the ends of each range, by itself. */
function foreseenVariants({ config }: LoadedExperiment): Values[] {
  const { method, parameters } = sweepOf(config);
  if (method !== 'bayes') return [];
  return Object.entries(parameters).flatMap(([key, parameter]) => {
    const values = 'values' in parameter ? (parameter.values as Json[]) : endsOf(parameter);
    const needed = valuesNeededBy(parameter, Object.keys(parameters));
    return values.map((value) => ({ ...needed, [key]: value }));
  });
}

/** Values of other parameters that a parameter's condition asks for. */
function valuesNeededBy(parameter: SweepParameter, keys: readonly string[]): Values {
  const asked = Object.entries(conditionOf(parameter) ?? {});
  const varied = asked.filter(([key]) => keys.some((other) => concerns(other, key)));
  return Object.fromEntries(varied.map(([key, wanted]) => [key, Array.isArray(wanted) ? wanted[0] : wanted]));
}

function sweepOf({ sweep }: Experiment): SweepConfig {
  if (!sweep) throw new Error('internal: an experiment without a sweep has no variants');
  return sweep;
}

function tooMany({ problem }: LoadedExperiment['source']): ConfigError {
  const hint = 'set a run_cap, give fewer values, or let `method: random` draw some of the combinations';
  const message = `more than ${mostCells.toLocaleString('en')} combinations`;
  return new ConfigError([problem(['sweep', 'parameters'], { code: 'too-complex', message, hint })]);
}

function noneLeft({ problem }: LoadedExperiment['source']): ConfigError {
  const message = 'every combination is excluded';
  return new ConfigError([problem(['sweep', 'exclude'], { code: 'conflict', message, hint: 'exclude fewer' })]);
}
