import { ConfigError } from './config-error.js';
import { LIMITS, parseYaml } from './parse.js';
import { formatPath, problemAt, type Path, type Problem, type ProblemDetails } from './problems.js';
import { nearestPath } from '../schema/paths.js';
import { expand, schemaAt } from '../schema/schema.js';
import { holdsSecret, secretVariable } from './secrets.js';
import type { Span } from './source.js';
import { at, fromJson, toJson, type Entry, type MappingTree, type ScalarTree, type Tree } from './tree.js';

/** `${a.b}`, `${env:NAME}` or `${env:NAME,default}`. */
const REFERENCE = /\$\{([^{}]*)\}/g;
const WHOLE_REFERENCE = /^\$\{([^{}]*)\}$/;

const KEEP_OUT = 'configurations are stored and sent to the tracking server: keep secrets out of them';

/** No honest text grows beyond this by references; "${a}${a}" within "${a}${a}" would. */
const LONGEST_TEXT = 10_000;

/**
 * Replaces every `${…}`. `${training.epochs}` stands for the value of that key (its default, if nothing sets it), of any
 * type if it is the whole text; `${env:NAME}` for an environment variable, read as YAML if it is the whole text.
 * @throws ConfigError with every reference that can't be followed
 */
export function interpolate(root: Tree, env: NodeJS.ProcessEnv): Tree {
  return new Interpolation(root, env).run();
}

/** The same for one top-level key alone. */
export function interpolateEntry(root: MappingTree, key: string, env: NodeJS.ProcessEnv): Entry | undefined {
  return new Interpolation(root, env).entry(root, key);
}

class Interpolation {
  readonly #root: Tree;
  readonly #env: NodeJS.ProcessEnv;
  readonly #problems: Problem[] = [];
  /** Keys whose references are being followed: to meet one again is a cycle. */
  readonly #following: string[] = [];
  #nodes = 0;

  constructor(root: Tree, env: NodeJS.ProcessEnv) {
    this.#root = root;
    this.#env = env;
  }

  run(): Tree {
    return this.#sound(this.#tree(this.#root, []));
  }

  entry({ entries }: MappingTree, key: string): Entry | undefined {
    const entry = entries.get(key);
    return entry && this.#sound({ key: entry.key, value: this.#tree(entry.value, [key]) });
  }

  #sound<T>(result: T): T {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return result;
  }

  #tree(tree: Tree, path: Path): Tree {
    if (++this.#nodes > LIMITS.nodes) {
      throw new ConfigError([problemAt(tree.span, path, { code: 'too-complex', message: 'references without end' })]);
    }
    if (tree.kind === 'scalar') return typeof tree.value === 'string' ? this.#text(tree, tree.value, path) : tree;
    if (tree.kind === 'list') {
      return { ...tree, items: tree.items.map((item, index) => this.#tree(item, [...path, index])) };
    }
    const entries = [...tree.entries].map(([key, entry]): [string, Entry] => [
      key,
      { key: entry.key, value: this.#tree(entry.value, [...path, key]) },
    ]);
    return { ...tree, entries: new Map(entries) } satisfies MappingTree;
  }

  #text(tree: ScalarTree, text: string, path: Path): Tree {
    const whole = WHOLE_REFERENCE.exec(text);
    if (whole) return this.#value(whole[1], tree.span, path) ?? { ...tree, value: null };
    if (!text.includes('${')) return tree;
    const value = text.replace(REFERENCE, (_, inner: string) => this.#words(inner, tree.span, path));
    if (value.includes('${') || value.length > LONGEST_TEXT) {
      const hint = 'write `${key}`, such as `${training.epochs}`';
      this.#fail(tree.span, path, { message: 'a reference that is never closed, or too long', hint });
    }
    // Its parts may be harmless: `redis://${env:NAME}:${env:WORD}@host`.
    if (/\$\{\s*env:/.test(text) && holdsSecret(value)) {
      this.#fail(tree.span, path, { message: 'a text of variables that holds a password or a token', hint: KEEP_OUT });
    }
    return { ...tree, value };
  }

  /** What a reference within text stands for. */
  #words(inner: string, span: Span, path: Path): string {
    const value = this.#value(inner, span, path);
    if (value && value.kind !== 'scalar') {
      this.#fail(span, path, { message: `\${${inner}} is a ${value.kind} and can't be a part of text` });
    }
    return value?.kind === 'scalar' ? String(value.value) : '';
  }

  #value(inner: string, span: Span, path: Path): Tree | undefined {
    const [, variable, fallback] = /^\s*env:([^,]*)(?:,(.*))?$/s.exec(inner) ?? [];
    // The types of a match don't say that a group may be missing.
    if ((variable as string | undefined) !== undefined) return this.#variable(variable.trim(), fallback, span, path);
    return this.#key(inner.trim(), span, path);
  }

  #variable(name: string, fallback: string | undefined, span: Span, path: Path): Tree | undefined {
    const reason = secretVariable(name);
    if (reason !== undefined) {
      this.#fail(span, path, { message: `the variable ${name}, ${reason}`, hint: KEEP_OUT });
      return;
    }
    const value = this.#env[name] ?? fallback;
    if (value === undefined) {
      const hint = `set it, or write a default: \${env:${name},default}`;
      this.#fail(span, path, { message: `the environment variable ${JSON.stringify(name)} is not set`, hint });
      return;
    }
    if (value.includes('${')) {
      this.#fail(span, path, {
        message: `the environment variable ${JSON.stringify(name)} holds a reference itself`,
      });
      return;
    }
    if (holdsSecret(value)) {
      const what = name in this.#env ? `the variable ${name}` : `the default of ${name}`;
      this.#fail(span, path, { message: `${what}, whose value holds a password or a token`, hint: KEEP_OUT });
      return;
    }
    return { kind: 'scalar', value: scalarOf(value, span), span };
  }

  #key(dotted: string, span: Span, path: Path): Tree | undefined {
    // `layers[0]` is `layers.0`, as in Hydra.
    const target = dotted.replace(/\[(\d+)\]/g, '.$1').split('.');
    if (this.#following.includes(dotted) || isWithin(target, path)) {
      this.#fail(span, path, { message: `\${${dotted}} leads back to itself` });
      return;
    }
    if (this.#following.length > LIMITS.depth) {
      const message = `more than ${LIMITS.depth} references that lead to one another`;
      throw new ConfigError([problemAt(span, path, { code: 'too-complex', message })]);
    }
    const found = at(this.#root, target) ?? this.#default(target, span);
    if (!found) {
      this.#fail(span, path, this.#unknown(target, span));
      return;
    }
    this.#following.push(dotted);
    const value = this.#tree(found, target);
    this.#following.pop();
    return placed(value, span);
  }

  #default(target: string[], span: Span): Tree | undefined {
    const schema = schemaAt(target, toJson(this.#root));
    const value = schema && expand(schema).default;
    return value === undefined ? undefined : fromJson(value, span);
  }

  #unknown(target: string[], span: Span): Omit<ProblemDetails, 'code'> {
    const meant = nearestPath(target);
    const hasValue = meant && (at(this.#root, meant) ?? this.#default(meant, span));
    const suggestion = meant && hasValue ? formatPath(meant) : undefined;
    return { message: `\${${formatPath(target)}} refers to a key that has no value`, suggestion };
  }

  #fail(span: Span, path: Path, details: Omit<ProblemDetails, 'code'>): undefined {
    this.#problems.push(problemAt(span, path, { code: 'invalid-reference', ...details }));
    return undefined;
  }
}

/** Whether one path leads to another or to something around it. */
function isWithin(target: string[], path: Path): boolean {
  return target.every((part, index) => part === String(path[index]));
}

/** A variable's value as YAML reads it (`5`, `true`), if that is a plain value, else as text. */
function scalarOf(value: string, span: Span): ScalarTree['value'] {
  try {
    const tree = parseYaml({ ...span.source, text: value });
    return tree.kind === 'scalar' && value !== '' ? tree.value : value;
  } catch (error) {
    if (error instanceof ConfigError) return value;
    throw error;
  }
}

/** A referenced value, placed where the reference is written: that is where to mend it. */
function placed(tree: Tree, span: Span): Tree {
  if (tree.kind === 'scalar') return { ...tree, span };
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => placed(item, span)), span };
  const entries = [...tree.entries].map(([key, { value }]): [string, Entry] => [
    key,
    { key: span, value: placed(value, span) },
  ]);
  return { kind: 'mapping', entries: new Map(entries), span };
}
