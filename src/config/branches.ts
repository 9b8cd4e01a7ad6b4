import { branchFor } from './schema/schema.js';
import { nearest } from './text/suggest.js';
import { problemAt, type Path, type Problem, type ProblemDetails } from './text/problems.js';
import { at, keySpan, toJson, withEntry, withoutEntry, type Entry, type MappingTree, type Tree } from './text/tree.js';

/**
 * The tree in which each `parallel` layer has its branches written out: one for each value of `each`, whose keys every
 * layer takes that has them and doesn't say them itself. What can't be written out stays, and is told by `checkBranches`.
 */
export function withBranches(tree: Tree): Tree {
  return replacedAt(replacedAt(tree, ['model', 'layers'], withBranchesIn), ['model', 'inputs'], withBranchesInTowers);
}

/** @param towers a mapping of names to towers, or whatever stands in its place */
function withBranchesInTowers(towers: Tree): Tree {
  if (towers.kind !== 'mapping') return towers;
  return [...towers.entries.keys()].reduce<Tree>(
    (whole, name) => replacedAt(whole, [name, 'layers'], withBranchesIn),
    towers,
  );
}

function replacedAt(tree: Tree, [key, ...rest]: string[], change: (tree: Tree) => Tree): Tree {
  const entry = tree.kind === 'mapping' ? tree.entries.get(key) : undefined;
  if (tree.kind !== 'mapping' || !entry) return tree;
  const value = rest.length > 0 ? replacedAt(entry.value, rest, change) : change(entry.value);
  return value === entry.value ? tree : withEntry(tree, key, { ...entry, value });
}

/** @param layers a list of layers, or whatever stands in its place */
function withBranchesIn(layers: Tree): Tree {
  if (layers.kind !== 'list') return layers;
  const items = layers.items.map(writtenOut);
  return items.every((item, index) => item === layers.items[index]) ? layers : { ...layers, items };
}

function writtenOut(layer: Tree): Tree {
  if (layer.kind !== 'mapping') return layer;
  const listed = replacedAt(replacedAt(layer, ['layers'], withBranchesIn), ['towers'], withBranchesInTowers);
  const inner = replacedAt(listed, ['branches'], (branches) =>
    branches.kind === 'list' ? { ...branches, items: branches.items.map(withBranchesIn) } : branches,
  ) as MappingTree;
  if (typeOf(inner) !== 'parallel' || mistakesIn(inner).length > 0) return inner;
  const [each, layers] = ['each', 'layers'].map((key) => inner.entries.get(key));
  if (each?.value.kind !== 'mapping' || layers?.value.kind !== 'list') return inner;
  const { items } = layers.value;
  const values = [...each.value.entries];
  const branches = Array.from({ length: countOf(each.value) }, (_, branch): Tree => {
    const own = items.map((item) => ownLayer(item, values, branch));
    return { kind: 'list', items: own, span: layers.value.span };
  });
  const entry: Entry = { key: layers.key, value: { kind: 'list', items: branches, span: layers.value.span } };
  return withEntry(withoutEntry(withoutEntry(inner, 'each'), 'layers'), 'branches', entry);
}

/** A layer as a branch has it; where it has a name, that is told from the others' by the branch's number. */
function ownLayer(layer: Tree, values: readonly [string, Entry][], branch: number): Tree {
  if (layer.kind !== 'mapping') return layer;
  const taken = values.filter(([key]) => !layer.entries.has(key) && keysOf(layer).includes(key));
  const named = layer.entries.get('name');
  const whole = taken.reduce((mapping, [key, { key: place, value }]) => {
    return withEntry(mapping, key, { key: place, value: at(value, [branch]) ?? value });
  }, layer);
  if (named?.value.kind !== 'scalar') return whole;
  const name: Tree = { ...named.value, value: `${String(named.value.value)}_${branch}` };
  return withEntry(whole, 'name', { ...named, value: name });
}

function countOf(each: MappingTree): number {
  const [first] = [...each.entries.values()];
  return first.value.kind === 'list' ? first.value.items.length : 0;
}

/** What is wrong with the form of `parallel` layers, beyond what the schema sees. */
export function checkBranches(tree: Tree): Problem[] {
  const find = (list: Tree | undefined, path: Path): Problem[] =>
    list?.kind === 'list' ? list.items.flatMap((layer, index) => ofLayer(layer, [...path, index])) : [];
  const ofLayer = (layer: Tree, path: Path): Problem[] => {
    if (layer.kind !== 'mapping') return [];
    const branches = at(layer, ['branches']);
    const inner = [
      ...find(at(layer, ['layers']), [...path, 'layers']),
      ...inTowers(at(layer, ['towers']), [...path, 'towers']),
      ...(branches?.kind === 'list' ? branches.items.flatMap((each, b) => find(each, [...path, 'branches', b])) : []),
    ];
    if (typeOf(layer) !== 'parallel') return inner;
    const own = mistakesIn(layer).map(({ key, details }) => {
      const place = [...path, ...key];
      return problemAt(keySpan(tree, layer.entries.has(String(key[0])) ? place : path), place, details);
    });
    return [...own, ...inner];
  };
  const inTowers = (towers: Tree | undefined, path: Path): Problem[] =>
    towers?.kind === 'mapping'
      ? [...towers.entries].flatMap(([name, { value }]) => find(at(value, ['layers']), [...path, name, 'layers']))
      : [];
  const places = ['model', 'layers'];
  return [...find(at(tree, places), places), ...inTowers(at(tree, ['model', 'inputs']), ['model', 'inputs'])];
}

interface Mistake {
  /** Within the layer. */
  key: Path;
  details: ProblemDetails;
}

/** Of a layer whose values may still be anything: what the schema will say isn't said here. */
function mistakesIn({ entries }: MappingTree): Mistake[] {
  const [branches, layers, each] = ['branches', 'layers', 'each'].map((key) => entries.get(key)?.value);
  if (branches) {
    const beside = layers ? 'layers' : 'each';
    const hint = 'remove one: `branches` says every layer, `layers` and `each` are the short form';
    return layers || each
      ? [{ key: [beside], details: { code: 'conflict', message: `${beside} beside branches`, hint } }]
      : [];
  }
  if (!layers && !each) {
    const expected =
      'branches: a list of lists of layers, or the short form layers: […] with each: {kernel_size: [3, 4, 5]}';
    return [{ key: ['branches'], details: { code: 'missing-key', message: 'parallel has no branches', expected } }];
  }
  if (!layers || !each) {
    const [has, lacks] = layers ? ['layers', 'each'] : ['each', 'layers'];
    const expected = layers ? 'each: {kernel_size: [3, 4, 5]}' : 'layers: a list';
    return [
      { key: [lacks], details: { code: 'missing-key', message: `parallel has ${has} and no ${lacks}`, expected } },
    ];
  }
  if (each.kind !== 'mapping' || layers.kind !== 'list' || each.entries.size === 0) return [];
  return mistakesInEach(each, layers.items);
}

function mistakesInEach(each: MappingTree, layers: readonly Tree[]): Mistake[] {
  const known = [...new Set(layers.flatMap((layer) => (layer.kind === 'mapping' ? keysOf(layer) : [])))];
  return [...each.entries].flatMap(([key, { value }]): Mistake[] => {
    const report = (details: ProblemDetails): Mistake[] => [{ key: ['each', key], details }];
    if (known.length > 0 && !known.includes(key)) {
      const message = `no layer of this parallel has a key ${JSON.stringify(key)}`;
      return report({
        code: 'unknown-key',
        message,
        expected: `one of ${known.join(', ')}`,
        suggestion: nearest(key, known),
      });
    }
    const takers = layers.filter((layer) => layer.kind === 'mapping' && keysOf(layer).includes(key));
    if (takers.length > 0 && takers.every((layer) => layer.kind === 'mapping' && layer.entries.has(key))) {
      const hint = `remove ${key} from the layer: each gives it`;
      return report({ code: 'conflict', message: `each gives ${key}, which the layer says itself`, hint });
    }
    if (value.kind !== 'list' || value.items.length === countOf(each)) return [];
    const message = `each has lists of different lengths: ${[...each.entries.values()].map((entry) => lengthOf(entry.value)).join(', ')}`;
    return report({ code: 'wrong-length', message, hint: 'give every key one value for each branch' });
  });
}

const lengthOf = (list: Tree): number => (list.kind === 'list' ? list.items.length : 0);

/** What `each` may give: a name or a type would make it another layer. */
function keysOf(layer: MappingTree): string[] {
  const type = typeOf(layer);
  if (type === undefined) return [];
  const { properties = {} } = branchFor({ $ref: '#/definitions/layer' }, { type });
  return Object.keys(properties).filter((key) => key !== 'type' && key !== 'name');
}

function typeOf(layer: MappingTree): string | undefined {
  const type = layer.entries.get('type');
  const value = type && toJson(type.value);
  return typeof value === 'string' ? value : undefined;
}
