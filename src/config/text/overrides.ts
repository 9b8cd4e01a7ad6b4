import { ConfigError } from './config-error.js';
import { parseArgument } from './parse.js';
import { formatPath, problemAt, type Path, type ProblemDetails } from './problems.js';
import { mayBeNull, shorthandKey } from '../schema/paths.js';
import { expand, schemaAt } from '../schema/schema.js';
import type { Source, Span } from './source.js';
import { nearest } from './suggest.js';
import { asMapping, toJson, withEntry, withoutEntry, type Entry, type Tree } from './tree.js';

/** A change of the configuration from the command line, written as in Hydra. */
export interface Override {
  /** `key=value` and `++key=value` set, `+key=value` adds what isn't there, `~key` removes what is. */
  action: 'set' | 'add' | 'remove';
  path: Path;
  /** Where each part of the path is written. */
  keys: Span[];
  /** The value, parsed as YAML; null for `remove`. */
  value: Tree;
}

/** A part of a path: a word, an index, or anything in double quotes (`sweep.parameters."model.pooling"`). */
const KEY_PATTERN = /"((?:[^"\\]|\\.)*)"|([^."=\s[\]]+)/y;

/** The same as `.0` or `.name`: `layers[0]`. */
const ITEM_PATTERN = /\["?([^\][="]+)"?\]/y;

/**
 * @param text `key=value`, `+key=value`, `++key=value` (as without) or `~key`; keys are dotted, list items are numbered
 *   from 0: `layers.0` or `layers[0]`
 * @param position of the override on the command line, from 1, for messages
 * @param directory that relative paths in the value start from
 * @throws ConfigError if it is no override or its value isn't YAML
 */
export function parseOverride(text: string, position: number, directory: string): Override {
  const source: Source = { name: `<override ${position}>`, text, directory };
  const { action, start: first } = actionOf(text);
  const { path, keys, end } = parseKeys(source, first);
  if (path[0] === 'extends') throw invalidOverride(source, first, 'extends in an override', 'write it into a file');
  if (action === 'remove') {
    if (end !== text.length) throw invalidOverride(source, end, 'text after the key to remove', 'write `~key`');
    return { action, path, keys, value: { kind: 'scalar', value: null, span: keys[keys.length - 1] } };
  }
  const [equals] = /^\s*=/.exec(text.slice(end)) ?? [];
  if (equals === undefined)
    throw invalidOverride(source, end, 'an override without "="', 'write `key=value`, `+key=value` or `~key`');
  const start = end + equals.length;
  return { action, path, keys, value: parseValue({ source, start, end: text.length }, path) };
}

/** What an argument does with its key, and where that begins. */
export function actionOf(text: string): { action: Override['action']; start: number } {
  const [sign] = /^(~|\+{0,2})/.exec(text) ?? [''];
  return { action: sign === '~' ? 'remove' : sign === '+' ? 'add' : 'set', start: sign.length };
}

/** A value of a key as arguments write it. @throws ConfigError */
export function parseValue(span: Span, path: Path): Tree {
  return withNulls(parseArgument(span), path);
}

/** `None` is null where a key takes that, unless it is quoted. */
function withNulls(tree: Tree, path: Path): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item, i) => withNulls(item, [...path, i])) };
  if (tree.kind === 'scalar') {
    const { source, start, end } = tree.span;
    const isNone = tree.value === 'None' && source.text.slice(start, end) === 'None';
    return isNone && mayBeNull(path) ? { ...tree, value: null } : tree;
  }
  const entries = [...tree.entries].map(([key, { key: span, value }]): [string, Entry] => {
    return [key, { key: span, value: withNulls(value, [...path, key]) }];
  });
  return { ...tree, entries: new Map(entries) };
}

/** The key that an override begins with. */
export function parseKeys(source: Source, start: number): { path: Path; keys: Span[]; end: number } {
  const path: string[] = [];
  const keys: Span[] = [];
  let end = start;
  do {
    const begin = path.length === 0 || source.text[end] === '[' ? end : end + 1;
    const pattern = source.text[begin] === '[' ? ITEM_PATTERN : KEY_PATTERN;
    pattern.lastIndex = begin;
    const match = pattern.exec(source.text);
    if (!match) throw noKey(source, begin);
    const [whole, quoted, word] = match as unknown as [string, ...(string | undefined)[]];
    path.push(word ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    end = pattern.lastIndex;
    keys.push({ source, start: end - whole.length, end });
  } while (/[.[]/.test(source.text[end] ?? ''));
  return { path, keys, end };
}

function noKey(source: Source, start: number): ConfigError {
  if (source.text[start] === '[')
    return invalidOverride(source, start, 'brackets without an item', 'write `model.layers[0].filters=64`');
  return invalidOverride(source, start, 'an override without a key', 'write `key=value`, such as `training.epochs=3`');
}

/** A mistake in the text of an override. */
export function invalidOverride(source: Source, start: number, message: string, hint: string): ConfigError {
  return new ConfigError([
    problemAt({ source, start, end: start + 1 }, [], { code: 'invalid-override', message, hint }),
  ]);
}

/**
 * The configuration with one override applied. Whether the key is a known one is for validation to say, which then points
 * at the override.
 * @throws ConfigError if there is nothing to remove, something where something was to be added, or no such list item
 */
export function applyOverride(root: Tree, override: Override): Tree {
  return applyAt(root, override, 0, root);
}

function applyAt(tree: Tree | undefined, override: Override, depth: number, root: Tree): Tree {
  const { path, keys } = override;
  const last = depth === path.length - 1;
  if (tree?.kind === 'list') return applyToItem(tree, override, depth, root);
  const mapping = mappingAt(tree, override, depth, root);
  const key = String(path[depth]);
  const present = mapping.entries.get(key);
  if (override.action === 'remove' && !present) throw nothingToRemove(override, depth, [...mapping.entries.keys()]);
  if (last && override.action === 'remove') return withoutEntry(mapping, key);
  if (last && override.action === 'add' && present) throw alreadyThere(override);
  const value = last ? override.value : applyAt(present?.value, override, depth + 1, root);
  return withEntry(mapping, key, { key: keys[depth], value });
}

/** What the override goes into: the mapping there, the long form of a name (`adam`) or of the default, or a new one. */
function mappingAt(tree: Tree | undefined, { path, keys }: Override, depth: number, root: Tree) {
  const around = path.slice(0, depth);
  const long = tree && asMapping(tree, tree.kind === 'scalar' ? shorthandKey(around) : '');
  if (long?.kind === 'mapping') return long;
  const span = keys[Math.max(0, depth - 1)];
  const schema = tree ? undefined : schemaAt(around, toJson(root));
  const name = schema && expand(schema).default;
  const entries = typeof name === 'string' ? { kind: 'scalar' as const, value: name, span } : undefined;
  const fresh = entries && asMapping(entries, 'name');
  return fresh?.kind === 'mapping' ? fresh : { kind: 'mapping' as const, entries: new Map<string, never>(), span };
}

function applyToItem(list: Tree & { kind: 'list' }, override: Override, depth: number, root: Tree): Tree {
  const { path, action } = override;
  const index = /^\d+$/.test(String(path[depth])) ? Number(path[depth]) : -1;
  if (index < 0 || index >= list.items.length) throw noSuchItem(override, depth, list.items.length);
  const last = depth === path.length - 1;
  if (last && action === 'add') throw alreadyThere(override);
  if (last && action === 'remove') return { ...list, items: list.items.filter((_, other) => other !== index) };
  const value = last ? override.value : applyAt(list.items[index], override, depth + 1, root);
  return { ...list, items: list.items.map((item, other) => (other === index ? value : item)) };
}

function noSuchItem(override: Override, depth: number, length: number): ConfigError {
  const name = formatPath(override.path.slice(0, depth));
  return overrideError(override, depth, {
    code: 'invalid-override',
    message: `${name} is a list and has no item ${JSON.stringify(override.path[depth])}`,
    expected: length === 0 ? 'nothing: the list is empty' : `a number from 0 to ${length - 1}`,
    hint: `to replace the whole list, write \`${name}=[…]\``,
  });
}

function nothingToRemove(override: Override, depth: number, keys: string[]): ConfigError {
  return overrideError(override, depth, {
    code: 'invalid-override',
    message: `nothing to remove: ${formatPath(override.path.slice(0, depth + 1))} is not set`,
    suggestion: nearest(String(override.path[depth]), keys),
  });
}

function alreadyThere(override: Override): ConfigError {
  const name = formatPath(override.path);
  return overrideError(override, override.path.length - 1, {
    code: 'invalid-override',
    message: `${name} is set already`,
    hint: `to change it, write \`${name}=…\` without "+"`,
  });
}

function overrideError(override: Override, depth: number, details: ProblemDetails): ConfigError {
  return new ConfigError([problemAt(override.keys[depth], override.path.slice(0, depth + 1), details)]);
}
