import { createHash } from 'node:crypto';
import { badUsage } from '../../text/errors.js';
import { NAME_LIMIT } from './limits.js';

/** What can't stand in the name of a metric, param or tag, nor the dots and slashes by which a path is normalized. */
const REFUSED_IN_NAMES = /_(?=x)|[^\p{L}\p{Nd}_\-./: ]|(?<=^|\/)\.\.?(?=\/|$)|(?<=^|\/)\/|\/$/gu;
/**
 * What can't stand in the path of an artifact. MLflow refuses `#`, drive letters and backslashes, decodes percent signs
 * twice, and its client can't read back a `?`, control characters, nor a space in front.
 */
const REFUSED_IN_PATHS = /_(?=x)|[%#?:\\\p{Cc}\p{Cs}]|(?<=^|\/) /gu;
const EMPTY = '_x_';
const DIGEST_LENGTH = 16;

/**
 * A name that MLflow takes. It refuses characters other than letters, digits, `_ - . / :` and space, and names that
 * would be another name as a path (`a//b`, `./a`). These are written as SQL/XML writes identifiers (ISO/IEC 9075-14): a
 * refused character becomes `_x`, its code point in hexadecimal, `_`; an underscore before an `x` becomes `_x005F_`.
 * So `accuracy@5` becomes `accuracy_x0040_5`, and `decodeName` gives every name back.
 *
 * A name that is then longer than MLflow's limit is cut and ends in `_xL`, a digest, `_`: see `isShortened`.
 */
export function encodeName(name: string): string {
  const encoded = escapeMatches(name, REFUSED_IN_NAMES) || EMPTY;
  return encoded.length > NAME_LIMIT ? shorten(encoded) : encoded;
}

/** The name that `encodeName` was given, unless it was shortened. */
export function decodeName(encoded: string): string {
  return encoded.replace(/_x([0-9A-F]*)_/g, (_, hex: string) => hex && String.fromCodePoint(parseInt(hex, 16)));
}

/** Whether an encoded name lacks its end. Its whole stands in the run's tag `ablate.name.` + the digest it ends with. */
export function isShortened(encoded: string): boolean {
  return /_xL[0-9a-f]{16}_$/.test(encoded);
}

/** The tag that holds the whole of a shortened name. */
export function wholeNameTag(shortened: string): string {
  return `ablate.name.${shortened.slice(-DIGEST_LENGTH - 1, -1)}`;
}

/** An artifact's path as MLflow takes it, escaped as names are, but only in characters that a path can't hold. */
export function encodeArtifactPath(path: string): string {
  return escapeMatches(path, REFUSED_IN_PATHS);
}

function escapeMatches(text: string, refused: RegExp): string {
  return text.replace(refused, (match) => Array.from(match, escapeCharacter).join(''));
}

function escapeCharacter(character: string): string {
  return `_x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}_`;
}

function shorten(encoded: string): string {
  const suffix = `_xL${createHash('sha256').update(encoded).digest('hex').slice(0, DIGEST_LENGTH)}_`;
  const start = encoded.slice(0, NAME_LIMIT - suffix.length);
  // Half of a surrogate pair is no character.
  return (/[\uD800-\uDBFF]$/.test(start) ? start.slice(0, -1) : start) + suffix;
}

/** A string literal of MLflow's search filters, which know no escapes but have two kinds of quotes. */
export function quote(value: string): string {
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

/** Characters of a registered model's name in MLflow's database. */
const MODEL_NAME_LIMIT = 256;

/**
 * Refuses what MLflow refuses as the name of a registered model (`_validate_model_name`).
 * @throws UserError `bad-usage`
 */
export function requireModelName(name: string): void {
  const isPath = /[/:]/.test(name) || name === '.' || name.startsWith('..');
  if (name.trim() !== '' && !isPath && name.length <= MODEL_NAME_LIMIT) return;
  throw badUsage(
    `--register is ${JSON.stringify(name)}, which MLflow takes for no registered model's name`,
    `a name has 1 to ${MODEL_NAME_LIMIT} characters, no / and no :`,
  );
}

/** What MLflow refuses in the name of a logged model. */
const UNFIT_FOR_MODELS = /[/:.%"']/g;

/** The name of a logged model: that of its run, less what MLflow refuses there: `learning_rate=0_001 · seed 1`. */
export function loggedModelName(runName: string): string {
  return runName.replaceAll(UNFIT_FOR_MODELS, '_').trim() || 'model';
}
