import { basename, extname } from 'node:path';
import { ConfigError } from './config-error.js';
import { checkConsistency } from './consistency.js';
import type { Experiment } from './experiment.js';
import { readExperimentFile } from './files.js';
import { idleOverrides } from './idle-overrides.js';
import { interpolate } from './interpolate.js';
import { applyOverride, parseOverride, type Override } from './overrides.js';
import { limits } from './parse.js';
import { problemAt, type Path, type Problem, type ProblemDetails } from './problems.js';
import { resolveExperiment, type Resolved } from './resolve.js';
import { locationOf, type Location } from './source.js';
import { checkModelForm, checkSweepForm, incomplete, withStandIns } from './sections.js';
import { keySpan, toJson, valueSpan, type Tree } from './tree.js';
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
  /** What was resolved: the file with all that it extends and every override, its references followed. */
  tree: Tree;
  /** The same before its references were followed, and what else its meaning depends on. */
  written: WrittenExperiment;
  /** A mistake found later (in shapes, in data), placed for the user. */
  problem: (path: Path, details: ProblemDetails) => Problem;
}

export interface WrittenExperiment {
  tree: Tree;
  env: NodeJS.ProcessEnv;
  /** Of the experiment, if it gives none. */
  name: string;
}

export interface LoadOptions {
  /**
   * `key=value`, `+key=value`, `~key`; applied in order. Relative paths in them start from the working folder. One that is
   * given as text, as a user types it, must change something.
   */
  overrides?: readonly (string | Override)[];
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
  const changes = overrides.map((each, i) => {
    return typeof each === 'string' ? parseOverride(each, i + 1, process.cwd()) : each;
  });
  const overridden = changes.reduce<Tree>(applyOverride, written);
  const experiment = resolveWritten({ file, base }, { tree: overridden, env, name: nameOf(file) });
  const typed = changes.filter((_, i) => typeof overrides[i] === 'string');
  const idle = idleOverrides(experiment.source.tree, typed);
  if (idle.length > 0) throw new ConfigError(inOrder(idle));
  return experiment;
}

/**
 * The experiment that a file would be if some of it were written otherwise.
 * @param rewrite from the tree as it is written and the same with its references followed
 * @throws ConfigError
 */
export function rewriteExperiment(
  experiment: LoadedExperiment,
  rewrite: (written: Tree, read: Tree) => Tree,
): LoadedExperiment {
  const { written, tree } = experiment.source;
  return resolveWritten(experiment, { ...written, tree: rewrite(written.tree, tree) });
}

function resolveWritten(
  { file, base }: Pick<LoadedExperiment, 'file' | 'base'>,
  written: WrittenExperiment,
): LoadedExperiment {
  const tree = interpolate(written.tree, written.env);
  const { config, origin } = checked(tree, written.name);
  const locate = (path: Path) => valueSpan(tree, origin(path));
  const source = {
    tree,
    written,
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
  const problems = [...invalid, ...checkModelForm(tree, invalid), ...checkSweepForm(tree)];
  const broken = new Set([...problems.map(({ path }) => path.split('.')[0]), ...incomplete(tree)]);
  if (tree.kind !== 'mapping' || broken.has('')) throw new ConfigError(inOrder(problems));
  const sound = withStandIns(tree, broken);
  const resolved = resolveExperiment(toJson(sound), name, (path) => valueSpan(sound, path).source.directory);
  checkConsistency(resolved.config, (paths, details) => {
    if (problems.length >= limits.problems || paths.some(([section]) => broken.has(String(section)))) return;
    problems.push(problemIn(tree, resolved.origin(paths[0]), details));
  });
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return resolved;
}

/** What data mean in full, given as a tree of their own. @throws ConfigError with every mistake */
export function checkedExperiment(tree: Tree, name: string): Experiment {
  return checked(tree, name).config;
}

/** A mistake found in resolved configuration, at the key or the value that it lies in. */
export function problemIn(tree: Tree, path: Path, details: ProblemDetails): Problem {
  const atKey = details.code === 'missing-key' || details.code === 'unknown-key';
  return problemAt(atKey ? keySpan(tree, path) : valueSpan(tree, path), path, details);
}

/** From top to bottom, file by file; what an alias repeats is said once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  const distinct = new Map(
    problems.map((problem) => [[problem.file, problem.line, problem.column, problem.message].join('\n'), problem]),
  );
  return [...distinct.values()].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
