import { problemAt, type Problem, type ProblemDetails } from './problems.js';
import {
  at,
  fromJson,
  keySpan,
  toJson,
  withEntry,
  type Entry,
  type Json,
  type MappingTree,
  type Tree,
} from './tree.js';
import { placedParameters } from './sweep-resolve.js';
import { validate } from './validate.js';

/** A model is either `layers` or the short form, unless either is misspelt or in the wrong place. */
export function checkModelForm(tree: Tree, invalid: readonly Problem[]): Problem[] {
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

/** A parameter of the sweep that is written twice, nested and with a dotted key. */
export function checkSweepForm(tree: Tree): Problem[] {
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

const standIns: Record<string, Json> = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'flatten' }, { type: 'dense' }] },
};

/** Sections that can't be completed: what they need is missing, or somewhere else. */
export function incomplete(tree: Tree): string[] {
  const hasLayers = at(tree, ['model', 'layers']) ?? at(tree, ['model', 'blocks']);
  return [...(at(tree, ['dataset']) ? [] : ['dataset']), ...(hasLayers ? [] : ['model'])];
}

export function withStandIns(tree: MappingTree, broken: ReadonlySet<string>): MappingTree {
  const sound: MappingTree = { ...tree, entries: new Map([...tree.entries].filter(([key]) => !broken.has(key))) };
  return [...broken]
    .filter((section) => Object.hasOwn(standIns, section))
    .reduce((mapping, section) => {
      return withEntry(mapping, section, { key: tree.span, value: fromJson(standIns[section], tree.span) });
    }, sound);
}

/** Every mistake of one top-level key of an experiment, whatever the others are. */
export function sectionProblems(key: string, entry: Entry): Problem[] {
  const alone: MappingTree = { kind: 'mapping', entries: new Map([[key, entry]]), span: entry.key };
  const tree = withStandIns(alone, new Set(Object.keys(standIns).filter((other) => other !== key)));
  const invalid = validate(tree);
  return [...invalid, ...checkModelForm(tree, invalid)];
}
