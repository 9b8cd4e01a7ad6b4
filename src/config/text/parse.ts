import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type Range, type YAMLMap } from 'yaml';
import { ConfigError } from './config-error.js';
import { problemAt, type Problem, type ProblemDetails } from './problems.js';
import type { Source, Span } from './source.js';
import type { Entry, ScalarTree, Tree } from './tree.js';
import { syntaxPlace, syntaxProblem, tagStart } from './yaml-syntax.js';

/** No honest experiment comes near these; they keep a hostile one from costing time or memory. */
export const LIMITS = { depth: 40, nodes: 20_000, problems: 100 };

/** A key and its value that look like one word. */
const GLUED_PATTERN = /^([\w.-]+):(\S.*)$/s;

/**
 * Parses YAML 1.2 (core schema, without tags and merge keys; aliases are written out).
 * @throws ConfigError with the first syntax error, or with every duplicate key
 */
export function parseYaml(source: Source): Tree {
  return parse({ source, start: 0, end: source.text.length }, false);
}

/** As YAML, but that `{name:sgd}` means `{name: sgd}`, as in Hydra: a shell's words have no spaces. @throws ConfigError */
export function parseArgument(span: Span): Tree {
  return parse(span, true);
}

function parse({ source, start: offset, end }: Span, isArgument: boolean): Tree {
  // Spaces keep every position in the YAML a position in the source.
  const text = ' '.repeat(offset) + source.text.slice(offset, end);
  const document = parseDocument(text, { schema: 'core', uniqueKeys: false, prettyErrors: false });
  const error = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]).at(0);
  if (error) {
    const [start, end] = syntaxPlace(error, document, text);
    throw new ConfigError([problemAt({ source, start, end }, [], syntaxProblem(error, text))]);
  }
  return new TreeBuilder(source, offset, isArgument).build(document.contents);
}

class TreeBuilder {
  readonly #source: Source;
  readonly #offset: number;
  readonly #isArgument: boolean;
  readonly #anchors = new Map<string, Node>();
  /** Nodes around the current one: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  readonly #problems: Problem[] = [];
  #nodes = 0;

  constructor(source: Source, offset: number, isArgument: boolean) {
    this.#source = source;
    this.#offset = offset;
    this.#isArgument = isArgument;
  }

  build(contents: Node | null): Tree {
    const end = { source: this.#source, start: this.#offset, end: this.#source.text.length };
    const tree = contents ? this.#tree(contents) : nothing(end);
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return tree;
  }

  #tree(node: Node): Tree {
    const span = this.#span(node.range);
    if (++this.#nodes > LIMITS.nodes || this.#open.size > LIMITS.depth) {
      this.#fail(span, { code: 'too-complex', message: `more than ${LIMITS.nodes} values or ${LIMITS.depth} levels` });
    }
    if (isAlias(node)) return this.#aliased(node.source, span);
    if (node.tag !== undefined) {
      const hint = 'remove the tag; to make text of a number, quote it';
      const start = tagStart(this.#source.text, span.start);
      this.#fail(
        { ...span, start },
        { code: 'yaml-syntax', message: 'a YAML tag, which experiment files do not use', hint },
      );
    }
    if ('anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    return this.#inside(node, () => this.#untagged(node, span));
  }

  #aliased(name: string, span: Span): Tree {
    const node = this.#anchors.get(name);
    if (!node || this.#open.has(node)) {
      const message = node ? `alias *${name} inside of its own anchor` : `alias *${name} without an anchor &${name}`;
      this.#fail(span, { code: 'yaml-syntax', message, hint: `write &${name} before the value that *${name} repeats` });
    }
    return this.#tree(node);
  }

  #inside(node: Node, build: () => Tree): Tree {
    this.#open.add(node);
    const tree = build();
    this.#open.delete(node);
    return tree;
  }

  #untagged(node: Node, span: Span): Tree {
    if (isSeq(node)) {
      const items = node.items.map((item) => (item ? this.#tree(item as Node) : nothing(span)));
      return { kind: 'list', items, span };
    }
    if (isMap(node)) return this.#mapping(node, span);
    const value = isScalar(node) ? node.value : undefined;
    const plain = typeof value === 'bigint' ? Number(value) : value;
    const text = typeof plain === 'string' || !isScalar(node) ? undefined : node.source;
    return { kind: 'scalar', value: plain as ScalarTree['value'], span, ...(text === undefined ? {} : { text }) };
  }

  #mapping(node: YAMLMap, span: Span): Tree {
    const entries = new Map<string, Entry>();
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const [name, entry] = this.#entry(pair, span);
      const first = entries.get(name);
      if (first) this.#duplicate(name, entry.key);
      else entries.set(name, entry);
    }
    return { kind: 'mapping', entries, span };
  }

  #entry({ key: node, value }: Pair<Node | null, Node | null>, around: Span): [string, Entry] {
    const [name, key] = this.#key(node, around);
    if (value) return [name, { key, value: this.#tree(value) }];
    const isPlain = isScalar(node) && node.type === 'PLAIN';
    const [, word, rest] = (isPlain && GLUED_PATTERN.exec(name)) || ([] as undefined[]);
    return word === undefined ? [name, { key, value: nothing(key) }] : this.#glued(word, String(rest), key);
  }

  /** `name:sgd`, without a space after the colon. */
  #glued(name: string, rest: string, { source, start, end }: Span): [string, Entry] {
    const colon = start + name.length;
    if (!this.#isArgument) {
      const details = { message: 'a colon without a space after it', hint: `write \`${name}: ${rest}\`` };
      this.#fail({ source, start: colon, end: colon + 1 }, { code: 'yaml-syntax', ...details });
    }
    return [name, { key: { source, start, end: colon }, value: parseArgument({ source, start: colon + 1, end }) }];
  }

  #key(node: Node | null, around: Span): [string, Span] {
    const span = node?.range ? this.#span(node.range) : around;
    const value = isScalar(node) ? node.value : null;
    if (value === '' || !(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) {
      this.#fail(span, { code: 'yaml-syntax', message: 'a key that is not a word', hint: 'write `key: value`' });
    }
    // Keys are names: `01` is not 1.
    return [(isScalar(node) && typeof value !== 'string' && node.source) || String(value), span];
  }

  #duplicate(name: string, key: Span): void {
    const details: ProblemDetails = {
      code: 'duplicate-key',
      message: `the key ${JSON.stringify(name)} a second time`,
      hint: 'keep one of the two',
    };
    this.#problems.push(problemAt(key, [name], details));
  }

  #fail(span: Span, details: ProblemDetails): never {
    throw new ConfigError([problemAt(span, [], details)]);
  }

  #span(range: Range | null | undefined): Span {
    const [start, end] = range ?? [this.#offset, this.#offset];
    return { source: this.#source, start, end };
  }
}

function nothing(span: Span): ScalarTree {
  return { kind: 'scalar', value: null, span };
}
