import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { libraryFileNames } from '../../src/tensorflow/library/layout.js';

/** A folder for one test, removed after it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ablate-library-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** The files of a folder by their relative paths. */
export function writeFiles(directory: string, files: Record<string, string>): void {
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), contents);
  }
}

/** An executable that only writes down that it was run. @returns the file in which it would do so */
export function writeTattletale(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n: > '${file}.was-run'\nexit 1\n`);
  chmodSync(file, 0o755);
  return `${file}.was-run`;
}

export interface PackageOptions {
  version?: string;
  /** The distribution that installed the package. */
  distribution?: string;
  cuda?: boolean;
}

/** The layout of pip's `tensorflow` package, with empty libraries. @returns the package's folder */
export function writeTensorFlowPackage(sitePackages: string, options: PackageOptions = {}): string {
  const { version = '2.21.0', distribution = 'tensorflow_cpu', cuda = false } = options;
  const [framework, cc] = libraryFileNames();
  writeFiles(sitePackages, {
    [`tensorflow/${framework}`]: '',
    [`tensorflow/${cc}`]: '',
    'tensorflow/__init__.py': 'raise SystemExit("TensorFlow was imported")\n',
    'tensorflow/python/platform/build_info.py': `build_info = OrderedDict([('is_cuda_build', ${cuda ? 'True' : 'False'})])\n`,
    [`${distribution}-${version}.dist-info/top_level.txt`]: 'tensorflow\n',
    [`${distribution}-${version}.dist-info/METADATA`]: `Name: ${distribution}\nVersion: ${version}\n`,
  });
  return join(sitePackages, 'tensorflow');
}

/** The layout of TensorFlow's C library as its tarball and stock tfjs-node have it. @returns the folder of libraries */
export function writeCLibrary(root: string, version: string): string {
  const names = ['libtensorflow_framework', 'libtensorflow'];
  const suffixed = (name: string, number: string) =>
    process.platform === 'darwin' ? `${name}.${number}.dylib` : `${name}.so.${number}`;
  for (const name of names) {
    writeFiles(root, { [`lib/${suffixed(name, version)}`]: '' });
    symlinkSync(suffixed(name, version), join(root, 'lib', suffixed(name, '2')));
  }
  return join(root, 'lib');
}
