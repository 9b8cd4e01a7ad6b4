import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type Range, type YAMLMap } from 'yaml';
import { ConfigError } from './config-error.js';
import { problemAt, type Problem, type ProblemDetails } from './problems.js';
import type { Source, Span } from './source.js';
import type { Entry, ScalarTree, Tree } from './tree.js';
import { syntaxPlace, syntaxProblem, tagStart } from './yaml-syntax.js';

/** No honest experiment comes near these; they keep a hostile one from costing time or memory. */
export const limits = { depth: 40, nodes: 20_000, problems: 100 };

/**
 * Parses YAML 1.2 (core schema, without tags and merge keys; aliases are written out).
 * @param offset where in the source's text the YAML begins, for the value of an override
 * @param end where it ends
 * @throws ConfigError with the first syntax error, or with every duplicate key
 */
export function parseYaml(source: Source, offset = 0, end = source.text.length): Tree {
  // Spaces keep every position in the YAML a position in the source.
  const text = ' '.repeat(offset) + source.text.slice(offset, end);
  const document = parseDocument(text, { schema: 'core', uniqueKeys: false, prettyErrors: false });
  const error = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]).at(0);
  if (error) {
    const [start, end] = syntaxPlace(error, document, text);
    throw new ConfigError([problemAt({ source, start, end }, [], syntaxProblem(error, text))]);
  }
  return new TreeBuilder(source, offset).build(document.contents);
}

class TreeBuilder {
  readonly #source: Source;
  readonly #offset: number;
  readonly #anchors = new Map<string, Node>();
  /** Nodes around the current one: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  readonly #problems: Problem[] = [];
  #nodes = 0;

  constructor(source: Source, offset: number) {
    this.#source = source;
    this.#offset = offset;
  }

  build(contents: Node | null): Tree {
    const end = { source: this.#source, start: this.#offset, end: this.#source.text.length };
    const tree = contents ? this.#tree(contents) : nothing(end);
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return tree;
  }

  #tree(node: Node): Tree {
    const span = this.#span(node.range);
    if (++this.#nodes > limits.nodes || this.#open.size > limits.depth) {
      this.#fail(span, { code: 'too-complex', message: `more than ${limits.nodes} values or ${limits.depth} levels` });
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
    return { kind: 'scalar', value: plain as ScalarTree['value'], span };
  }

  #mapping(node: YAMLMap, span: Span): Tree {
    const entries = new Map<string, Entry>();
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const [name, key] = this.#key(pair.key, span);
      const first = entries.get(name);
      if (first) this.#duplicate(name, key);
      else entries.set(name, { key, value: pair.value ? this.#tree(pair.value) : nothing(key) });
    }
    return { kind: 'mapping', entries, span };
  }

  #key(node: Node | null, around: Span): [string, Span] {
    const span = node?.range ? this.#span(node.range) : around;
    const value = isScalar(node) ? node.value : null;
    if (value === '' || !(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) {
      this.#fail(span, { code: 'yaml-syntax', message: 'a key that is not a word', hint: 'write `key: value`' });
    }
    return [String(value), span];
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
