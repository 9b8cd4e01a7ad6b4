import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { UserError, messageOf } from '../errors.js';
import { randomStream } from '../random.js';
import { stratifiedOrder } from './split.js';

/** An image of a folder and its class. */
export interface ImageFile {
  /** Relative to the data set's folder. */
  path: string;
  label: number;
}

/** The images of a folder: which class each belongs to, and what it is for. */
export interface ImageFiles {
  classes: string[];
  train: ImageFile[];
  test: ImageFile[];
}

/** The part of each class that is tested on, where the folder has no `test` of its own. */
const TEST_FRACTION = 0.2;

const readable = new Set(['.jpg', '.jpeg', '.png', '.webp']);
/** Images that would be missing without a word if they were passed over like any other file. */
const unreadable = new Set(['.gif', '.bmp', '.tif', '.tiff', '.heic', '.heif', '.avif', '.jp2', '.svg']);

/**
 * Lists a folder `train/CLASS/…` + `test/CLASS/…`, or `CLASS/…`: in the latter, 20 % of each class, drawn with a fixed
 * seed, are for the test, the same in every run. Classes and files are in the order of their names (as in Keras), files
 * in folders within a class's folder are the class's.
 * @throws UserError if there are no classes, a class has no images, or `train` and `test` don't match
 */
export async function listImages(root: string): Promise<ImageFiles> {
  const { classes, hasSets } = await findClasses(root);
  if (!hasSets) return drawTest(classes, await imagesOfClasses(root, '.', classes));
  const testClasses = await subfolders(join(root, 'test'));
  const unknown = testClasses.find((name) => !classes.includes(name));
  if (unknown !== undefined) throw invalid(root, `test/${unknown} has no counterpart train/${unknown}`);
  const present = classes.filter((name) => testClasses.includes(name));
  const test = await imagesOfClasses(root, 'test', present);
  return {
    classes,
    train: await imagesOfClasses(root, 'train', classes),
    test: test.map(({ path, label }) => ({ path, label: classes.indexOf(present[label]) })),
  };
}

/** The classes of a folder, each of which has images, and its first image, without listing everything. */
export async function firstImage(root: string): Promise<{ classes: string[]; path: string }> {
  const { classes, hasSets } = await findClasses(root);
  const set = hasSets ? 'train' : '.';
  const [{ path }] = await imagesOfClasses(root, set, classes.slice(0, 1));
  for (const name of classes) if (!(await hasImage(join(root, set, name)))) throw noImages(root, set, name);
  return { classes, path };
}

async function hasImage(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  if (visible.some((entry) => !entry.isDirectory() && isReadable(entry.name))) return true;
  for (const entry of visible) if (entry.isDirectory() && (await hasImage(join(folder, entry.name)))) return true;
  return false;
}

async function findClasses(root: string): Promise<{ classes: string[]; hasSets: boolean }> {
  const folders = await subfolders(root);
  const hasSets = folders.includes('train');
  if (hasSets) requireSets(root, folders);
  const classes = hasSets ? await subfolders(join(root, 'train')) : folders;
  if (classes.length < 2) throw invalid(root, `expected a folder per class, at least 2, found ${classes.length}`);
  return { classes, hasSets };
}

/** Nothing is passed over: what a folder beside `train` and `test` is for, is for the user to say. */
function requireSets(root: string, folders: string[]): void {
  const others = folders.filter((name) => name !== 'train' && name !== 'test');
  const hasTest = folders.includes('test');
  if (hasTest && others.length === 0) return;
  const found = others.length > 0 ? `, but ${others.join(', ')}` : '';
  const problem = hasTest
    ? `beside train and test there is ${others.join(', ')}`
    : `a folder train, no folder test${found}`;
  throw new UserError(`${root}: ${problem}`, {
    code: 'dataset-invalid',
    hint: hasTest
      ? `images that validate are drawn from train (dataset.validation_split): move those of ${others[0]} there, or the folder elsewhere`
      : 'expected train/CLASS/IMAGE and test/CLASS/IMAGE, or CLASS/IMAGE, of which 20 % are for the test',
  });
}

/** The folders (also through links) within a folder, by name; hidden ones are none of ours. */
async function subfolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw missing(folder, error);
  });
  const visible = names.filter((name) => !name.startsWith('.')).sort();
  const areFolders = await Promise.all(visible.map((name) => isFolder(join(folder, name))));
  return visible.filter((_, index) => areFolders[index]);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function imagesOfClasses(root: string, set: string, classes: string[]): Promise<ImageFile[]> {
  const lists = await Promise.all(classes.map((name) => imagesBelow(root, join(root, set, name))));
  const empty = lists.findIndex((paths) => paths.length === 0);
  if (empty >= 0) throw noImages(root, set, classes[empty]);
  return lists.flatMap((paths, label) => paths.map((path) => ({ path, label })));
}

async function imagesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const other = files.find((path) => unreadable.has(extname(path).toLowerCase()));
  if (other !== undefined) throw invalid(root, `${other}: only JPEG, PNG and WebP images are read; convert it`);
  return files.filter(isReadable).sort();
}

function isReadable(path: string): boolean {
  return readable.has(extname(path).toLowerCase());
}

function drawTest(classes: string[], images: ImageFile[]): ImageFiles {
  const labels = Int32Array.from(images, ({ label }) => label);
  const order = stratifiedOrder(Int32Array.from(labels.keys()), labels, randomStream(0, 'test_split'));
  const testCount = Math.max(1, Math.round(images.length * TEST_FRACTION));
  const pick = (indices: Int32Array) => Array.from(indices.slice().sort(), (index) => images[index]);
  return { classes, train: pick(order.subarray(testCount)), test: pick(order.subarray(0, testCount)) };
}

function missing(folder: string, error: unknown): UserError {
  return new UserError(`can't read the folder ${folder}: ${messageOf(error)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: 'check dataset.path in the experiment file',
    cause: error,
  });
}

function noImages(root: string, set: string, name: string): UserError {
  return invalid(root, `class ${name} has no JPEG, PNG or WebP images in ${join(set, name)}`);
}

function invalid(root: string, problem: string): UserError {
  return new UserError(`${root}: ${problem}`, {
    code: 'dataset-invalid',
    hint: 'expected train/CLASS/IMAGE and test/CLASS/IMAGE, or CLASS/IMAGE',
  });
}
