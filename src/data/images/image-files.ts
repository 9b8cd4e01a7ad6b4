import { type FileProblem, UserError, messageOf } from '../../text/errors.js';
import { randomStream } from '../../random.js';
import { fileList } from './file-list.js';
import { type Folder, type FolderWalk, hasImages, imagesBelow, walkFolder } from './folder-walk.js';
import { type SplitFolders, findSplits } from './split-folders.js';
import { splitNames } from './split-names.js';
import { everyIndex } from '../rows.js';
import { stratifiedOrder } from '../stratified-order.js';

/** An image of a folder and its class. */
export interface ImageFile {
  /** Relative to the dataset's folder. */
  path: string;
  label: number;
}

/** The images of a folder: which class each belongs to, and what it is for. */
export interface ImageFiles {
  classes: string[];
  train: ImageFile[];
  /** Empty where none were given: they are then drawn from `train`. */
  validation: ImageFile[];
  test: ImageFile[];
  /** Whether the test images were drawn, since none were given. */
  isTestDrawn: boolean;
  /** The image whose size all are to have, unless they are resized. */
  first: string;
  /** Everything else in the folder; what lies in a hidden folder counts as one. */
  passedOver: FileProblem[];
}

/** How many entries that can't be read an error names. */
const MAX_NAMED = 3;

/** The part of each class that is tested on, where the folder has no `test` of its own. */
const TEST_FRACTION = 0.2;

/**
 * Lists a folder `train/CLASS/…` and `test/CLASS/…`, `val/CLASS/…` or both, or `CLASS/…`. Without test images 20 % of
 * each class, drawn with a fixed seed, are for the test, the same in every run. Classes and files are in the order of
 * their names (as in Keras), files in folders within a class's folder are the class's.
 * @throws UserError if there are no classes, a class has no images, the sets' classes don't match, it can't be told what a
 *   folder is for, or an image of a class is of a format that isn't read
 */
export async function listImages(root: string, signal?: AbortSignal): Promise<ImageFiles> {
  const walk = await walkFolder(root, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw missing(root, error);
  });
  const splits = findSplits(root, walk.tree);
  const sets = splits ?? { train: walk.tree, empty: [] };
  const refused = [...walk.unreadable, ...walk.refused.filter(({ path }) => !isBesideClasses(path, sets))];
  if (refused.length > 0) throw refusal(root, refused);
  const files = splits ? filesOfSplits(root, splits) : filesOfClasses(root, walk.tree);
  return { ...files, passedOver: passedOver(walk, sets) };
}

/** Everything that isn't used: images beside the classes too, whatever their format. */
function passedOver({ tree, passedOver, refused }: FolderWalk, sets: SplitFolders): FileProblem[] {
  const beside = [tree, sets.train, sets.validation, sets.test].flatMap((folder) => folder?.images ?? []);
  return [
    ...passedOver,
    ...refused,
    ...[...new Set(beside)].map((path) => ({ path, reason: 'in no folder of a class' })),
    ...sets.empty.map(({ path }) => ({ path: `${path}/`, reason: 'a folder without images' })),
  ];
}

/** Whether a file lies beside the classes' folders, where no image is used. */
function isBesideClasses(path: string, { train, validation, test, empty }: SplitFolders): boolean {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const around = ['', ...[train, validation, test].map((set) => set?.path)];
  return around.includes(folder) || empty.some((other) => path.startsWith(`${other.path}/`));
}

type Listed = Omit<ImageFiles, 'passedOver'>;

function filesOfSplits(root: string, { train, validation, test }: SplitFolders): Listed {
  const byName = classesOf(root, train);
  const classes = [...byName.keys()];
  const images = imagesOf(root, byName, classes);
  const given = (set: Folder | undefined): ImageFile[] => {
    if (!set) return [];
    const own = foldersByClass(set);
    const unknown = [...own.keys()].find((name) => !byName.has(name));
    if (unknown !== undefined)
      throw invalid(root, `${set.path}/${unknown} has no counterpart ${train.path}/${unknown}`);
    return imagesOf(root, own, classes);
  };
  const listed = { classes, validation: given(validation), first: images[0].path };
  if (!test) return { ...listed, ...drawTest(images), isTestDrawn: true };
  return { ...listed, train: images, test: given(test), isTestDrawn: false };
}

function filesOfClasses(root: string, tree: Folder): Listed {
  const byName = classesOf(root, tree);
  const classes = [...byName.keys()];
  for (const folder of tree.folders) requireNoSplits(root, folder);
  const images = imagesOf(root, byName, classes);
  return { classes, validation: [], first: images[0].path, ...drawTest(images), isTestDrawn: true };
}

/** The folders of each class; an é may be written as one character or two, and is the same letter. */
function foldersByClass({ folders }: Folder): Map<string, Folder[]> {
  const byName = new Map<string, Folder[]>();
  for (const folder of folders) {
    const name = folder.name.normalize('NFC');
    byName.set(name, [...(byName.get(name) ?? []), folder]);
  }
  return byName;
}

function classesOf(root: string, set: Folder): Map<string, Folder[]> {
  const byName = foldersByClass(set);
  if (byName.size >= 2) return byName;
  const only = set.folders.find(({ folders }) => folders.length > 1);
  const problem = `expected a folder per class, at least 2, found ${byName.size}`;
  throw invalid(root, problem, only && `perhaps dataset.path is to be ${root}/${only.path}`);
}

/** The images of a set, class by class; each class that has a folder there must have some. */
function imagesOf(root: string, byName: ReadonlyMap<string, Folder[]>, classes: string[]): ImageFile[] {
  return classes.flatMap((name, label) => {
    const folders = byName.get(name);
    if (!folders) return [];
    const paths = folders.flatMap(imagesBelow).sort();
    if (paths.length > 0) return paths.map((path) => ({ path, label }));
    throw invalid(root, `class ${name} has no JPEG, PNG or WebP images in ${folders[0].path}`);
  });
}

/** Images that someone has already split within their class are not to be split again. */
function requireNoSplits(root: string, { path, folders }: Folder): void {
  const splits = splitNames(folders.filter(hasImages).map(({ name }) => name));
  if (new Set(splits.map(({ role }) => role)).size < 2) return;
  const [one, other] = splits.map(({ name }) => `${path}/${name}`);
  throw invalid(root, `${one} and ${other} are sets of images within a class`);
}

function drawTest(images: ImageFile[]): { train: ImageFile[]; test: ImageFile[] } {
  const labels = Int32Array.from(images, ({ label }) => label);
  const order = stratifiedOrder(everyIndex(labels.length), labels, randomStream(0, 'test_split'));
  const testCount = Math.max(1, Math.round(images.length * TEST_FRACTION));
  const pick = (indices: Int32Array) => Array.from(indices.slice().sort(), (index) => images[index]);
  return { train: pick(order.subarray(testCount)), test: pick(order.subarray(0, testCount)) };
}

function missing(folder: string, error: unknown): UserError {
  return new UserError(`can't read the folder ${folder}: ${messageOf(error)}`, {
    code: 'dataset-file-missing',
    exitCode: 2,
    hint: 'check dataset.path in the experiment file',
    cause: error,
  });
}

function refusal(root: string, files: FileProblem[]): UserError {
  const heading = `${root}: ${files.length} ${files.length === 1 ? "entry can't be read as an image" : "entries can't be read as images"}`;
  // In one line: it may be shown as a mistake of the experiment file.
  return new UserError(`${heading}: ${fileList(files, MAX_NAMED).join('; ')}`, {
    code: 'dataset-invalid',
    hint: 'JPEG, PNG and WebP images are read: convert or repair these, rename them in UTF-8, or move them elsewhere',
    files,
  });
}

function invalid(
  root: string,
  problem: string,
  hint = 'expected train/CLASS/IMAGE and test/CLASS/IMAGE, or CLASS/IMAGE',
): UserError {
  return new UserError(`${root}: ${problem}`, { code: 'dataset-invalid', hint });
}
