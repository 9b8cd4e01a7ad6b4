import { ConfigError } from './config-error.js';
import { checkConsistency, checkSweepMetric } from './consistency.js';
import type { DatasetConfig, Experiment } from './experiment.js';
import { interpolate } from './interpolate.js';
import { problemIn, type LoadedExperiment } from './load.js';
import { applyOverride } from './overrides.js';
import type { Path, Problem, ProblemDetails } from './problems.js';
import { completeModel, originInModel, withSectionDefaults } from './resolve.js';
import { sectionProblems } from './sections.js';
import type { Values } from './sweep-conditions.js';
import { PlacedValues } from './sweep-places.js';
import { toJson, valueSpan, type Entry, type Json, type MappingTree, type Tree } from './tree.js';

/** A variant of an experiment, resolved: what loading the file with the same overrides gives. */
export interface Variant {
  /** Shared with other variants: never to be changed. Where a section has mistakes, the experiment's own stands in. */
  config: Experiment;
  problems: readonly Problem[];
  /** A mistake found later (in shapes), at its place. */
  problem: (path: Path, details: ProblemDetails) => Problem;
}

type Mapping = Record<string, Json>;

/** A top-level key of a variant. */
interface Section {
  entry: Entry | undefined;
  /** With defaults, layers not yet complete; undefined where it has none. */
  value: Json | undefined;
  problems: readonly Problem[];
}

/** Sections kept for other variants; beyond this many the oldest is forgotten, so that memory stays flat. */
const keptSections = 1000;

const resolvers = new WeakMap<LoadedExperiment, VariantResolver>();

/** The one resolver of an experiment. */
export function variantsOf(experiment: LoadedExperiment): VariantResolver {
  const known = resolvers.get(experiment) ?? new VariantResolver(experiment);
  resolvers.set(experiment, known);
  return known;
}

/**
 * Resolves and checks variants section by section (`model`, `training` …): ten thousand variants have few different
 * sections, and loading each of them as a file would take a hundred times as long.
 */
export class VariantResolver {
  readonly #experiment: LoadedExperiment;
  /** Where in the sweep each value is written. */
  readonly places: PlacedValues;
  readonly #base: MappingTree;
  /** Sections with references (`${training.epochs}`), which may depend on any value. */
  readonly #referring: ReadonlySet<string>;
  readonly #sections = new Map<string, Section>();
  /** By model (with defaults), then by the patterns of `training.trainable`. */
  readonly #models = new WeakMap<Mapping, Map<string, Mapping>>();

  constructor(experiment: LoadedExperiment) {
    this.#experiment = experiment;
    this.places = new PlacedValues(experiment);
    const { written, tree } = experiment.source;
    this.#base = withVariablesRead(written.tree as MappingTree, tree as MappingTree);
    this.#referring = new Set([...this.#base.entries].filter(([, { value }]) => refers(value)).map(([key]) => key));
  }

  resolve(values: Values): Variant {
    const sections = this.#sectionsOf(outermostFirst(values));
    const problems = [...sections.values()].flatMap((section) => section.problems);
    const config = this.#assemble(sections);
    const problem = (path: Path, details: ProblemDetails): Problem => {
      const model = sections.get('model')?.value as Mapping;
      const origin = path[0] === 'model' ? originInModel(path, model) : path;
      return problemIn(this.#tree(sections), origin, details);
    };
    const isBroken = ([key]: Path) => (sections.get(String(key))?.problems.length ?? 0) > 0;
    const report = (paths: readonly [Path, ...Path[]], details: ProblemDetails) => {
      if (!paths.some(isBroken)) problems.push(problem(paths[0], details));
    };
    checkConsistency(config, report);
    const { sweep } = this.#experiment.config;
    if (sweep) checkSweepMetric(sweep.metric.name, config, report);
    return { config, problems, problem };
  }

  /** The sections that differ from the experiment's own, and those that a model is made of. */
  #sectionsOf(given: readonly [string, Json][]): Map<string, Section> {
    const keys = new Set(['model', 'training', ...given.map(([name]) => sectionOf(name)), ...this.#referring]);
    return new Map([...keys].map((key) => [key, this.#section(key, given)]));
  }

  /** The datasets of variants, each once; those with mistakes are left out. */
  datasets(variants: readonly Values[]): DatasetConfig[] {
    const depends = this.#referring.has('dataset');
    const own = variants.map((values) =>
      Object.entries(values).filter(([key]) => depends || sectionOf(key) === 'dataset'),
    );
    const distinct = new Map(own.map((values) => [JSON.stringify(values), outermostFirst(Object.fromEntries(values))]));
    const sections = [...distinct.values()].map((given) => this.#section('dataset', given));
    const sound = sections.filter(({ problems }) => problems.length === 0);
    return [...new Set(sound.map(({ value }) => value))] as unknown as DatasetConfig[];
  }

  #section(key: string, given: readonly [string, Json][]): Section {
    const own = this.#referring.has(key) ? given : given.filter(([name]) => sectionOf(name) === key);
    const identity = own.length === 0 ? key : `${key} ${JSON.stringify(own)}`;
    const known = this.#sections.get(identity);
    if (known) return known;
    const section = this.#load(key, own);
    if (this.#sections.size >= keptSections) {
      const [oldest] = this.#sections.keys();
      this.#sections.delete(oldest);
    }
    this.#sections.set(identity, section);
    return section;
  }

  #load(key: string, given: readonly [string, Json][]): Section {
    try {
      const entry = this.#entry(key, given);
      const problems = entry ? sectionProblems(key, entry) : [];
      if (problems.length > 0) return { ...this.#section(key, []), entry, problems };
      return { entry, value: this.#value(key, entry), problems };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { ...this.#section(key, []), problems: error.problems };
    }
  }

  #entry(key: string, given: readonly [string, Json][]): Entry | undefined {
    const changed = given.reduce<Tree>((tree, value) => applyOverride(tree, this.places.override(value)), this.#base);
    const { env } = this.#experiment.source.written;
    const tree = this.#referring.has(key) ? interpolate(changed, env) : changed;
    return (tree as MappingTree).entries.get(key);
  }

  #value(key: string, entry: Entry | undefined): Json | undefined {
    if (!entry)
      return key === 'name' ? this.#experiment.source.written.name : withSectionDefaults(key, undefined, () => '');
    const tree: MappingTree = { kind: 'mapping', entries: new Map([[key, entry]]), span: entry.key };
    return withSectionDefaults(key, toJson(entry.value), (path) => valueSpan(tree, path).source.directory);
  }

  #assemble(sections: ReadonlyMap<string, Section>): Experiment {
    const config = { ...this.#experiment.config, sweep: null } as unknown as Mapping;
    for (const [key, { value }] of sections) config[key] = value ?? null;
    config.model = this.#model(config.model as Mapping, config.training as Mapping);
    return config as unknown as Experiment;
  }

  /** The variant as a file would say it, beside the sweep that it comes from. */
  #tree(sections: ReadonlyMap<string, Section>): MappingTree {
    const { entries, span } = this.#experiment.source.tree as MappingTree;
    const own = [...sections].flatMap(([key, { entry }]) => (entry ? [[key, entry] as const] : []));
    return { kind: 'mapping', entries: new Map([...entries, ...own]), span };
  }

  #model(model: Mapping, training: Mapping): Mapping {
    const trainable = JSON.stringify(training.trainable);
    const known = this.#models.get(model) ?? new Map<string, Mapping>();
    this.#models.set(model, known);
    // Paths are absolute in what already has its defaults.
    const complete = known.get(trainable) ?? completeModel(model, training, () => '');
    known.set(trainable, complete);
    return complete;
  }
}

/** What lies around something else is set before it, so that it doesn't undo it. */
function outermostFirst(values: Values): [string, Json][] {
  const depth = (key: string) => key.split('.').length;
  return Object.entries(values).sort(([a], [b]) => depth(a) - depth(b));
}

/** The top-level key that a dotted key lies in. */
function sectionOf(name: string): string {
  const end = name.indexOf('.');
  return end === -1 ? name : name.slice(0, end);
}

/** The tree with the sections whose only references are to the environment already read: they are the same in all variants. */
function withVariablesRead(written: MappingTree, read: MappingTree): MappingTree {
  const entries = [...written.entries]
    .filter(([key]) => key !== 'sweep')
    .map(([key, entry]): [string, Entry] => {
      return [key, refers(entry.value) ? entry : (read.entries.get(key) ?? entry)];
    });
  return { ...written, entries: new Map(entries) };
}

/** Whether a part of it refers to another key. */
function refers(tree: Tree | undefined): boolean {
  if (tree?.kind === 'scalar') return typeof tree.value === 'string' && /\$\{(?!\s*env:)/.test(tree.value);
  if (tree?.kind === 'list') return tree.items.some(refers);
  return tree?.kind === 'mapping' && [...tree.entries.values()].some(({ value }) => refers(value));
}
