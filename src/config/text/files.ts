import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { codeOf, messageOf } from '../../text/errors.js';
import { readRegularFileSync } from '../../system/regular-file.js';
import { firstStep } from '../first-step.js';
import { shorthandKey } from '../schema/paths.js';
import { ConfigError } from './config-error.js';
import { parseYaml } from './parse.js';
import { problemAt, type ProblemDetails } from './problems.js';
import type { Source, Span } from './source.js';
import { nearest } from './suggest.js';
import { keySpan, merge, withoutEntry, type Tree } from './tree.js';

/** Bytes. The largest honest experiment is a hundredth of it. */
const LARGEST_FILE = 256 * 1024;

/** Files that extend one another in a row. */
const LONGEST_CHAIN = 10;

/** A file with all that it extends merged into it. */
export interface FileTree {
  /** Without `extends`. */
  tree: Tree;
  /** The file that it extends, if any, as shown to the user. */
  base: string | undefined;
}

/**
 * Reads a file and, recursively, the file that its `extends` names.
 * @param file as the user names it
 * @throws ConfigError
 */
export function readExperimentFile(file: string): FileTree {
  return readExtended(file, [], undefined);
}

/**
 * The same of a text that is no file's.
 * @throws ConfigError
 */
export function readExperimentText(source: Source): FileTree {
  if (source.text.length > LARGEST_FILE) {
    const details: ProblemDetails = { code: 'too-complex', message: `${source.name} is too large` };
    throw new ConfigError([
      problemAt({ source, start: 0, end: 0 }, [], { ...details, expected: `at most ${LARGEST_FILE} bytes` }),
    ]);
  }
  return extended(source, join(source.directory, source.name), []);
}

function readExtended(file: string, chain: string[], from: Span | undefined): FileTree {
  return extended(readSource(file, from), file, chain);
}

/** @param file where the text is, or would be */
function extended(source: Source, file: string, chain: string[]): FileTree {
  const tree = parseYaml(source);
  const entry = tree.kind === 'mapping' ? tree.entries.get('extends') : undefined;
  if (tree.kind !== 'mapping' || !entry) return { tree, base: undefined };
  const own = withoutEntry(tree, 'extends');
  const value = entry.value.kind === 'scalar' ? entry.value.value : undefined;
  if (typeof value !== 'string' || value === '' || isAbsolute(value)) {
    throw extendsError(entry.value.kind === 'scalar' ? entry.value.span : keySpan(tree, ['extends']), {
      code: 'wrong-value',
      message: 'extends is not the relative path of a file',
      expected: 'a path relative to this file, such as `baseline.yaml`',
    });
  }
  const base = shown(join(dirname(file), value));
  checkChain(base, [...chain, resolve(file)], entry.value.span);
  return { tree: merge(readExtended(base, [...chain, resolve(file)], entry.value.span).tree, own, shorthandKey), base };
}

function checkChain(base: string, chain: string[], span: Span): void {
  if (chain.includes(resolve(base))) {
    const message = `extends leads back to ${base}`;
    throw extendsError(span, { code: 'extends-cycle', message, hint: 'remove one of the `extends` in the circle' });
  }
  if (chain.length >= LONGEST_CHAIN) {
    const message = `more than ${LONGEST_CHAIN} files that extend one another`;
    throw extendsError(span, { code: 'too-complex', message });
  }
}

function extendsError(span: Span, details: ProblemDetails): ConfigError {
  return new ConfigError([problemAt(span, ['extends'], details)]);
}

/** A path as short as it can be said: relative to the working folder if it lies below. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}

function readSource(file: string, from: Span | undefined): Source {
  const source: Source = { name: file, text: '', directory: dirname(resolve(file)) };
  const span = from ?? { source, start: 0, end: 0 };
  const fail = (details: ProblemDetails): never => {
    throw new ConfigError([problemAt(span, from ? ['extends'] : [], details)]);
  };
  try {
    const bytes = readRegularFileSync(file, LARGEST_FILE);
    return { ...source, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (codeOf(error) === 'TOO_LARGE') {
      const message = `${file} ${messageOf(error)}`;
      return fail({ code: 'too-complex', message, expected: `at most ${LARGEST_FILE} bytes` });
    }
    return fail({ code: 'unreadable-file', message: `${file} ${reason(error)}`, ...repair(file, from, error) });
  }
}

function reason(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: "isn't there",
    EACCES: "can't be read: permission denied",
    ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
    NOT_A_FILE: 'is not a file',
    ENAMETOOLONG: 'has too long a name',
  };
  return reasons[codeOf(error) ?? ''] ?? `can't be read: ${messageOf(error)}`;
}

/** The name of a file nearby that could be meant; where none is, how a first experiment is made. */
function repair(file: string, from: Span | undefined, error: unknown): { suggestion?: string; hint?: string } {
  if (codeOf(error) !== 'ENOENT') return {};
  const path = nearestFile(file);
  if (path !== undefined) return { suggestion: from ? relative(from.source.directory, resolve(path)) : path };
  return from ? {} : { hint: firstStep() };
}

/** The path with each part that isn't there replaced by the nearest that is. */
function nearestFile(path: string): string | undefined {
  if (existsSync(path)) return path;
  const folder = nearestFile(dirname(path));
  const name = folder && nearest(basename(path), namesIn(folder));
  return name && join(folder, name);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no folder, or not ours to read
  }
}
