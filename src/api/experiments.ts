import type { LoadedExperiment as Loaded } from '../config/load.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import type { ExperimentInput } from '../config/schema/input.generated.js';
import type { SweepSize } from '../config/variants/size.js';
import type { DatasetDescription } from '../data/dataset.js';
import type { CheckedExperiment } from '../launch/experiment-arguments.js';
import type { Environment } from './options.js';

/** An experiment that is read and valid. */
export interface LoadedExperiment {
  /** Its path as it was given; of an object `<experiment>`, in the folder that its paths start from. */
  readonly file: string;
  /** Complete: every default filled in, every shorthand written out. */
  readonly config: Experiment;
}

/** What stands for an experiment: the path of a YAML file, an object of the same keys, or what was loaded already. */
export type ExperimentLike = string | ExperimentInput | LoadedExperiment;

export interface ExperimentOptions {
  /** What is changed of it: dotted key → value, or as the command line takes it (`training.epochs=2`, `~question`). */
  overrides?: Readonly<Record<string, unknown>> | readonly string[];
  /** Where relative paths in an object start; the working folder unless given. */
  directory?: string;
  /** Where `${env:NAME}` looks; the variables of this process unless given. */
  environment?: Environment;
}

/** What an experiment is, with its data looked at. */
export interface CheckResult extends LoadedExperiment {
  /** SHA-256 of all that affects training, in hexadecimal. */
  configHash: string;
  /** What can be known of its data without reading them. */
  dataset: DatasetDescription;
  /** Null without a sweep. */
  sweep: { size: SweepSize; variants: CheckedVariant[] } | null;
}

/** A variant of a sweep that is known beforehand. */
export interface CheckedVariant {
  index: number;
  /** What tells it apart: `kernel_size=3 pooling=max`. */
  label: string;
  /** Dotted key → value. */
  values: Readonly<Record<string, unknown>>;
}

const loadedBefore = new WeakMap<object, Loaded>();

/**
 * Reads an experiment: merged with what it extends, overridden, validated, completed. Its data are not looked at.
 * @throws ConfigError with every mistake, each at its place
 */
export async function loadExperiment(
  experiment: ExperimentLike,
  options: ExperimentOptions = {},
): Promise<LoadedExperiment> {
  const loaded = await load(experiment, options);
  const result = { file: loaded.file, config: loaded.config };
  loadedBefore.set(result, loaded);
  return result;
}

/**
 * Reads an experiment and checks that its layers fit its data, in every variant of its sweep.
 * @throws ConfigError with every mistake, each at its place
 */
export async function check(experiment: ExperimentLike, options: ExperimentOptions = {}): Promise<CheckResult> {
  const { configHash } = await import('../config/hash.js');
  const { sizeOfSweep } = await import('../config/variants/size.js');
  const { labelsOf } = await import('../config/sweep/label.js');
  const { file, config, data, variants } = await checked(experiment, options);
  const label = config.sweep && labelsOf(config.sweep);
  const sweep =
    variants && label
      ? {
          size: sizeOfSweep(config, variants),
          variants: variants.map((variant) => ({
            index: variant.index,
            label: label(variant),
            values: variant.values,
          })),
        }
      : null;
  return { file, config, configHash: configHash(config), dataset: data, sweep };
}

/** The experiment with its layers and its data checked. @throws ConfigError */
export async function checked(experiment: ExperimentLike, options: ExperimentOptions): Promise<CheckedExperiment> {
  const { checkExperiment } = await import('../launch/experiment-arguments.js');
  return checkExperiment(await load(experiment, options));
}

async function load(experiment: ExperimentLike, options: ExperimentOptions): Promise<Loaded> {
  const { loadExperiment: loadFile, loadExperimentObject } = await import('../config/load.js');
  const { directory = process.cwd(), environment } = options;
  const overrides = overrideTexts(options.overrides ?? []);
  const given = { overrides, ...(environment && { env: environment as NodeJS.ProcessEnv }) };
  if (typeof experiment === 'string') return loadFile(experiment, given);
  const before = loadedBefore.get(experiment);
  if (!before) return loadExperimentObject(experiment, { ...given, directory });
  if (overrides.length === 0) return before;
  const { overridden } = await import('../config/load.js');
  return overridden(before, overrides);
}

function overrideTexts(overrides: NonNullable<ExperimentOptions['overrides']>): readonly string[] {
  if (isList(overrides)) return overrides;
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

function isList(overrides: object): overrides is readonly string[] {
  return Array.isArray(overrides);
}
