import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildIfStale } from '../../scripts/build.js';
import { choosePython } from '../../src/python/choose-python.js';
import { ensureTensorFlow, installTensorFlow } from '../../src/tensorflow/library/install.js';
import { libraryFileNames } from '../../src/tensorflow/library/layout.js';
import {
  type InstallProgress,
  type ManagedPython,
  type ManagedPythonRequest,
  installManagedPython,
  managedPython,
} from '../../src/python/managed-python.js';
import { type Python, probePythons } from '../../src/python/python.js';
import { temporaryDirectory } from './library-fixtures.js';
import { type PackageIndex, servePackages } from './package-index.js';

const NAME = 'experiment';
let base: Python;

beforeAll(async () => {
  base = choosePython(await probePythons());
});

describe('installManagedPython', () => {
  it('installs by pip, from where and how pip is set up, but into its own environment only', async () => {
    const { index, env, request } = await emptyCache();
    const elsewhere = temporaryDirectory();
    const redirected = { ...env, PIP_USER: '1', PIP_TARGET: elsewhere, PYTHONPATH: elsewhere };
    const phases: string[] = [];
    const python = await installManagedPython({
      ...request,
      env: redirected,
      onProgress: ({ phase }) => phases.push(phase),
    });
    expect(python).toEqual({ ...managedPython(NAME, env), complete: true, requirements: ['tiny==1.0'] });
    expect(answerOf(python)).toBe('1');
    expect(readdirSync(elsewhere)).toEqual([]);
    expect([...new Set(phases)]).toEqual(['preparing', 'resolving', 'downloading', 'installing']);

    await installManagedPython(request);
    expect(index.downloads, 'what is there is not installed again').toHaveLength(1);

    const missing = installManagedPython({ ...request, requirements: ['missing==2.0'] });
    await expect(missing).rejects.toMatchObject({ code: 'pip-failed' });
    await expect(missing).rejects.toThrow(/No matching distribution found for missing==2.0/);
    await expect(missing).rejects.not.toThrow(/secret/);
    expect(answerOf(managedPython(NAME, env)), 'a failed replacement leaves what was there').toBe('1');
    expect(readdirSync(join(managedPython(NAME, env).directory, '..')).toSorted()).toEqual([NAME, `${NAME}.lock`]);
  });

  it('installs nothing but what the index gives the hash of, where it gives one', async () => {
    const { index, env, request } = await emptyCache();
    index.hashes = 'wrong';
    await expect(installManagedPython(request)).rejects.toMatchObject({
      code: 'pip-failed',
      message: expect.stringContaining('HASHES') as string,
      hint: expect.stringContaining('index') as string,
    });
    expect(managedPython(NAME, env).complete).toBe(false);
    index.hashes = 'right';
    expect(answerOf(await installManagedPython(request))).toBe('1');
  });

  it('begins an installation anew whose process was killed, once its pip has ended', async () => {
    const { index, env, request } = await emptyCache();
    index.stalled = true;
    const victim = await installInAnotherProcess(request);
    await vi.waitUntil(() => index.downloads.length === 1, 300_000);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    expect(existsSync(managedPython(NAME, env).directory)).toBe(true);
    expect(managedPython(NAME, env).complete).toBe(false);

    const phases: string[] = [];
    const onProgress = ({ phase }: InstallProgress) => {
      phases.push(phase);
      if (phase === 'waiting') index.release();
    };
    expect(answerOf(await installManagedPython({ ...request, onProgress }))).toBe('1');
    expect(phases[0], 'the orphaned pip still holds the lock').toBe('waiting');
  });

  it('waits while another process installs the same, and then has nothing to do', async () => {
    const { index, request } = await emptyCache();
    index.stalled = true;
    const other = await installInAnotherProcess(request);
    await vi.waitUntil(() => index.downloads.length === 1, 300_000);
    const exit = once(other, 'exit');
    const python = await installManagedPython({
      ...request,
      onProgress: () => {
        index.release();
      },
    });
    expect(await exit).toEqual([0, null]);
    expect(answerOf(python)).toBe('1');
    expect(index.downloads).toHaveLength(1);
  });

  it('says so when pip is killed, and leaves nothing half-made', async () => {
    const { index, env, request } = await emptyCache();
    index.stalled = true;
    const installing = expect(installManagedPython(request)).rejects.toMatchObject({
      code: 'pip-failed',
      message: expect.stringContaining('pip install tiny==1.0 was killed') as string,
    });
    await vi.waitUntil(() => index.downloads.length === 1, 300_000);
    const pip = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'pip install .*tiny==1.0']).toString();
    process.kill(Number(pip), 'SIGKILL');
    await installing;
    expect(existsSync(managedPython(NAME, env).directory)).toBe(false);
  });

  it('ends pip on an abort, and leaves nothing half-made', async () => {
    const { index, env, request } = await emptyCache();
    index.stalled = true;
    const { signal, abort } = abortable();
    const installing = expect(installManagedPython({ ...request, signal })).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: 130,
    });
    await vi.waitUntil(() => index.downloads.length === 1, 300_000);
    abort();
    await installing;
    expect(existsSync(managedPython(NAME, env).directory)).toBe(false);
  });

  it('refuses before it has begun when the cache is no place for it', async () => {
    const { env, request } = await emptyCache();
    await expect(installManagedPython({ ...request, bytesNeeded: 1e18 })).rejects.toMatchObject({
      code: 'not-enough-space',
      hint: expect.stringContaining('ABLATE_CACHE') as string,
    });
    expect(existsSync(managedPython(NAME, env).directory)).toBe(false);
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    await expect(
      installManagedPython({ ...request, env: { ...env, ABLATE_CACHE: join(file, 'cache') } }),
    ).rejects.toMatchObject({ code: 'cache-not-writable' });
  });
});

describe('TensorFlow', () => {
  it('is installed, is not believed to be without its libraries, and is repaired', async () => {
    const { index, env } = await emptyCache();
    serveTensorFlow(index, '2.21.0', libraryFileNames().slice(0, 1));
    const install = () => installTensorFlow({ env, device: 'cpu' });
    await expect(install()).rejects.toMatchObject({ code: 'tensorflow-incomplete' });

    serveTensorFlow(index, '2.21.1', libraryFileNames());
    const library = await install();
    const { directory, executable } = managedPython('tensorflow', env);
    expect(library).toMatchObject({ source: 'cache', version: '2.21.1', python: executable });
    expect(library.directory.startsWith(directory)).toBe(true);
    expect(await ensureTensorFlow({ env })).toEqual(library);
    expect(index.downloads).toHaveLength(2);
  });

  it('without any Python: the error says what was tried, and each way out', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'bin'));
    const env = { ABLATE_CACHE: join(root, 'cache'), PATH: join(root, 'bin') };
    const refused = ensureTensorFlow({ env });
    await expect(refused).rejects.toMatchObject({ code: 'python-not-found', exitCode: 1 });
    await expect(refused).rejects.toThrow(/explicit path \(ABLATE_TENSORFLOW\): not set/);
    await expect(refused).rejects.toThrow(/cache \(.*\): nothing installed/);
    await expect(refused).rejects.toThrow(/needs CPython 3.10 to 3.13; no Python is on PATH/);
    await expect(refused).rejects.toMatchObject({
      hint: expect.stringMatching(/python3 -m venv DIR[^]*ABLATE_TENSORFLOW[^]*--backend cpu/) as string,
    });
  });
});

interface EmptyCache {
  index: PackageIndex;
  env: NodeJS.ProcessEnv;
  /** For a package without dependencies, in version 1.0, that answers 1. */
  request: ManagedPythonRequest;
}

async function emptyCache(): Promise<EmptyCache> {
  const index = await servePackages();
  index.addWheel('tiny', '1.0', { 'tiny.py': 'answer = 1\n' });
  const env = {
    ...process.env,
    ...index.environment,
    ABLATE_CACHE: temporaryDirectory(),
    ABLATE_TENSORFLOW: undefined,
  };
  return { index, env, request: { name: NAME, requirements: ['tiny==1.0'], base, bytesNeeded: 1e6, env } };
}

function answerOf({ executable, complete }: ManagedPython): string {
  expect(complete).toBe(true);
  return execFileSync(executable, ['-c', 'import tiny; print(tiny.answer)'], { env: {} }).toString().trim();
}

/** What `installTensorFlow` asks for on any platform, as small packages with these libraries. */
function serveTensorFlow(index: PackageIndex, version: string, libraries: string[]): void {
  for (const name of ['tensorflow', 'tensorflow_cpu']) {
    index.addWheel(name, version, {
      ...Object.fromEntries(['__init__.py', ...libraries].map((file) => [`tensorflow/${file}`, ''])),
      [`${name}-${version}.dist-info/top_level.txt`]: 'tensorflow\n',
    });
  }
}

/** As a second `ablate` would, from the compiled program. */
async function installInAnotherProcess({ env, ...request }: ManagedPythonRequest) {
  await buildIfStale();
  const program = `
    const { installManagedPython } = await import(${JSON.stringify(import.meta.resolve('../../dist/python/managed-python.js'))});
    await installManagedPython(${JSON.stringify(request)});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { env, stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}
