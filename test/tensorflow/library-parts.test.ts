import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/system/cache.js';
import { findGpus, hasUsableDriver } from '../../src/tensorflow/library/gpu.js';
import { choosePython } from '../../src/python/choose-python.js';
import { parsePipLine } from '../../src/python/pip.js';
import type { Python, PythonProbe } from '../../src/python/python.js';
import { temporaryDirectory } from './library-fixtures.js';

describe('parsePipLine', () => {
  // As pip 23.0, 24.2 and 26.3 print them.
  it.each([
    ['Collecting tensorflow-cpu==2.21.*', { phase: 'resolving', subject: 'tensorflow-cpu' }],
    ['Collecting h5py<3.15.0,>=3.11.0 (from tensorflow-cpu==2.21.*)', { phase: 'resolving', subject: 'h5py' }],
    [
      '  Downloading tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl (273.8 MB)',
      {
        phase: 'downloading',
        subject: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        bytes: { done: 0, total: 273.8e6 },
      },
    ],
    [
      'Downloading six-1.17.0-py2.py3-none-any.whl.metadata (1.7 kB)',
      { phase: 'downloading', subject: 'six-1.17.0-py2.py3-none-any.whl.metadata', bytes: { done: 0, total: 1700 } },
    ],
    [
      '  Downloading http://user:****@127.0.0.1:8000/files/tiny-1.0-py3-none-any.whl (820 bytes)',
      { phase: 'downloading', subject: 'tiny-1.0-py3-none-any.whl', bytes: { done: 0, total: 820 } },
    ],
    ['Installing collected packages: six, numpy', { phase: 'installing', subject: '2 packages' }],
    [
      "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError'",
      { phase: 'resolving', subject: 'no answer from the package index: trying again' },
    ],
    ['Looking in links: wheels', undefined],
    ['Requirement already satisfied: setuptools in ./lib/python3.11/site-packages (65.5.0)', undefined],
    ['Successfully installed numpy-2.4.6 six-1.17.0', undefined],
  ])('%s', (line, step) => {
    expect(parsePipLine(line)).toEqual(step);
  });

  it('reads the name and size of any download, whatever the index', () => {
    const name = fc.stringMatching(/^[\w.+!-]{1,40}\.whl$/);
    const address = fc.constantFrom('', 'https://host/a/b/', 'http://user:****@127.0.0.1:8000/');
    const unit = fc.constantFrom('bytes', 'kB', 'MB', 'GB');
    fc.assert(
      fc.property(name, address, fc.nat(999), unit, (file, prefix, amount, size) => {
        const step = parsePipLine(`  Downloading ${prefix}${file} (${amount} ${size})`);
        expect(step?.subject).toBe(file);
        expect(step?.bytes?.total).toBe(amount * { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[size as 'MB']);
      }),
    );
  });
});

describe('choosePython', () => {
  const probe = (changes: Partial<Python>): PythonProbe => ({
    path: `/usr/bin/python${changes.version ?? ''}`,
    python: {
      executable: `/usr/bin/python${changes.version ?? ''}`,
      prefix: '/usr',
      version: '3.12.1',
      implementation: 'cpython',
      bits: 64,
      freeThreaded: false,
      modules: { venv: true, ensurepip: true, virtualenv: false, pip: '24.0' },
      tensorflow: null,
      ...changes,
    },
  });
  const unfit: PythonProbe[] = [
    probe({ version: '3.9.18' }),
    probe({ version: '3.14.0' }),
    probe({ implementation: 'pypy' }),
    probe({ bits: 32 }),
    probe({ freeThreaded: true }),
    { path: '/usr/bin/python', problem: 'Python 2.7 is too old' },
  ];

  it.each(['3.10.0', '3.11.7', '3.12.1', '3.13.0'])('takes the first that has wheels: %s', (version) => {
    expect(choosePython([...unfit, probe({ version }), probe({})]).version).toBe(version);
  });

  it('says of each why it is none', () => {
    expect(() => choosePython(unfit)).toThrow(
      /Python 3\.9\.18\n.*Python 3\.14\.0\n.*pypy 3\.12\.1\n.*of 32 bits\n.*free-threaded\n.*Python 2\.7 is too old/,
    );
  });
});

describe('findGpus', () => {
  it('reads what nvidia-smi prints', async () => {
    const directory = temporaryDirectory();
    const program = join(directory, 'nvidia-smi');
    const printed = 'NVIDIA H100 80GB HBM3, 550.54.15, 81559\\nTesla K80, 470.256.02, 11441\\n';
    writeFileSync(program, `#!/bin/sh\nprintf '${printed}'\n`);
    chmodSync(program, 0o755);
    const gpus = await findGpus({ PATH: directory });
    expect(gpus).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', driverVersion: '550.54.15', memoryMebibytes: 81559 },
      { name: 'Tesla K80', driverVersion: '470.256.02', memoryMebibytes: 11441 },
    ]);
    expect(gpus.map(hasUsableDriver)).toEqual([true, false]);
  });

  it('finds none without it', async () => {
    expect(await findGpus({ PATH: temporaryDirectory() })).toEqual([]);
  });
});

describe('cacheDirectory', () => {
  it('is ABLATE_CACHE, else a folder of our own in the platform’s cache folder', () => {
    expect(cacheDirectory({ ABLATE_CACHE: '/scratch', XDG_CACHE_HOME: '/xdg' })).toBe('/scratch');
    expect(cacheDirectory({})).toMatch(/ablate$/);
  });

  it.runIf(process.platform === 'linux')('follows XDG_CACHE_HOME if it is absolute', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/ablate');
    expect(cacheDirectory({ XDG_CACHE_HOME: 'xdg' })).toBe(cacheDirectory({}));
  });
});
