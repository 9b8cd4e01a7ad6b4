import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { Dirent } from 'node:fs';
import { type FileProblem, codeOf, systemReason } from '../../text/errors.js';
import { forEachConcurrently } from '../../system/concurrently.js';
import { TYPE_BYTES, formatOf, hasImageEnding, hasReadEnding } from './image-types.js';
import { openRegularFile } from '../../system/regular-file.js';

/** A folder and what of it can be used. */
export interface Folder {
  name: string;
  /** Relative to the folder walked; `` for that itself. */
  path: string;
  /** Paths of the images directly in it, relative to the folder walked. */
  images: string[];
  /** Those directly in it, in the order of their names. */
  folders: Folder[];
}

/**
 * All that lies in a folder: each entry is an image or a folder of the tree, or is passed over, or is refused. Paths are
 * relative to the folder.
 */
export interface FolderWalk {
  tree: Folder;
  /** What can be left out without a loss: hidden entries, files that are no images. */
  passedOver: FileProblem[];
  /** Images that can't be read as such: of other formats, links to nothing. */
  refused: FileProblem[];
  /** What may be a folder, and can't be read. */
  unreadable: FileProblem[];
}

/** Folders that programs put beside images, with images of their own in some. */
const SYSTEM_FOLDERS = new Set(['__MACOSX', '@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information']);

/** Files whose first bytes are read at once. */
const CONCURRENT_READS = 16;

/**
 * Looks at every entry of a folder and of the folders in it. Links are followed; a folder that several lead to is read
 * once. A file is an image if its ending says so, or else its first bytes.
 * @throws the system's error where the folder itself can't be read
 */
export async function walkFolder(root: string, signal?: AbortSignal): Promise<FolderWalk> {
  return new Walker(root, await realpath(root), signal).walk();
}

/** A folder that is to be read, and where it really lies. */
interface Visit {
  folder: Folder;
  real: string;
}

class Walker {
  readonly #tree: Folder = { name: '', path: '', images: [], folders: [] };
  readonly #passedOver: FileProblem[] = [];
  readonly #refused: FileProblem[] = [];
  readonly #unreadable: FileProblem[] = [];
  /** Where a folder really lies → the path that it was read by. */
  readonly #read = new Map<string, string>();
  /** Links to folders, which come after the folders that lie here: what lies here is read as itself. */
  #links: { parent: Folder; name: string; real: string }[] = [];

  constructor(
    readonly root: string,
    readonly real: string,
    readonly signal: AbortSignal | undefined,
  ) {}

  async walk(): Promise<FolderWalk> {
    await this.#readBelow({ folder: this.#tree, real: this.real });
    while (this.#links.length > 0) {
      const links = this.#links.sort((a, b) => compare(join(a.parent.path, a.name), join(b.parent.path, b.name)));
      this.#links = [];
      for (const link of links) await this.#follow(link);
    }
    sortTree(this.#tree);
    const sorted = (problems: FileProblem[]) => problems.sort((a, b) => compare(a.path, b.path));
    const [passedOver, refused, unreadable] = [this.#passedOver, this.#refused, this.#unreadable].map(sorted);
    return { tree: this.#tree, passedOver, refused, unreadable };
  }

  /** Reads a folder and those in it; without recursion, since they may be nested as deep as paths are long. */
  async #readBelow(first: Visit): Promise<void> {
    const visits = [first];
    for (let visit = visits.pop(); visit; visit = visits.pop()) {
      this.signal?.throwIfAborted();
      const { folder, real } = visit;
      const known = this.#read.get(real);
      if (known === undefined) visits.push(...(await this.#readFolder(folder, real)));
      else this.#passOver(`${folder.path}/`, readAs(known));
    }
  }

  async #follow({ parent, name, real }: { parent: Folder; name: string; real: string }): Promise<void> {
    const path = join(parent.path, name);
    const known = this.#read.get(real);
    if (known !== undefined) this.#passOver(`${path}/`, `a link to ${readAs(known)}`);
    else if (isWithin(this.real, real)) this.#passOver(`${path}/`, 'a link to a folder around this one');
    else await this.#readBelow({ folder: addFolder(parent, name), real });
  }

  /** @returns the folders in it */
  async #readFolder(folder: Folder, real: string): Promise<Visit[]> {
    const entries = await this.#entriesOf(folder);
    this.#read.set(real, folder.path);
    const inner: Visit[] = [];
    await forEachConcurrently(entries, CONCURRENT_READS, async (entry) => {
      const name = this.#entryName(entry, folder);
      if (name === undefined) return;
      if (entry.isDirectory()) inner.push({ folder: addFolder(folder, name), real: join(real, name) });
      else if (entry.isSymbolicLink()) await this.#lookAtLink(folder, name);
      else await this.#lookAtFile(folder, name, entry.isFile());
    });
    return inner;
  }

  async #entriesOf(folder: Folder): Promise<Dirent<Buffer>[]> {
    try {
      // As bytes: a name that isn't UTF-8 would be changed, and the file not found by it.
      return await readdir(join(this.root, folder.path), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      if (folder === this.#tree) throw error;
      this.#unreadable.push({ path: `${folder.path}/`, reason: `can't be read (${systemReason(error)})` });
      return [];
    }
  }

  /** The name of an entry that is looked at further. */
  #entryName(entry: Dirent<Buffer>, { path }: Folder): string | undefined {
    const name = entry.name.toString('utf8');
    const isUtf8 = Buffer.from(name, 'utf8').equals(entry.name);
    const shown = join(path, isUtf8 ? name : escaped(entry.name));
    const shownAs = entry.isDirectory() ? `${shown}/` : shown;
    if (name.startsWith('.')) this.#passOver(shownAs, 'hidden');
    else if (SYSTEM_FOLDERS.has(name)) this.#passOver(shownAs, 'kept by the system');
    else if (!isUtf8) this.#leaveOut(shownAs, 'its name is not UTF-8', entry.isFile());
    else return name;
    return undefined;
  }

  async #lookAtLink(folder: Folder, name: string): Promise<void> {
    const path = join(folder.path, name);
    const file = join(this.root, path);
    try {
      const target = await stat(file);
      if (target.isDirectory()) this.#links.push({ parent: folder, name, real: await realpath(file) });
      else await this.#lookAtFile(folder, name, target.isFile());
    } catch (error) {
      this.#leaveOut(path, codeOf(error) === 'ENOENT' ? 'a link to nothing' : `a link: ${systemReason(error)}`);
    }
  }

  async #lookAtFile(folder: Folder, name: string, isRegular: boolean): Promise<void> {
    const path = join(folder.path, name);
    if (!isRegular) this.#leaveOut(path, 'not a regular file', true);
    else if (hasReadEnding(name)) folder.images.push(path);
    else await this.#lookInside(folder, path);
  }

  /** Its ending doesn't say that it is an image that is read; its first bytes may. */
  async #lookInside(folder: Folder, path: string): Promise<void> {
    const bytes = await firstBytes(join(this.root, path)).catch((error: unknown) => {
      this.#leaveOut(path, `can't be read (${systemReason(error)})`, true);
    });
    if (!bytes) return;
    const format = formatOf(bytes);
    if (format?.type) folder.images.push(path);
    else if (format) this.#refuse(path, `an image of the format ${format.name}`);
    else if (hasImageEnding(path)) this.#refuse(path, `an image by its ending, of a format that is not read`);
    else this.#passOver(path, 'not an image');
  }

  /** What can't be looked at is told by its name: without an ending it may be an image or, if it is no file, a folder. */
  #leaveOut(path: string, reason: string, isFile = false): void {
    const hasEnding = extname(path) !== '' && !path.endsWith('/');
    if (hasImageEnding(path) || (isFile && !hasEnding)) this.#refuse(path, reason);
    else if (hasEnding) this.#passOver(path, reason);
    else this.#unreadable.push({ path, reason });
  }

  #passOver(path: string, reason: string): void {
    this.#passedOver.push({ path, reason });
  }

  #refuse(path: string, reason: string): void {
    this.#refused.push({ path, reason });
  }
}

function addFolder(parent: Folder, name: string): Folder {
  const folder = { name, path: join(parent.path, name), images: [], folders: [] };
  parent.folders.push(folder);
  return folder;
}

function sortTree(tree: Folder): void {
  const folders = [tree];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    folder.images.sort();
    folder.folders.sort((a, b) => compare(a.name, b.name));
    folders.push(...folder.folders);
  }
}

/** The images in a folder and in those below it, in the order of their paths. */
export function imagesBelow(folder: Folder): string[] {
  const images: string[][] = [];
  const folders = [folder];
  for (let next = folders.pop(); next; next = folders.pop()) {
    images.push(next.images);
    folders.push(...next.folders);
  }
  return images.flat().sort();
}

/** Whether there is an image in a folder or below it. */
export function hasImages(folder: Folder): boolean {
  return folder.images.length > 0 || folder.folders.some(hasImages);
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await openRegularFile(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TYPE_BYTES), 0, TYPE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether a folder is, or lies in, another; both as they really lie. */
function isWithin(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other.endsWith(sep) ? other : `${other}${sep}`);
}

function readAs(path: string): string {
  return `${path === '' ? 'the folder itself' : path}, which is read already`;
}

/** Bytes that aren't UTF-8 as `\xE9`, the others as they are. */
function escaped(name: Buffer): string {
  return [...name]
    .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase()}`))
    .join('');
}

/** By code units, as `sort` does: in every language the same. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
