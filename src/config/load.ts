import { basename, extname, join, resolve } from 'node:path';
import { ConfigError } from './text/config-error.js';
import { withBranches } from './branches.js';
import { readConfiguration, type Sections } from './configuration.js';
import type { Experiment } from './schema/experiment.generated.js';
import { readExperimentFile, readExperimentText, type FileTree } from './text/files.js';
import { toYaml } from './format.js';
import { idleOverrides } from './idle-overrides.js';
import { interpolate } from './text/interpolate.js';
import { withSweptDatasets } from './sweep/datasets.js';
import { applyOverride, parseOverride, type Override } from './text/overrides.js';
import { plainData } from './text/plain-data.js';
import { inOrder, problemAt, type Path, type Problem, type ProblemDetails } from './text/problems.js';
import { locationOf, type Location } from './text/source.js';
import { valueSpan, type Tree } from './text/tree.js';
import { withWrittenNames } from './written-names.js';

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
  /** Its top-level keys, each with its defaults. */
  sections: Sections;
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
export function loadExperiment(file: string, options: LoadOptions = {}): LoadedExperiment {
  return loadTree({ file, name: nameByFile(file) }, readExperimentFile(file), options);
}

/** What an experiment is called that is an object, where a file would be named. */
export const OBJECT_NAME = '<experiment>';

/**
 * The same of an object, as if it were a file in a folder. Mistakes are told in the YAML that it would be.
 * @param directory that relative paths in it start from
 * @throws ConfigError with every mistake that was found, each at its place
 */
export function loadExperimentObject(
  experiment: object,
  { directory, ...options }: LoadOptions & { directory: string },
): LoadedExperiment {
  const { data, misfits } = plainData(experiment);
  const source = { name: OBJECT_NAME, text: toYaml(data as object), directory: resolve(directory) };
  const read = readExperimentText(source);
  if (misfits.length > 0) {
    throw new ConfigError(
      inOrder(misfits.map(({ path, details }) => problemAt(valueSpan(read.tree, path), path, details))),
    );
  }
  return loadTree({ file: join(source.directory, OBJECT_NAME), name: 'experiment' }, read, options);
}

function loadTree(
  { file, name }: { file: string; name: string },
  { tree: written, base }: FileTree,
  { overrides = [], env = process.env }: LoadOptions,
): LoadedExperiment {
  const changes = overrides.map((each, i) => {
    return typeof each === 'string' ? parseOverride(each, i + 1, process.cwd()) : each;
  });
  const overridden = completed(changes.reduce<Tree>(applyOverride, written));
  const experiment = resolveWritten({ file, base }, { tree: overridden, env, name });
  const typed = changes.filter((_, i) => typeof overrides[i] === 'string');
  return withoutIdle(experiment, typed);
}

/** The tree as it is checked: what stands for something longer is written out. */
function completed(tree: Tree): Tree {
  return withSweptDatasets(withWrittenNames(tree));
}

/** @throws ConfigError with overrides that change nothing */
function withoutIdle(experiment: LoadedExperiment, overrides: readonly Override[]): LoadedExperiment {
  const idle = idleOverrides(experiment.source.tree, overrides);
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

/** The experiment with further overrides. @throws ConfigError */
export function overridden(experiment: LoadedExperiment, overrides: readonly string[]): LoadedExperiment {
  const changes = overrides.map((each, i) => parseOverride(each, i + 1, process.cwd()));
  const changed = rewriteExperiment(experiment, (written) => completed(changes.reduce<Tree>(applyOverride, written)));
  return withoutIdle(changed, changes);
}

function resolveWritten(
  { file, base }: Pick<LoadedExperiment, 'file' | 'base'>,
  written: WrittenExperiment,
): LoadedExperiment {
  const tree = interpolate(written.tree, written.env);
  const whole = withBranches(tree);
  const { config, sections, origin, problem } = readConfiguration(whole, written.name);
  const locate = (path: Path) => locationOf(valueSpan(whole, origin(path)));
  return { file, config, base, source: { tree, sections, written, locate, problem } };
}

/** What an experiment is called that gives no name: as its file, as far as names allow. */
function nameByFile(file: string): string {
  const words = basename(file, extname(file)).replace(/[^A-Za-z0-9 _.-]+/g, '-');
  return words.replace(/^[^A-Za-z0-9]+/, '').slice(0, 100) || 'experiment';
}
