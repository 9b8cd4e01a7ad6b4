import { actionOf, invalidOverride, parseKeys, parseOverride, parseValue, type Override } from '../text/overrides.js';
import type { Path } from '../text/problems.js';
import type { Source, Span } from '../text/source.js';
import { fromJson, type Entry, type Json, type Tree } from '../text/tree.js';

/** A key and what it is to be tried with, as `ablate sweep` takes it: `model.kernel_size=3,5`. */
interface Varied {
  key: string;
  entry: Entry;
}

/** Of a range: `range(1,4)`, `interval(0.1,1)`; of a list: `choice(3,5)`. */
const CALL_PATTERN = /^\s*(choice|range|interval)\(/;

/** What Hydra's `range` may count up to at most. */
const MOST_VALUES = 10_000;

/**
 * The overrides that make a sweep of an experiment, from arguments written as in Hydra: `key=a,b` varies a key, as do
 * `key=choice(a,b)`, `key=range(1,5)` (1, 2, 3, 4) and `key=interval(0.1,1)` (for `sweep.method=random`). `seeds=1,2,3`
 * and `training.seed=1,2,3` give the seeds. Everything else is an override of every variant. The file's own parameters,
 * if it has a sweep, give way; its metric, seeds and early termination stay.
 * @throws ConfigError at the argument, named `<override 1>` …
 */
export function sweepFromArguments(words: readonly string[]): Override[] {
  const directory = process.cwd();
  const varied: Varied[] = [];
  const others: Override[] = [];
  for (const [i, text] of words.entries()) {
    const read = readArgument({ name: `<override ${i + 1}>`, text, directory });
    if (read) varied.push(read);
    else others.push(parseOverride(withSeeds(text), i + 1, directory));
  }
  const isSeeds = ({ key }: Varied) => key === 'seeds' || key === 'training.seed';
  const parameters = varied.filter((each) => !isSeeds(each));
  return [...sweepOverrides(parameters), ...varied.filter(isSeeds).map(seedsOverride), ...others];
}

/** `seeds=3` is `sweep.seeds=3`. */
function withSeeds(text: string): string {
  return text.replace(/^(\+{0,2})seeds=/, '$1sweep.seeds=');
}

/** A key with several values; undefined for one with a single value, and for what removes a key. */
function readArgument(source: Source): Varied | undefined {
  const { text } = source;
  const { action, start } = actionOf(text);
  if (action === 'remove') return undefined;
  const { path, keys, end } = parseKeys(source, start);
  if (text[end] !== '=') return undefined;
  const value = readValues(source, end + 1, path);
  return value && { key: path.join('.'), entry: { key: { source, start, end: keys[keys.length - 1].end }, value } };
}

function readValues(source: Source, start: number, path: Path): Tree | undefined {
  const span = { source, start, end: source.text.length };
  const [, name] = (CALL_PATTERN.exec(source.text.slice(start)) ?? []) as (string | undefined)[];
  if (name !== undefined) return readCall(name, span, path);
  const parts = splitAtCommas(span);
  return parts.length === 1 ? undefined : { kind: 'list', items: parts.map((part) => parsePart(part, path)), span };
}

function readCall(name: string, span: Span, path: Path): Tree {
  const { source, start } = span;
  const text = source.text.trimEnd();
  const open = source.text.indexOf('(', start);
  if (!text.endsWith(')')) throw invalidOverride(source, open, `${name}( without its end`, `write \`${name}(…)\``);
  const parts = splitAtCommas({ source, start: open + 1, end: text.length - 1 });
  const items = parts.map((part) => parsePart(part, path));
  if (name === 'choice') return { kind: 'list', items, span };
  const numbers = items
    .map((item) => (item.kind === 'scalar' ? item.value : null))
    .filter((value) => typeof value === 'number');
  if (numbers.length < items.length) {
    throw invalidOverride(source, open + 1, `${name} of something else than numbers`, `write \`${name}(1,5)\``);
  }
  return fromJson(name === 'range' ? rangeOf(numbers, span) : intervalOf(numbers, span), span);
}

/** `range(stop)`, `range(start,stop)`, `range(start,stop,step)`: without the stop itself, as in Python. */
function rangeOf(numbers: readonly number[], { source, start }: Span): Json {
  const [from, stop, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers;
  const count = Math.ceil(Number(((stop - from) / step).toPrecision(12)));
  if (numbers.length > 3 || !(count >= 1 && count <= MOST_VALUES)) {
    const hint = 'write `range(start,stop)` or `range(start,stop,step)`: the stop itself is left out';
    throw invalidOverride(source, start, 'a range without values, or with too many', hint);
  }
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12)));
}

function intervalOf(numbers: readonly number[], { source, start }: Span): Json {
  const [min, max] = numbers;
  if (numbers.length !== 2)
    throw invalidOverride(source, start, 'an interval without two ends', 'write `interval(0.1,1)`');
  return { min, max, distribution: 'uniform' };
}

function parsePart({ source, start, end }: Span, path: Path): Tree {
  if (source.text.slice(start, end).trim() === '') {
    const hint = 'write `key=a,b`; to keep a comma within a value, quote it or use brackets';
    throw invalidOverride(source, Math.max(0, start - 1), 'a comma without a value', hint);
  }
  return parseValue({ source, start, end }, path);
}

/** The parts of a text between its commas, but for those within brackets and quotes. */
export function splitAtCommas({ source, start, end }: Span): Span[] {
  const parts: Span[] = [];
  let begin = start;
  let depth = 0;
  let quote: string | undefined;
  for (let i = start; i < end; i++) {
    const character = source.text[i];
    if (quote !== undefined) {
      if (character === '\\' && quote === '"') i++;
      else if (character === quote) quote = undefined;
    } else if (/["']/.test(character) && isStart(source.text, i)) quote = character;
    else if (/[[{(]/.test(character)) depth++;
    else if (/[\]})]/.test(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push({ source, start: begin, end: i });
      begin = i + 1;
    }
  }
  return [...parts, { source, start: begin, end }];
}

/** A quote opens only where a value begins: `it's` holds none. */
function isStart(text: string, index: number): boolean {
  return /[=,[{(:\s]/.test(text[index - 1] ?? '=');
}

function sweepOverrides(varied: readonly Varied[]): Override[] {
  const [first] = varied.map(({ entry }) => entry.key);
  // Without a key that varies there are only seeds: the file's own sweep, if it has one, is run with them.
  if (varied.length === 0) return [];
  const set = (key: string, value: Tree): Override => ({
    action: 'set',
    path: ['sweep', key],
    keys: [first, first],
    value,
  });
  const plain: Record<string, Json> = { method: 'grid', zip: [], include: [], exclude: [], run_cap: null };
  const parameters: Tree = {
    kind: 'mapping',
    entries: new Map(varied.map(({ key, entry }) => [key, entry])),
    span: first,
  };
  return [
    ...Object.entries(plain).map(([key, value]) => set(key, fromJson(value, first))),
    set('parameters', parameters),
  ];
}

function seedsOverride({ entry: { key, value } }: Varied): Override {
  return { action: 'set', path: ['sweep', 'seeds'], keys: [key, key], value };
}
