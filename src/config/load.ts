import { basename, extname } from 'node:path';
import { ConfigError } from './config-error.js';
import { checkConsistency } from './consistency.js';
import type { Experiment } from './experiment.js';
import { readExperimentFile } from './files.js';
import { interpolate } from './interpolate.js';
import { applyOverride, parseOverride } from './overrides.js';
import { limits } from './parse.js';
import { problemAt, type Path, type Problem, type ProblemDetails } from './problems.js';
import { resolveExperiment, type Resolved } from './resolve.js';
import { locationOf, type Location } from './source.js';
import { at, fromJson, keySpan, toJson, valueSpan, withEntry, type Json, type MappingTree, type Tree } from './tree.js';
import { validate } from './validate.js';

/** An experiment, ready to run, and where each part of it was written. */
export interface LoadedExperiment {
  /** As the user named it. */
  file: string;
  /** Complete: every default filled in, every shorthand written out. Loading it again gives the same. */
  config: Experiment;
  /** The file that this one extends, if any. */
  base: string | undefined;
  source: ExperimentSource;
}

/** Leads from a path of the resolved configuration back to the text that it was written in. */
export interface ExperimentSource {
  /** Where a value was written, or the nearest mapping around it if it is a default. */
  locate: (path: Path) => Location;
  /** A mistake found later (in shapes, in data), placed for the user. */
  problem: (path: Path, details: ProblemDetails) => Problem;
}

export interface LoadOptions {
  /** `key=value`, `+key=value`, `~key`; applied in order. Relative paths in them start from the working folder. */
  overrides?: readonly string[];
  /** Where `${env:NAME}` looks; the process's environment unless given. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Reads, merges (`extends`), overrides, interpolates, validates and completes an experiment file.
 * @param file path of a YAML file
 * @throws ConfigError with every mistake that was found, each at its place
 */
export function loadExperiment(
  file: string,
  { overrides = [], env = process.env }: LoadOptions = {},
): LoadedExperiment {
  const { tree: written, base } = readExperimentFile(file);
  const overridden = overrides.reduce<Tree>(
    (tree, text, i) => applyOverride(tree, parseOverride(text, i + 1, process.cwd())),
    written,
  );
  const tree = interpolate(overridden, env);
  const { config, origin } = checked(tree, nameOf(file));
  const locate = (path: Path) => valueSpan(tree, origin(path));
  const source = {
    locate: (path: Path) => locationOf(locate(path)),
    problem: (path: Path, details: ProblemDetails) => problemAt(locate(path), origin(path), details),
  };
  return { file, config, base, source };
}

/** What an experiment is called that gives no name: as its file, as far as names allow. */
function nameOf(file: string): string {
  const words = basename(file, extname(file)).replace(/[^A-Za-z0-9 _.-]+/g, '-');
  return words.replace(/^[^A-Za-z0-9]+/, '').slice(0, 100) || 'experiment';
}

/**
 * The resolved configuration. Sections with mistakes are replaced by sound ones for the checks across keys, so that those
 * of the other sections are found in the same go.
 */
function checked(tree: Tree, name: string): Resolved {
  const invalid = validate(tree);
  const problems = [...invalid, ...checkModelForm(tree, invalid)];
  const broken = new Set([...problems.map(({ path }) => path.split('.')[0]), ...incomplete(tree)]);
  if (tree.kind !== 'mapping' || broken.has('')) throw new ConfigError(inOrder(problems));
  const sound = withStandIns(tree, broken);
  const resolved = resolveExperiment(toJson(sound), name, (path) => valueSpan(sound, path).source.directory);
  checkConsistency(resolved.config, (paths, details) => {
    if (problems.length >= limits.problems || paths.some(([section]) => broken.has(String(section)))) return;
    const path = resolved.origin(paths[0]);
    const atKey = details.code === 'missing-key' || details.code === 'unknown-key';
    problems.push(problemAt(atKey ? keySpan(tree, path) : valueSpan(tree, path), path, details));
  });
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return resolved;
}

/** A model is either `layers` or the short form, unless either is misspelt or in the wrong place. */
function checkModelForm(tree: Tree, invalid: readonly Problem[]): Problem[] {
  const model = at(tree, ['model']);
  if (model?.kind !== 'mapping') return [];
  const has = (key: string) => model.entries.has(key);
  const report = (key: string, details: ProblemDetails) => [
    problemAt(keySpan(tree, ['model', key]), ['model', key], details),
  ];
  const short = ['blocks', 'dense_units'].find(has);
  if (has('layers') && short !== undefined) {
    const hint = 'remove one: `layers` says every layer, `blocks` and `dense_units` are the short form';
    return report(short, { code: 'conflict', message: `${short} beside layers`, hint });
  }
  const meant = invalid.filter(({ code }) => code === 'unknown-key' || code === 'misplaced-key');
  const elsewhere = meant.some(({ path, suggestion }) => /^(layers|blocks)$/.test(suggestion ?? path));
  if (has('layers') || has('blocks') || elsewhere) return [];
  const expected = 'layers: a list, or the short form blocks: {count: 2, filters: 32}';
  return report('layers', { code: 'missing-key', message: 'model has no layers', expected });
}

const standIns: Record<string, Json> = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'flatten' }, { type: 'dense' }] },
};

/** Sections that can't be completed: what they need is missing, or somewhere else. */
function incomplete(tree: Tree): string[] {
  const hasLayers = at(tree, ['model', 'layers']) ?? at(tree, ['model', 'blocks']);
  return [...(at(tree, ['dataset']) ? [] : ['dataset']), ...(hasLayers ? [] : ['model'])];
}

function withStandIns(tree: MappingTree, broken: ReadonlySet<string>): MappingTree {
  const sound: MappingTree = { ...tree, entries: new Map([...tree.entries].filter(([key]) => !broken.has(key))) };
  return [...broken]
    .filter((section) => Object.hasOwn(standIns, section))
    .reduce((mapping, section) => {
      return withEntry(mapping, section, { key: tree.span, value: fromJson(standIns[section], tree.span) });
    }, sound);
}

/** From top to bottom, file by file; what an alias repeats is said once. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  const distinct = new Map(
    problems.map((problem) => [[problem.file, problem.line, problem.column, problem.message].join('\n'), problem]),
  );
  return [...distinct.values()].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
