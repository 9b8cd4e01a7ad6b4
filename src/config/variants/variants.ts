import { withBranches } from '../branches.js';
import { combine, type Configuration, type Sections } from '../configuration.js';
import { ConfigError } from '../text/config-error.js';
import type { DatasetConfig } from '../schema/experiment.generated.js';
import { interpolateEntry } from '../text/interpolate.js';
import type { LoadedExperiment } from '../load.js';
import { applyOverride } from '../text/overrides.js';
import { readSection, sectionMistakes, type Section } from '../sections.js';
import type { Values } from '../sweep/conditions.js';
import { PlacedValues } from '../sweep/places.js';
import type { Entry, Json, MappingTree, Tree } from '../text/tree.js';

/**
 * A variant of an experiment: what loading the file with the same overrides gives, its sections shared with other variants
 * (never to be changed).
 */
export type Variant = Configuration;

/** Sections kept for other variants; beyond this many the oldest is forgotten, so that memory stays flat. */
const KEPT_SECTIONS = 1000;

/** A variant has no sweep of its own. */
const noSweep: Section = { entry: undefined, value: null, problems: [], isBroken: false };

const resolvers = new WeakMap<LoadedExperiment, VariantResolver>();

/** The one resolver of an experiment. */
export function variantsOf(experiment: LoadedExperiment): VariantResolver {
  const known = resolvers.get(experiment) ?? new VariantResolver(experiment);
  resolvers.set(experiment, known);
  return known;
}

/**
 * Reads variants as a file is read, but of each only the sections (`model`, `training` …) that no other variant has had:
 * ten thousand variants have few different sections, and loading each of them as a file would take a hundred times as long.
 */
export class VariantResolver {
  readonly #experiment: LoadedExperiment;
  /** Where in the sweep each value is written. */
  readonly places: PlacedValues;
  readonly #base: MappingTree;
  /** The experiment's own. */
  readonly #own: Sections;
  /** Sections with references (`${training.epochs}`), which may depend on any value. */
  readonly #referring: ReadonlySet<string>;
  readonly #sections = new Map<string, Section>();

  constructor(experiment: LoadedExperiment) {
    this.#experiment = experiment;
    this.places = new PlacedValues(experiment);
    const { written, tree, sections } = experiment.source;
    this.#base = withVariablesRead(written.tree as MappingTree, tree as MappingTree);
    this.#own = new Map([...sections, ['sweep', noSweep]]);
    this.#referring = new Set([...this.#base.entries].filter(([, { value }]) => refers(value)).map(([key]) => key));
  }

  resolve(values: Values): Variant {
    const given = outermostFirst(values);
    const keys = new Set([...given.map(([name]) => sectionOf(name)), ...this.#referring]);
    const changed = [...keys].map((key) => [key, this.#section(key, given)] as const);
    const mistakes = changed.flatMap(([, { problems }]) => problems);
    const sections = new Map([...this.#own, ...changed]);
    return combine(sections, mistakes, () => this.#tree(changed), this.#experiment.config.sweep);
  }

  /** The datasets of variants, each once; those with mistakes are left out. */
  datasets(variants: readonly Values[]): DatasetConfig[] {
    const depends = this.#referring.has('dataset');
    const own = variants.map((values) =>
      Object.entries(values).filter(([key]) => depends || sectionOf(key) === 'dataset'),
    );
    const distinct = new Map(own.map((values) => [JSON.stringify(values), outermostFirst(Object.fromEntries(values))]));
    const sections = [...distinct.values()].map((given) => this.#section('dataset', given));
    const sound = sections.filter(({ isBroken }) => !isBroken);
    return [...new Set(sound.map(({ value }) => value))] as unknown as DatasetConfig[];
  }

  #section(key: string, given: readonly [string, Json][]): Section {
    const concerning = this.#referring.has(key) ? given : given.filter(([name]) => sectionOf(name) === key);
    const own = this.#own.get(key);
    if (concerning.length === 0 && own) return own;
    const identity = `${key} ${JSON.stringify(concerning)}`;
    const known = this.#sections.get(identity);
    if (known) return known;
    const section = this.#read(key, concerning, own);
    if (this.#sections.size >= KEPT_SECTIONS) {
      const [oldest] = this.#sections.keys();
      this.#sections.delete(oldest);
    }
    this.#sections.set(identity, section);
    return section;
  }

  #read(key: string, given: readonly [string, Json][], own: Section | undefined): Section {
    try {
      const tree = this.#alone(key, given);
      return readSection(tree, key, sectionMistakes(tree), { fallback: own?.value, standIn: own?.value });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { entry: own?.entry, value: own?.value, problems: error.problems, isBroken: true };
    }
  }

  /** A section with the values of a variant, in a tree of its own. */
  #alone(key: string, given: readonly [string, Json][]): MappingTree {
    const changed = given.reduce<Tree>((tree, value) => applyOverride(tree, this.places.override(value)), this.#base);
    const { env } = this.#experiment.source.written;
    const root = changed as MappingTree;
    const entry = this.#referring.has(key) ? interpolateEntry(root, key, env) : root.entries.get(key);
    const alone: MappingTree = {
      kind: 'mapping',
      entries: new Map(entry ? [[key, entry]] : []),
      span: entry?.key ?? root.span,
    };
    return withBranches(alone) as MappingTree;
  }

  /** The variant as a file would say it, beside the sweep that it comes from. */
  #tree(changed: readonly (readonly [string, Section])[]): MappingTree {
    const { entries, span } = this.#experiment.source.tree as MappingTree;
    const own = changed.flatMap(([key, { entry }]) => (entry ? [[key, entry] as const] : []));
    return withBranches({ kind: 'mapping', entries: new Map([...entries, ...own]), span }) as MappingTree;
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
