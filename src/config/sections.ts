import { checkBranches } from './branches.js';
import { ConfigError } from './text/config-error.js';
import { inOrder, problemAt, type Path, type Problem, type ProblemDetails } from './text/problems.js';
import { at, keySpan, toJson, valueSpan, type Entry, type Json, type Tree } from './text/tree.js';
import { withSectionDefaults } from './resolve.js';
import { placedParameters } from './sweep/resolve.js';
import { validate } from './schema/validate.js';

/** A top-level key of an experiment, read by itself. */
export interface Section {
  /** As it is written; undefined where it isn't. */
  entry: Entry | undefined;
  /** With its defaults; undefined where it has none. Where the section is broken, a sound value in its place. */
  value: Json | undefined;
  problems: readonly Problem[];
  /** Has mistakes, or lacks what it needs: nothing can be checked against it. */
  isBroken: boolean;
}

/**
 * One top-level key of an experiment in full, whatever the others are.
 * @param tree its references followed
 * @param mistakes of the tree
 * @param fallback value where nothing is written
 * @param standIn value of the section if it is broken
 */
export function readSection(
  tree: Tree,
  key: string,
  mistakes: readonly Problem[],
  { fallback, standIn }: { fallback?: Json; standIn?: Json },
): Section {
  const entry = tree.kind === 'mapping' ? tree.entries.get(key) : undefined;
  const problems = mistakes.filter(({ path }) => path.split('.')[0] === key);
  if (problems.length > 0 || isIncomplete(tree, key)) {
    const value = standIn ?? withSectionDefaults(key, STAND_INS[key] ?? fallback, () => '');
    return { entry, value, problems, isBroken: true };
  }
  const directoryOf = (path: Path) => valueSpan(tree, path).source.directory;
  const value = withSectionDefaults(key, entry ? toJson(entry.value) : fallback, directoryOf);
  return { entry, value, problems, isBroken: false };
}

/** Values for sections that can't be without. */
const STAND_INS: Record<string, Json | undefined> = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'flatten' }, { type: 'dense' }] },
};

/** Whether a section can't be completed: what it needs is missing, or somewhere else. */
function isIncomplete(tree: Tree, key: string): boolean {
  if (key === 'dataset') return !at(tree, ['dataset']);
  return key === 'model' && !at(tree, ['model', 'layers']) && !at(tree, ['model', 'blocks']);
}

/**
 * Every mistake that lies within a top-level key of an experiment.
 * @param tree its references followed
 * @throws ConfigError if it is no mapping
 */
export function sectionMistakes(tree: Tree): Problem[] {
  const invalid = validate(tree);
  const branches = checkBranches(tree);
  const own = invalid.filter((problem) => !branches.some((other) => isGivenByEach(problem, other)));
  const problems = [...own, ...checkModelForm(tree, invalid), ...branches, ...checkSweepForm(tree)];
  if (problems.some(({ path }) => path === '')) throw new ConfigError(inOrder(problems));
  return problems;
}

/** What a layer lacks may be what `each` was meant to give it. */
function isGivenByEach({ code, path }: Problem, other: Problem): boolean {
  const [parallel, ...each] = other.path.split(/\.each(?=\.|$)/);
  return code === 'missing-key' && each.length > 0 && path.startsWith(`${parallel}.layers.`);
}

/** A model is either `layers` or the short form, unless either is misspelt or in the wrong place. */
function checkModelForm(tree: Tree, invalid: readonly Problem[]): Problem[] {
  const model = at(tree, ['model']);
  if (model?.kind !== 'mapping') return [];
  const has = (key: string) => model.entries.has(key);
  const report = (key: string, details: ProblemDetails) => [
    problemAt(keySpan(tree, ['model', key]), ['model', key], details),
  ];
  if (has('merge') && !has('inputs')) {
    const hint = 'merge says how the towers of `inputs` become one; of several branches, the key is that of `parallel`';
    return report('merge', { code: 'conflict', message: 'merge without inputs', hint });
  }
  const short = ['blocks', 'dense_units'].find(has);
  if (has('inputs') && short !== undefined) {
    const hint = 'write `layers` in their place: what follows where the towers of `inputs` are merged';
    return report(short, { code: 'conflict', message: `${short} beside inputs`, hint });
  }
  if (has('layers') && short !== undefined) {
    const hint = 'remove one: `layers` says every layer, `blocks` and `dense_units` are the short form';
    return report(short, { code: 'conflict', message: `${short} beside layers`, hint });
  }
  const blocks = at(model, ['blocks']);
  const saysOfBlocks = (key: string): boolean => blocks?.kind === 'mapping' && blocks.entries.has(key);
  if (saysOfBlocks('decoder') && has('dense_units')) {
    const hint = 'remove dense_units: with a decoder the model ends in a map, not in dense layers';
    return report('dense_units', { code: 'conflict', message: 'dense_units beside a decoder', hint });
  }
  if (saysOfBlocks('skip') && !saysOfBlocks('decoder')) {
    const path = ['model', 'blocks', 'skip'];
    const hint = 'add a decoder to blocks: conv2d_transpose or upsampling2d';
    return [problemAt(keySpan(tree, path), path, { code: 'conflict', message: 'skip without a decoder', hint })];
  }
  const meant = invalid.filter(({ code }) => code === 'unknown-key' || code === 'misplaced-key');
  const elsewhere = meant.some(({ path, suggestion }) => /(^|\.)(layers|blocks)$/.test(suggestion ?? path));
  if (has('layers') || has('blocks') || elsewhere) return [];
  const expected = 'layers: a list, or the short form blocks: {count: 2, filters: 32}';
  return report('layers', { code: 'missing-key', message: 'model has no layers', expected });
}

/** A parameter of the sweep that is written twice, nested and with a dotted key. */
function checkSweepForm(tree: Tree): Problem[] {
  const parameters = at(tree, ['sweep', 'parameters']);
  const seen = new Set<string>();
  return placedParameters(parameters ? toJson(parameters) : {}).flatMap(({ key, path }) => {
    const details: ProblemDetails = {
      code: 'duplicate-key',
      message: `the parameter ${JSON.stringify(key)} a second time`,
      hint: 'keep one of the two',
    };
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [problemAt(keySpan(tree, path), path, details)] : [];
  });
}
