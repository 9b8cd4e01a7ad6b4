import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTextSync } from '../../system/regular-file.js';

/** The files of a native TensorFlow, as they lie in a folder. */
export interface LibraryLayout {
  /** The folder that holds them. */
  directory: string;
  /** The libraries in the order in which they are to be opened; the last one exports the C API. */
  fileNames: string[];
  /** `2.21.0`; `unknown` where neither package metadata nor file names tell. */
  version: string;
  /** Whether the package says that it was built with CUDA. */
  gpu: boolean;
  /** CUDA's libraries as pip packages bring them (`nvidia/<part>/lib`); empty without CUDA. */
  cudaLibraryDirectories: string[];
}

/**
 * Looks for TensorFlow's libraries in a folder, without loading them.
 * @param path a `tensorflow` package of pip, its site-packages, a virtual environment or conda prefix, an unpacked
 *   TensorFlow C library, or a file in one of them (a library, or `bin/python`)
 */
export function findLayout(path: string): LibraryLayout | undefined {
  for (const directory of possibleDirectories(path)) {
    const fileNames = librarySets().find((names) => names.every((name) => existsSync(join(directory, name))));
    if (fileNames) return describe(directory, fileNames);
  }
  return undefined;
}

/** The names of the libraries, for messages: what `findLayout` looks for first. */
export function libraryFileNames(): string[] {
  return librarySets()[0];
}

/** First those of the Python package, then those of the C library tarball (which stock tfjs-node downloads). */
function librarySets(): string[][] {
  const file = (name: string) => (process.platform === 'darwin' ? `${name}.2.dylib` : `${name}.so.2`);
  return ['libtensorflow_cc', 'libtensorflow'].map((name) => [file('libtensorflow_framework'), file(name)]);
}

function possibleDirectories(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [dirname(path), ...possibleDirectories(dirname(dirname(path)))];
  return [path, join(path, 'tensorflow'), ...packageDirectories(path), join(path, 'lib')];
}

/** `lib/python3.11/site-packages/tensorflow` below a prefix (`dist-packages` on Debian). */
function packageDirectories(prefix: string): string[] {
  return childDirectories(join(prefix, 'lib'))
    .filter((directory) => /^python3\.\d+t?$/.test(basename(directory)))
    .flatMap((directory) => [join(directory, 'site-packages'), join(directory, 'dist-packages')])
    .map((directory) => join(directory, 'tensorflow'));
}

function describe(directory: string, fileNames: string[]): LibraryLayout {
  const gpu = isCudaBuild(directory);
  return {
    directory,
    fileNames,
    version: packageVersion(dirname(directory)) ?? fileVersion(join(directory, fileNames[1])) ?? 'unknown',
    gpu,
    cudaLibraryDirectories: gpu ? cudaLibraries(dirname(directory)) : [],
  };
}

/** From the metadata of whichever distribution (tensorflow, tensorflow-cpu, tf-nightly …) installed the package. */
function packageVersion(sitePackages: string): string | undefined {
  for (const directory of childDirectories(sitePackages)) {
    const version = /^(?:tensorflow|tf_nightly|intel_tensorflow)\w*-(.+)\.dist-info$/.exec(basename(directory))?.[1];
    // Others of that prefix (tensorflow-datasets, tensorflow-io …) install packages of other names.
    if (version !== undefined && topLevelPackage(directory) === 'tensorflow') return version;
  }
  return undefined;
}

function topLevelPackage(distInfo: string): string | undefined {
  const file = join(distInfo, 'top_level.txt');
  return existsSync(file) ? readTextSync(file).trim() : undefined;
}

/** In the C library's tarball `libtensorflow.so.2` is a link to `libtensorflow.so.2.9.1`. */
function fileVersion(file: string): string | undefined {
  return /\.(\d+\.\d+\.\d+)(?:\.dylib)?$/.exec(realpathSync(file))?.[1];
}

function isCudaBuild(directory: string): boolean {
  const file = join(directory, 'python', 'platform', 'build_info.py');
  return existsSync(file) && /'is_cuda_build', True/.test(readTextSync(file));
}

function cudaLibraries(sitePackages: string): string[] {
  return childDirectories(join(sitePackages, 'nvidia'))
    .map((directory) => join(directory, 'lib'))
    .filter((directory) => existsSync(directory));
}

/** None for a folder that is absent or unreadable: nothing can be found there. */
function childDirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isFile()).map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
