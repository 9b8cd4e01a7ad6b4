import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libraryFileNames } from '../../src/tensorflow/library/layout.js';
import { type Attempt, findTensorFlow } from '../../src/tensorflow/library/find.js';
import { managedPython } from '../../src/python/managed-python.js';
import {
  temporaryDirectory,
  writeCLibrary,
  writeFiles,
  writeTattletale,
  writeTensorFlowPackage,
} from './library-fixtures.js';

const SITE_PACKAGES = 'lib/python3.11/site-packages';

/** An environment in which nothing is found: an empty cache, an empty PATH. */
function emptyEnvironment(): { env: NodeJS.ProcessEnv; root: string } {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'bin'));
  return { root, env: { ABLATE_CACHE: join(root, 'cache'), PATH: join(root, 'bin') } };
}

function resultOf(tried: Attempt[], what: string): string | undefined {
  return tried.find((attempt) => attempt.what.startsWith(what))?.result;
}

describe('an explicit path', () => {
  it.each([
    ['the package', `${SITE_PACKAGES}/tensorflow`],
    ['its site-packages', SITE_PACKAGES],
    ['its virtual environment', '.'],
    ['a library', `${SITE_PACKAGES}/tensorflow/${libraryFileNames()[1]}`],
    ["the environment's interpreter", 'bin/python'],
  ])('may be %s', async (_, path) => {
    const { env, root } = emptyEnvironment();
    const venv = join(root, 'venv');
    const directory = writeTensorFlowPackage(join(venv, SITE_PACKAGES));
    writeFiles(venv, { 'bin/python': '' });
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: join(venv, path) } });
    expect(library).toEqual({
      directory,
      fileNames: libraryFileNames(),
      version: '2.21.0',
      gpu: false,
      cudaLibraryDirectories: [],
      source: 'explicit',
      python: join(venv, 'bin/python'),
    });
  });

  it('may be an unpacked C library, whose version its file names tell', async () => {
    const { env, root } = emptyEnvironment();
    const directory = writeCLibrary(join(root, 'libtensorflow'), '2.9.1');
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: join(root, 'libtensorflow') } });
    expect(library).toMatchObject({ directory, version: '2.9.1', source: 'explicit' });
    expect(library?.fileNames.at(-1)).toContain('libtensorflow.');
    expect(library?.python).toBeUndefined();
  });

  it('comes before the cache, and no Python is started for it', async () => {
    const { env, root } = emptyEnvironment();
    const wasRun = writeTattletale(join(root, 'bin/python3'));
    fillCache(env);
    const directory = writeTensorFlowPackage(join(root, 'mine'), { version: '2.18.1' });
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: join(root, 'mine') } });
    expect(library).toMatchObject({ directory, version: '2.18.1', source: 'explicit' });
    expect(existsSync(wasRun)).toBe(false);
  });

  it.each([
    ['that does not exist', 'does not exist', () => undefined],
    ['without the libraries', 'holds no', (path: string) => mkdirSync(path, { recursive: true })],
    ['to one too old', 'too old', (path: string) => writeTensorFlowPackage(path, { version: '2.4.0' })],
  ])('%s is an error, even if the cache has one', async (_, reason, prepare) => {
    const { env, root } = emptyEnvironment();
    fillCache(env);
    const path = join(root, 'mine');
    prepare(path);
    await expect(findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: path } })).rejects.toMatchObject({
      code: 'tensorflow-path-invalid',
      message: expect.stringMatching(new RegExp(`ABLATE_TENSORFLOW is ${path}: .*${reason}`)) as string,
      hint: expect.stringContaining(libraryFileNames()[1]) as string,
    });
  });
});

describe('the cache', () => {
  it('answers without starting Python', async () => {
    const { env, root } = emptyEnvironment();
    const wasRun = writeTattletale(join(root, 'bin/python3'));
    const directory = fillCache(env);
    const { library } = await findTensorFlow({ env });
    expect(library).toMatchObject({ directory, version: '2.21.0', source: 'cache' });
    expect(library?.python).toBe(managedPython('tensorflow', env).executable);
    expect(existsSync(wasRun)).toBe(false);
  });

  it('is passed over after an interrupted installation', async () => {
    const { env } = emptyEnvironment();
    fillCache(env);
    rmSync(join(managedPython('tensorflow', env).directory, 'ablate.json'));
    const { library, tried } = await findTensorFlow({ env });
    expect(library).toBeUndefined();
    expect(resultOf(tried, 'cache')).toBe('an interrupted installation');
  });

  it('is passed over when its libraries are gone', async () => {
    const { env } = emptyEnvironment();
    rmSync(join(fillCache(env), libraryFileNames()[1]));
    const { library, tried } = await findTensorFlow({ env });
    expect(library).toBeUndefined();
    expect(resultOf(tried, 'cache')).toContain('holds no');
  });
});

describe('a Python on this machine', () => {
  it('has its TensorFlow found without importing it, and remembered without trusting it', async () => {
    const { env, root } = emptyEnvironment();
    const venv = join(root, 'venv');
    execFileSync('python3', ['-m', 'venv', '--without-pip', venv]);
    const sitePackages = execFileSync(join(venv, 'bin/python'), [
      ...['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'],
    ]);
    const directory = writeTensorFlowPackage(sitePackages.toString().trim(), { version: '2.20.0' });
    const active = { ...env, VIRTUAL_ENV: venv };
    const found = { directory, version: '2.20.0', source: 'python' };

    const first = await findTensorFlow({ env: active });
    expect(first.library).toMatchObject(found);
    expect(first.library?.python?.startsWith(venv)).toBe(true);

    rmSync(join(venv, 'bin/python3'));
    const wasRun = writeTattletale(join(venv, 'bin/python3'));
    expect((await findTensorFlow({ env: active })).library).toMatchObject(found);
    expect(existsSync(wasRun)).toBe(false);

    rmSync(directory, { recursive: true });
    expect((await findTensorFlow({ env: active })).library).toBeUndefined();
    expect(existsSync(wasRun)).toBe(true);
  });

  it('is not asked from the current folder, whose files are none of its packages', async () => {
    const { root } = emptyEnvironment();
    writeTensorFlowPackage(root);
    writeFiles(root, { 'json.py': 'raise SystemExit("the wrong json")\n' });
    const before = process.cwd();
    process.chdir(root);
    try {
      const { library, tried } = await findTensorFlow({ env: { ...process.env, ABLATE_CACHE: join(root, 'cache') } });
      expect(library?.directory).not.toBe(join(root, 'tensorflow'));
      expect(tried.filter(({ result }) => result.includes('the wrong json'))).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  it('may be absent or broken: each attempt is told', async () => {
    const { env, root } = emptyEnvironment();
    expect((await findTensorFlow({ env })).library).toBeUndefined();
    writeTattletale(join(root, 'bin/python3'));
    const { library, tried } = await findTensorFlow({ env });
    expect(library).toBeUndefined();
    expect(tried).toContainEqual({
      what: 'Python',
      where: join(root, 'bin/python3'),
      result: expect.stringContaining("can't be run") as string,
    });
  });
});

describe('the package', () => {
  it('says whether it is built with CUDA, whose libraries lie beside it', async () => {
    const { env, root } = emptyEnvironment();
    writeTensorFlowPackage(root, { distribution: 'tensorflow', cuda: true });
    writeFiles(root, { 'nvidia/cudnn/lib/libcudnn.so.9': '', 'nvidia/cublas/lib/libcublas.so.12': '', 'nvidia/x': '' });
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: root } });
    expect(library?.gpu).toBe(true);
    expect(library?.cudaLibraryDirectories.toSorted()).toEqual([
      join(root, 'nvidia/cublas/lib'),
      join(root, 'nvidia/cudnn/lib'),
    ]);
  });

  it('has its own version, not that of a distribution with a similar name', async () => {
    const { env, root } = emptyEnvironment();
    writeFiles(root, { 'tensorflow_datasets-4.9.9.dist-info/top_level.txt': 'tensorflow_datasets\n' });
    writeTensorFlowPackage(root, { version: '2.19.1', distribution: 'tensorflow' });
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: root } });
    expect(library?.version).toBe('2.19.1');
  });

  it('may have an unknown version, which the loader will judge', async () => {
    const { env, root } = emptyEnvironment();
    writeTensorFlowPackage(root);
    rmSync(join(root, 'tensorflow_cpu-2.21.0.dist-info'), { recursive: true });
    const { library } = await findTensorFlow({ env: { ...env, ABLATE_TENSORFLOW: root } });
    expect(library?.version).toBe('unknown');
  });
});

/** @returns the package's folder */
function fillCache(env: NodeJS.ProcessEnv): string {
  const { directory } = managedPython('tensorflow', env);
  writeFiles(directory, { 'ablate.json': JSON.stringify({ requirements: ['tensorflow-cpu==2.21.*'] }) });
  return writeTensorFlowPackage(join(directory, SITE_PACKAGES));
}
