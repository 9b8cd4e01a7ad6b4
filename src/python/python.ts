import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../text/errors.js';

/** A Python interpreter, as it describes itself. */
export interface Python {
  /** Its absolute path. */
  executable: string;
  /** The root of its installation or virtual environment (`sys.prefix`). */
  prefix: string;
  /** `3.11.7` */
  version: string;
  /** `cpython` or another implementation. */
  implementation: string;
  /** Width of a pointer in bits. */
  bits: number;
  /** Whether it is a build without the global interpreter lock, for which packages need wheels of their own. */
  freeThreaded: boolean;
  /** Which of the modules are there that a virtual environment can be made with; of pip, its version. */
  modules: { venv: boolean; ensurepip: boolean; virtualenv: boolean; pip: string | null };
  /** The folder of its `tensorflow` package, found without importing it; null if it has none. */
  tensorflow: string | null;
}

/** A path that may be an interpreter, and what running it gave: `python` or a `problem`. */
export interface PythonProbe {
  path: string;
  python?: Python;
  problem?: string;
}

/** Newest first among those that TensorFlow's packages support, after the names that users choose by. */
const NAMES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
const TIMEOUT_MILLISECONDS = 20_000;

// The current folder is taken off the path: a file of the user's named json.py or tensorflow/ must not be found.
const SELF_DESCRIPTION = `
import sys
if sys.version_info < (3, 8):
    sys.exit("Python %d.%d is too old" % sys.version_info[:2])
sys.path[:] = [entry for entry in sys.path if entry]
import importlib.util, json, struct, sysconfig
def has(module):
    return importlib.util.find_spec(module) is not None
def version(distribution):
    from importlib import metadata
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
tensorflow = importlib.util.find_spec("tensorflow")
locations = tensorflow and tensorflow.submodule_search_locations
print(json.dumps({
    "executable": sys.executable,
    "prefix": sys.prefix,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "implementation": sys.implementation.name,
    "bits": 8 * struct.calcsize("P"),
    "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "modules": {"pip": version("pip"), **{name: has(name) for name in ("venv", "ensurepip", "virtualenv")}},
    "tensorflow": list(locations)[0] if locations else None,
}))
`;

/**
 * The paths at which an interpreter may be, without running any: of the active virtual environment, of the active conda
 * environment, then of each usual name the first on `PATH`.
 */
export function pythonCandidates(env: NodeJS.ProcessEnv = process.env): string[] {
  const active = [env.VIRTUAL_ENV, env.CONDA_PREFIX].map((prefix) => (prefix ? interpreterIn(prefix) : undefined));
  const onPath = NAMES.map((name) => findOnPath(name, env));
  return [...new Set([...active, ...onPath])].filter((path) => path !== undefined);
}

/** Runs each candidate (about 50 ms; all at once); an installation that several paths lead to is named once. */
export async function probePythons(env: NodeJS.ProcessEnv = process.env): Promise<PythonProbe[]> {
  const probes = await Promise.all(pythonCandidates(env).map((path) => probePython(path, env)));
  const seen = new Set<string>();
  return probes.filter(({ path, python }) => {
    const key = python ? `${python.prefix} ${python.version}` : path;
    return !seen.has(key) && seen.add(key);
  });
}

/** The first file of this name that is executable, as a shell finds it. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

async function probePython(path: string, env: NodeJS.ProcessEnv): Promise<PythonProbe> {
  try {
    const options = { env, timeout: TIMEOUT_MILLISECONDS };
    const { stdout } = await promisify(execFile)(path, ['-c', SELF_DESCRIPTION], options);
    // The last line, since a site's start-up files may print something of their own.
    return { path, python: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Python };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { path, problem: gist(stderr?.trim() ?? '') || messageOf(error) };
  }
}

/** Python ends a traceback with the error itself; other programs (the shims of pyenv) begin with it. */
function gist(stderr: string): string | undefined {
  return stderr.split('\n').at(stderr.startsWith('Traceback') ? -1 : 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The interpreter of a virtual environment, conda prefix or system prefix, if there is one. */
export function interpreterIn(prefix: string): string | undefined {
  return ['python3', 'python'].map((name) => join(prefix, 'bin', name)).find((file) => existsSync(file));
}
