import { ConfigError } from '../text/config-error.js';
import type {
  DatasetConfig,
  Experiment,
  SeedRange,
  SweepConfig,
  SweepParameter,
} from '../schema/experiment.generated.js';
import type { LoadedExperiment } from '../load.js';
import { conditionOf } from '../sweep/axes.js';
import { DATASET } from '../sweep/datasets.js';
import { concerns, hasValues, type Condition, type Values } from '../sweep/conditions.js';
import { endsOf } from '../sweep/distributions.js';
import { givenNames, includedValues, type GivenNames } from '../sweep/names.js';
import { baselineProblems } from './baseline.js';
import { duplicateVariants } from './duplicates.js';
import { combinations } from './combinations.js';
import { idleParameters } from './idle.js';
import { VariantMeanings } from './meanings.js';
import { checkVariants, type VariantCheck } from '../sweep/problems.js';
import { variantsOf } from './variants.js';
import { inOrder } from '../text/problems.js';
import type { Json } from '../text/tree.js';

/** No sweep has more variants: it would never end, and every one of them is checked before the first trains. */
const MOST_VARIANTS = 100_000;

/** Combinations that are looked at, excluded ones among them. */
const MOST_LOOKED = 10 * MOST_VARIANTS;

/** As many draws without a new one among them mean that there are no more (or too few to continue). */
const EXHAUSTED = 1000;

/** One variant of a sweep. */
export interface SweepVariant {
  /** Position in the sweep's order, from 0. */
  readonly index: number;
  /** Dotted key → value of what this sweep varies: its parameters, in their order, or what `include` says. */
  readonly values: Values;
  /** What the experiment file calls it, and its values; absent where it names none. */
  readonly names?: GivenNames;
  /**
   * The complete configuration, made on demand: its `sweep` is null, its seed the experiment's own.
   * @throws ConfigError if the values are no valid variant
   */
  config(): Experiment;
}

/** What is known of a sweep that was begun: its variants keep their numbers, whatever is asked of new ones since. */
export interface BegunSweep {
  /** Whether `random` drew anew what meant the same as a variant before. */
  distinct?: boolean;
}

/**
 * Every variant of a sweep, checked: first those of `include`, then the combinations of a grid or what `random` draws.
 * Of `bayes` only the former are known beforehand. No two of a new sweep mean the same.
 * @param experiment with a sweep
 * @param check finds mistakes beyond those of any experiment file
 * @param begun of a sweep whose trials may have been trained: what it compares is its own affair
 * @throws ConfigError with every mistake of any variant, at the value in the sweep
 */
export function expandSweep(experiment: LoadedExperiment, check?: VariantCheck, begun?: BegunSweep): SweepVariant[] {
  const meanings = new VariantMeanings();
  const look = (variants: readonly Values[]): void => {
    checkVariants(experiment, variants, check, meanings.note.bind(meanings));
  };
  const drawn = knownVariants(experiment);
  const proposed = foreseenVariants(experiment);
  look([...drawn, ...proposed.flat()]);
  const isRedrawn = experiment.config.sweep?.method === 'random' && (!begun || begun.distinct);
  const variants = isRedrawn ? redrawn(experiment, drawn, meanings, look) : drawn;
  if (!begun) {
    const idle = idleParameters(experiment, [...drawn, ...proposed.flat()], meanings);
    const again = [variants, ...proposed].flatMap((each) => duplicateVariants(experiment, each, meanings));
    const baseline = baselineProblems(
      experiment,
      [...variants.entries()].map(([i, values]) => variantOf(experiment, values, i)),
    );
    const problems = [...(idle.length > 0 ? idle : again), ...baseline];
    if (problems.length > 0) throw new ConfigError(inOrder(problems));
  }
  return variants.map((values, index) => variantOf(experiment, values, index));
}

/** The drawn variants, but for those that mean the same as one before: others are drawn instead, as far as there are any. */
function redrawn(
  experiment: LoadedExperiment,
  drawn: readonly Values[],
  meanings: VariantMeanings,
  look: (variants: readonly Values[]) => void,
): readonly Values[] {
  const refused = new Set<string>();
  for (let variants = drawn, last = 0; ;) {
    const again = repeated(variants, sweepOf(experiment.config), meanings);
    const distinct = variants.length - again.size;
    // Where draws bring nothing new there is no more, or too little.
    if (again.size === 0 || distinct === last) return variants.filter((values) => !again.has(values));
    for (const values of again) refused.add(JSON.stringify(values));
    variants = knownVariants(experiment, refused);
    look(variants.filter((values) => !meanings.has(values)));
    last = distinct;
  }
}

/** Draws that mean the same as a variant before; those of `include` are for the user to mend. */
function repeated(variants: readonly Values[], sweep: SweepConfig, meanings: VariantMeanings): Set<Values> {
  const written = new Set(includedValues(sweep).map((values) => JSON.stringify(values)));
  const seen = new Set<string>();
  return new Set(
    variants.filter((values) => {
      const meaning = meanings.of(values);
      const isNew = !seen.has(meaning);
      seen.add(meaning);
      return !isNew && !written.has(JSON.stringify(values));
    }),
  );
}

/** The datasets that variants of a sweep are trained on, each once. */
export function sweepDatasets(experiment: LoadedExperiment): DatasetConfig[] {
  const variants = [...knownVariants(experiment), ...foreseenVariants(experiment).flat()];
  return variantsOf(experiment).datasets(variants);
}

/** The variant with given values: what a search proposes, or a trial that is read back. */
export function variantOf(experiment: LoadedExperiment, values: Values, index: number): SweepVariant {
  return new LazyVariant(experiment, values, index);
}

class LazyVariant implements SweepVariant {
  readonly index: number;
  readonly values: Values;
  readonly names?: GivenNames;
  readonly #experiment: LoadedExperiment;

  constructor(experiment: LoadedExperiment, values: Values, index: number) {
    this.index = index;
    this.values = values;
    this.names = givenNames(sweepOf(experiment.config), values);
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
 * it, or the given ones; of a cross-validation for each of them as many as there are folds (see `foldOf`).
 */
export function sweepSeeds(experiment: Experiment): number[] {
  const seeds = repetitionsOf(experiment);
  const folds = foldsOf(experiment) ?? 1;
  return seeds.flatMap((seed) => Array.from({ length: folds }, (_, fold) => seed * folds + fold));
}

/** How many folds each seed is trained on; null without. All datasets of a sweep have as many. */
export function foldsOf({ dataset, sweep }: Experiment): number | null {
  return (sweep?.datasets?.[0] ?? dataset).split?.folds ?? null;
}

function repetitionsOf(experiment: Experiment): number[] {
  const seeds = seedRangeOf(experiment)?.max ?? experiment.sweep?.seeds ?? 1;
  if (Array.isArray(seeds)) return seeds;
  return Array.from({ length: seeds as number }, (_, i) => experiment.training.seed + i);
}

/** How many seeds each variant has, if they are added to what is undecided; null if all have the same. */
export function seedRangeOf({ sweep }: Experiment): SeedRange | null {
  const seeds = sweep?.seeds;
  return typeof seeds === 'object' && !Array.isArray(seeds) ? seeds : null;
}

/**
 * The values of every variant that is known beforehand, none twice.
 * @param refused values as JSON that are drawn as if they weren't there
 * @throws ConfigError if there are too many, or none
 */
function knownVariants({ config, source }: LoadedExperiment, refused: ReadonlySet<string> = new Set()): Values[] {
  const sweep = sweepOf(config);
  const cap = sweep.run_cap ?? MOST_VARIANTS;
  const found = new Map<string, Values>();
  const add = (values: Values): void => {
    const identity = JSON.stringify(values);
    if (!refused.has(identity)) found.set(identity, values);
  };
  for (const values of includedValues(sweep).slice(0, cap)) add(values);
  let looked = 0;
  let repeated = 0;
  for (const values of sweep.method === 'bayes' ? [] : combinations(config, sweep)) {
    if (found.size === cap && sweep.run_cap !== null) break;
    if (found.size === cap || ++looked > MOST_LOOKED) throw tooMany(source);
    const before = found.size;
    if (!isExcluded(values, sweep)) add(inOrderOf(sweep, values));
    repeated = found.size === before ? repeated + 1 : 0;
    if (sweep.method === 'random' && repeated === EXHAUSTED) break;
  }
  if (found.size === 0 && sweep.method !== 'bayes') throw noneLeft(source);
  return onEachDataset([...found.values()], sweep, source);
}

/** The variants on the first dataset, then on the next: of a sweep over several. */
function onEachDataset(
  variants: readonly Values[],
  { datasets }: SweepConfig,
  source: LoadedExperiment['source'],
): Values[] {
  if (!datasets) return [...variants];
  if (datasets.length * variants.length > MOST_VARIANTS) throw tooMany(source);
  return datasets.flatMap((dataset) =>
    variants.map((values) => ({ [DATASET]: dataset as unknown as Json, ...values })),
  );
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

/** What can be foreseen of the variants that a search proposes: each value, and the ends of each range, by itself; parameter by parameter. */
function foreseenVariants({ config }: LoadedExperiment): Values[][] {
  const { method, parameters } = sweepOf(config);
  if (method !== 'bayes') return [];
  return Object.entries(parameters).map(([key, parameter]) => {
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
  const message = `more than ${MOST_VARIANTS.toLocaleString('en')} combinations`;
  return new ConfigError([problem(['sweep', 'parameters'], { code: 'too-complex', message, hint })]);
}

function noneLeft({ problem }: LoadedExperiment['source']): ConfigError {
  const message = 'every combination is excluded';
  return new ConfigError([problem(['sweep', 'exclude'], { code: 'conflict', message, hint: 'exclude fewer' })]);
}
