import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTextSync } from '../system/regular-file.js';
import { ablate } from '../system/shell.js';
import { UserError, codeOf, messageOf } from '../text/errors.js';
import type { NewFile } from './templates.js';

/** What git is to leave alone. */
const IGNORED = 'runs/';
const GITIGNORE = '.gitignore';

/**
 * Writes files into a folder, all of them or none: nothing that is there is changed.
 * @param folder is made if need be
 * @throws UserError if one of them is there already
 */
export function writeNew(folder: string, files: NewFile[]): void {
  const there = files.filter(({ name }) => existsSync(join(folder, name))).map(({ name }) => name);
  if (there.length > 0) throw isThere(there);
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: 'wx' });
  } catch (error) {
    throw new UserError(`can't write into ${folder}: ${messageOf(error)}`, {
      code: codeOf(error) === 'EEXIST' ? 'file-exists' : 'not-writable',
      exitCode: 2,
      hint: `${ablate('init', 'FOLDER')} writes into another folder`,
    });
  }
}

function isThere(names: string[]): UserError {
  const verb = names.length === 1 ? 'is' : 'are';
  return new UserError(`${names.join(', ')} ${verb} there already; nothing was written`, {
    code: 'file-exists',
    exitCode: 2,
    hint: `${ablate('init', 'FOLDER')} writes into another folder`,
  });
}

/** What git is told to leave alone: the file to write, or the line that the one that is there lacks. */
export function gitignore(folder: string): { file?: NewFile; missing?: string } {
  const path = join(folder, GITIGNORE);
  if (!existsSync(path)) return { file: { name: GITIGNORE, text: `${IGNORED}\nnode_modules/\n` } };
  const lines = statSync(path).isFile() ? readTextSync(path).split(/\r?\n/) : [];
  const isIgnored = lines.some((line) => /^\/?runs\/?\*?$/.test(line.trim()));
  return isIgnored ? {} : { missing: IGNORED };
}
