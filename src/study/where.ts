import { UserError } from '../text/errors.js';

/** What a key means for one run; undefined where it has no such thing. */
export type FieldOf = (key: string) => string | number | undefined;

/** A condition on runs, and the keys that it asks for. */
export interface Where {
  holds: (fieldOf: FieldOf) => boolean;
  keys: Key[];
}

/** A key where it stands. */
export interface Key {
  name: string;
  /** Counted from 0. */
  column: number;
}

interface Token {
  kind: 'word' | 'keyword' | 'quoted' | 'operator' | 'bracket' | 'end';
  text: string;
  column: number;
}

type Condition = Where['holds'];

/** One of: a bracket, an operator, quoted text, a word. */
const TOKEN = /\s*(?:([()])|(!=|<=|>=|==|[=<>])|'([^']*)'|"([^"]*)"|([^\s()=!<>'"]+))/y;

/** What is a key or a value only where it is quoted. */
const KEYWORD = /^(and|or|not)$/i;

/** The order of two values: as numbers where both are, else as text. */
export function compareValues(a: string | number, b: string | number): number {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return String(a) === String(b) ? 0 : String(a) < String(b) ? -1 : 1;
}

/**
 * Reads a condition: `model.pooling=max and (val_accuracy>0.95 or not training.epochs<6)`. Comparisons are `=`, `!=`, `<`,
 * `<=`, `>` and `>=`; `not` binds closest, then `and`, then `or`. Text with spaces or brackets is quoted. No comparison
 * holds of a key that a run doesn't have.
 * @throws UserError `bad-filter` with the place
 */
export function parseWhere(text: string): Where {
  const parser = new Parser(text);
  return { holds: parser.whole(), keys: parser.keys };
}

/** By recursive descent: a method a rule of the grammar. */
class Parser {
  readonly keys: Key[] = [];
  readonly #text: string;
  readonly #tokens: Iterator<Token>;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text).values();
    this.#next = this.#tokens.next().value as Token;
  }

  whole(): Condition {
    const holds = this.#anyOf();
    this.#take('and, or, or the end', 'end');
    return holds;
  }

  #anyOf(): Condition {
    const conditions = [this.#allOf()];
    while (this.#skip('keyword', 'or')) conditions.push(this.#allOf());
    return (of) => conditions.some((holds) => holds(of));
  }

  #allOf(): Condition {
    const conditions = [this.#one()];
    while (this.#skip('keyword', 'and')) conditions.push(this.#one());
    return (of) => conditions.every((holds) => holds(of));
  }

  #one(): Condition {
    if (this.#skip('keyword', 'not')) {
      const inner = this.#one();
      return (of) => !inner(of);
    }
    if (!this.#skip('bracket', '(')) return this.#comparison();
    const inner = this.#anyOf();
    if (!this.#skip('bracket', ')')) throw this.#unexpected(')');
    return inner;
  }

  #comparison(): Condition {
    const { text: name, column } = this.#take('a key', 'word', 'quoted');
    const operator = this.#take(`=, !=, <, <=, > or >= after "${name}"`, 'operator').text;
    const value = this.#take(`a value after ${operator}`, 'word', 'quoted').text;
    this.keys.push({ name, column });
    return (of) => {
      const field = of(name);
      return field !== undefined && HOLDS[operator](compareValues(field, value));
    };
  }

  /** Goes over a token, if it is the next. @returns whether it was */
  #skip(kind: Token['kind'], text: string): boolean {
    if (this.#next.kind !== kind || this.#next.text.toLowerCase() !== text) return false;
    this.#advance();
    return true;
  }

  #take(expected: string, ...kinds: Token['kind'][]): Token {
    const token = this.#next;
    if (!kinds.includes(token.kind)) throw this.#unexpected(expected);
    this.#advance();
    return token;
  }

  #advance(): void {
    if (this.#next.kind !== 'end') this.#next = this.#tokens.next().value as Token;
  }

  #unexpected(expected: string): UserError {
    return badFilter(this.#text, this.#next.column, `expected ${expected}, got ${tokenText(this.#next)}`);
  }
}

const HOLDS: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** @returns at least one: the end */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw badFilter(text, start + spacesAt(text, start), 'this is no key, operator or closed quotation');
    const [whole, bracket, operator, single, double, word] = found as (string | undefined)[];
    const column = start + spacesAt(whole ?? '', 0);
    if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket, column });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, column });
    else if (word !== undefined) tokens.push({ kind: KEYWORD.test(word) ? 'keyword' : 'word', text: word, column });
    else tokens.push({ kind: 'quoted', text: single ?? double ?? '', column });
  }
  return [...tokens, { kind: 'end', text: '', column: text.trimEnd().length }];
}

function spacesAt(text: string, start: number): number {
  return text.slice(start).length - text.slice(start).trimStart().length;
}

function tokenText({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : `"${text}"`;
}

function toNumber(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** A mistake in a condition, shown at its place. */
export function badFilter(text: string, column: number, problem: string, hint?: string): UserError {
  return new UserError(`--where: ${problem}\n  ${text}\n  ${' '.repeat(column)}^`, {
    code: 'bad-filter',
    hint: hint ?? "for example: --where 'model.pooling=max and val_accuracy>0.95'",
    exitCode: 2,
  });
}
