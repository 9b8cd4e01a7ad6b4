import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type FileProblem, UserError, codeOf } from '../../text/errors.js';

/** The images that a command line names. */
export interface NamedImages {
  /** Files; `-` for standard input. */
  files: string[];
  /** What can't be read in the folders that are named. */
  unreadable: FileProblem[];
  /** What lies in them and is no image. */
  passedOver: FileProblem[];
}

/**
 * The files that words stand for: a folder for all images in it and below it, in the order of their paths, a pattern
 * for the files that match it, and everything else for itself.
 * @throws UserError `no-images` for a folder without images, or a pattern that nothing matches
 */
export async function findImages(words: readonly string[]): Promise<NamedImages> {
  const found: NamedImages = { files: [], unreadable: [], passedOver: [] };
  for (const word of words) {
    const kind = await kindOf(word);
    if (kind === 'folder') await addFolder(word, found);
    else if (kind === 'pattern') found.files.push(...(await matching(word)));
    else found.files.push(word);
  }
  return found;
}

/** A file whose name looks like a pattern is that file. */
async function kindOf(word: string): Promise<'file' | 'folder' | 'pattern'> {
  try {
    return (await stat(word)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return codeOf(error) === 'ENOENT' && /[*?{[]/.test(word) ? 'pattern' : 'file';
  }
}

async function addFolder(folder: string, { files, unreadable, passedOver }: NamedImages): Promise<void> {
  const { imagesBelow, walkFolder } = await import('../../data/images/folder-walk.js');
  const walk = await walkFolder(folder);
  const within = (problems: FileProblem[]) =>
    problems.map(({ path, reason }) => ({ path: join(folder, path), reason }));
  const images = imagesBelow(walk.tree);
  const refused = [...walk.unreadable, ...walk.refused];
  if (images.length + refused.length === 0) throw none(`no image lies in ${folder}`);
  files.push(...images.map((path) => join(folder, path)));
  unreadable.push(...within(refused));
  passedOver.push(...within(walk.passedOver));
}

async function matching(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const files = await glob(pattern, { expandDirectories: false, absolute: isAbsolute(pattern) });
  if (files.length > 0) return files.sort();
  throw none(`no file matches ${pattern}`);
}

function none(problem: string): UserError {
  return new UserError(problem, {
    code: 'no-images',
    hint: 'give image files, folders of them, or patterns in quotes: "photos/**/*.jpg"',
    exitCode: 2,
  });
}
