import { isCollection, isScalar, visit, type Document, type YAMLError } from 'yaml';
import type { ProblemDetails } from './problems.js';

const KEY_HINT = 'write `key: value`, with a space after the colon';
const NEIGHBOUR_HINT = 'begin each key of a mapping in the same column';

/** What a YAML error means to someone who doesn't know YAML's grammar. */
export function syntaxProblem(error: YAMLError, text: string): ProblemDetails {
  if (error.code === 'RESOURCE_EXHAUSTION') return { code: 'too-complex', message: 'too many levels of nesting' };
  return { code: 'yaml-syntax', ...explain(error, text.slice(error.pos[0], error.pos[1])) };
}

/**
 * Where to look for the mistake: of a quote or bracket that is never closed where it opens, rather than where the file
 * ends; of a line that is wrongly indented its first letter.
 */
export function syntaxPlace(error: YAMLError, document: Document, text: string): [start: number, end: number] {
  const [start, end] = error.pos;
  if (/^(Missing closing|Flow)/.test(error.message)) {
    const opening = openingBefore(document, start);
    if (opening !== undefined) return [opening, opening + 1];
  }
  const spaces = /^ +(?=[^ \n])/.exec(text.slice(start, start + 200))?.[0].length ?? 0;
  return [start + spaces, Math.max(end, start + spaces + 1)];
}

/** The start of the innermost quoted text or bracketed collection that is still open at a position. */
function openingBefore(document: Document, position: number): number | undefined {
  let opening: number | undefined;
  visit(document, {
    Node(_, node) {
      const quoted = isScalar(node) && node.type?.startsWith('QUOTE');
      const range = quoted || (isCollection(node) && node.flow) ? node.range : undefined;
      if (range && range[0] < position && range[2] >= position) opening = range[0];
    },
  });
  return opening;
}

/** Where the tag (and anchor) before a value begins. */
export function tagStart(text: string, value: number): number {
  const before = text.slice(Math.max(0, value - 200), value);
  const tag = /![^\s!]*\s+(?:&\S+\s+)?$/.exec(before);
  return tag ? value - tag[0].length - (before[tag.index - 1] === '!' ? 1 : 0) : value;
}

function explain({ code, message }: YAMLError, at: string): { message: string; hint?: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab in the indentation', hint: 'indent with spaces' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'a key inside a value',
        hint: 'put each `key: value` on a line of its own, in the same column as its neighbours; quote text that contains ": "',
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return { message: 'a line without `key:`', hint: KEY_HINT };
    case 'MISSING_CHAR':
      return missing(message);
    case 'BAD_INDENT':
      return badIndent(message);
    case 'UNEXPECTED_TOKEN':
      return unexpected(message, at);
    case 'BAD_SCALAR_START':
      return { message: `text that begins with ${JSON.stringify(at)}`, hint: 'quote it' };
    case 'BAD_DQ_ESCAPE':
      return { message: 'an unknown \\ escape', hint: 'quote with single quotes, where \\ is an ordinary character' };
    case 'TAG_RESOLVE_FAILED':
      return { message: 'a YAML tag, which experiment files do not use', hint: 'quote text that begins with "!"' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second document', hint: 'remove the line `---`: one experiment a file' };
    default:
      return { message: message.charAt(0).toLowerCase() + message.slice(1) };
  }
}

function missing(message: string): { message: string; hint: string } {
  if (message.startsWith('Missing closing')) return { message: 'a quote that is never closed', hint: 'close it' };
  if (message.startsWith('Sequence item')) {
    return {
      message: 'a line that belongs to no list item',
      hint: "indent an item's keys to the column of its first key",
    };
  }
  return message.startsWith('Implicit map keys')
    ? { message: 'a line without `key:`', hint: KEY_HINT }
    : { message: 'a missing comma or bracket', hint: 'separate the items of [ ] and { } by commas' };
}

function badIndent(message: string): { message: string; hint: string } {
  if (message.startsWith('Flow')) return { message: 'a bracket that is never closed', hint: 'close it with ] or }' };
  if (message.startsWith('All')) return { message: 'indentation that fits no line above', hint: NEIGHBOUR_HINT };
  return { message: 'wrong indentation', hint: NEIGHBOUR_HINT };
}

function unexpected(message: string, at: string): { message: string; hint: string } {
  if (message.includes('block-seq-ind')) {
    return {
      message: 'a list item where a value belongs',
      hint: 'begin the list on the next line, each item with "- "',
    };
  }
  const found = at.trim() === '' ? '' : ` ${JSON.stringify(at.length > 40 ? `${at.slice(0, 40)}…` : at)}`;
  return { message: `unexpected${found || ' text'}`, hint: 'remove it, or quote the whole text' };
}
