import { checkConsistency, checkSweepMetric } from './consistency.js';
import type { Experiment, SweepConfig } from './schema/experiment.generated.js';
import { assembleExperiment, originOf, sectionKeys } from './resolve.js';
import { readSection, sectionMistakes, type Section } from './sections.js';
import { ConfigError } from './text/config-error.js';
import { LIMITS } from './text/parse.js';
import { inOrder, problemAt, type Path, type Problem, type ProblemDetails, type Report } from './text/problems.js';
import { keySpan, toJson, valueSpan, type Json, type Tree } from './text/tree.js';

/** The top-level keys of an experiment, by name. */
export type Sections = ReadonlyMap<string, Section>;

/** The configuration that sections make up, and its mistakes. */
export interface Configuration {
  /** Complete. Where a section has mistakes, a sound one stands in. */
  config: Experiment;
  problems: readonly Problem[];
  /** Where in the tree a path of the configuration comes from. */
  origin: (path: Path) => Path;
  /** A mistake found later (in shapes, in data), at its place. */
  problem: (path: Path, details: ProblemDetails) => Problem;
}

/**
 * The whole of an experiment: every section validated and completed, then all of them checked together.
 * @param tree its references followed
 * @param name of the experiment, if it gives none
 * @throws ConfigError with every mistake, those of sound sections as well where others are broken
 */
export function readConfiguration(tree: Tree, name: string): Configuration & { sections: Sections } {
  const mistakes = sectionMistakes(tree);
  const read = (key: string) => readSection(tree, key, mistakes, key === 'name' ? { fallback: name } : {});
  const sections = new Map(sectionKeys().map((key) => [key, read(key)]));
  const configuration = combine(sections, mistakes, () => tree);
  if (configuration.problems.length > 0) throw new ConfigError(inOrder(configuration.problems));
  return { ...configuration, sections };
}

/**
 * Sections, each read by itself, as one configuration.
 * @param mistakes of the sections
 * @param tree that they are written in
 * @param variantOf the sweep whose variant it is
 */
export function combine(
  sections: Sections,
  mistakes: readonly Problem[],
  tree: () => Tree,
  variantOf?: SweepConfig | null,
): Configuration {
  const values = Object.fromEntries([...sections].map(([key, { value }]) => [key, value]));
  const config = assembleExperiment(values, (section, key) => {
    const written = sections.get(section)?.entry?.value;
    return written?.kind === 'mapping' && written.entries.has(key);
  });
  const origin = (path: Path) =>
    originOf(path, sections.get('model')?.value as Record<string, Json>, writtenSweep(sections));
  const problem = (path: Path, details: ProblemDetails) => problemIn(tree(), origin(path), details);
  const problems = [...mistakes];
  const report: Report = (paths, details) => {
    if (problems.length >= LIMITS.problems || paths.some(([key]) => sections.get(String(key))?.isBroken)) return;
    problems.push(problem(paths[0], details));
  };
  checkConsistency(config, report);
  if (variantOf) checkSweepMetric(variantOf.metric.name, config, report);
  return { config, problems, origin, problem };
}

function writtenSweep(sections: Sections): Json | undefined {
  const { entry, isBroken } = sections.get('sweep') ?? {};
  return entry && !isBroken ? toJson(entry.value) : undefined;
}

/** A mistake found in resolved configuration, at the key or the value that it lies in. */
function problemIn(tree: Tree, path: Path, details: ProblemDetails): Problem {
  const atKey = details.code === 'missing-key' || details.code === 'unknown-key';
  return problemAt(atKey ? keySpan(tree, path) : valueSpan(tree, path), path, details);
}
