import { UserError } from '../../text/errors.js';
import { type Folder, hasImages } from './folder-walk.js';
import { type Role, type SplitName, splitNames } from './split-names.js';

/** The folders that each hold a set of images, a folder per class in each. */
export interface SplitFolders {
  train: Folder;
  validation?: Folder;
  test?: Folder;
  /** Folders beside them without any image. */
  empty: Folder[];
}

/** Words that say a role and are names of classes as well, where nothing else speaks for a role. */
const CLASS_WORDS = new Set(['train', 'valid']);

/**
 * Tells a folder of sets (`train`, `val`, `test`, in any usual spelling) from a folder of classes.
 * @returns undefined for a folder of classes
 * @throws UserError `dataset-invalid` where what a folder is for can't be told: nothing is left out by a guess
 */
export function findSplits(root: string, { folders }: Folder): SplitFolders | undefined {
  const names = splitNames(folders.map(({ name }) => name));
  if (names.length === 0) return undefined;
  const others = folders.filter(({ name }) => !names.some((split) => split.name === name));
  const empty = others.filter((folder) => !hasImages(folder));
  const unknown = others.filter(hasImages);
  const splits = names.map((split) => ({ ...split, folder: folderNamed(folders, split.name) }));
  if (unknown.length > 0 && splits.length === 1 && isClass(splits[0])) return undefined;
  if (unknown.length > 0) throw unknownFolders(root, names, unknown);
  const byRole = new Map<Role, Folder>();
  for (const { name, role, folder } of splits) {
    const meant = role === 'evaluation' ? roleOfEvaluation(root, name, names) : role;
    const other = byRole.get(meant);
    if (other)
      throw invalid(root, `${other.name} and ${name} both say ${meant}`, 'keep one of them, or rename the other');
    byRole.set(meant, unwrapped(folder));
  }
  return requireTrain(root, byRole, empty, names);
}

function requireTrain(root: string, byRole: Map<Role, Folder>, empty: Folder[], names: SplitName[]): SplitFolders {
  const [train, validation, test] = [byRole.get('train'), byRole.get('validation'), byRole.get('test')];
  if (!train) {
    const hint = 'expected a folder of training images beside: train/CLASS/IMAGE';
    throw invalid(root, `${named(names)}, and no folder to train on`, hint);
  }
  if (!validation && !test) {
    const hint = `name a folder test/CLASS/IMAGE too, or give ${train.path} as dataset.path: 20 % of each class are then for the test`;
    throw invalid(root, `a folder ${names[0].name}, no folder test`, hint);
  }
  for (const { path, images, folders } of [train, validation, test].filter((folder) => folder !== undefined)) {
    if (folders.length > 0) continue;
    const found = images.length > 0 ? `${images.length} images that are of no class` : 'nothing to read';
    throw invalid(root, `${path} has ${found}`, `expected ${path}/CLASS/IMAGE; move it elsewhere if it has no classes`);
  }
  return { train, validation, test, empty };
}

/** Archives often have each set twice: `seg_train/seg_train/CLASS`. */
function unwrapped(folder: Folder): Folder {
  const inner = folder.folders.filter(hasImages);
  const isWrapper = inner.length === 1 && folder.images.length === 0;
  return isWrapper && inner[0].name.toLowerCase() === folder.name.toLowerCase() ? inner[0] : folder;
}

/** Whether a folder named like a set lies among classes as one of them: the vehicle `train`. */
function isClass({ name, folder }: { name: string; folder: Folder }): boolean {
  return CLASS_WORDS.has(name.toLowerCase()) && folder.images.length > 0 && !folder.folders.some(hasImages);
}

/** It is what the others are not. */
function roleOfEvaluation(root: string, name: string, names: readonly SplitName[]): Role {
  const has = (role: Role) => names.some((split) => split.role === role);
  if (has('validation') !== has('test')) return has('validation') ? 'test' : 'validation';
  throw invalid(root, `${name} may be for validation or for the test`, `rename ${name} to validation or to test`);
}

function unknownFolders(root: string, names: readonly SplitName[], unknown: readonly Folder[]): UserError {
  const others = unknown.slice(0, 5).map(({ name }) => name);
  const more = unknown.length > others.length ? ` and ${unknown.length - others.length} more` : '';
  const verb = names.length === 1 ? 'says' : 'say';
  return invalid(
    root,
    `${named(names)} ${verb} which set of images it is, and beside it there is ${others.join(', ')}${more}`,
    'move what is not a set elsewhere; or, if all are classes, rename the one that is taken for a set',
  );
}

function named(names: readonly SplitName[]): string {
  return names.map(({ name }) => name).join(', ');
}

function folderNamed(folders: readonly Folder[], name: string): Folder {
  return folders.find((folder) => folder.name === name) as Folder;
}

function invalid(root: string, problem: string, hint: string): UserError {
  return new UserError(`${root}: ${problem}`, { code: 'dataset-invalid', hint });
}
