import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../text/errors.js';
import { readTextSync } from '../../system/regular-file.js';
import { cacheDirectory } from '../../system/cache.js';
import { managedPython } from '../../python/managed-python.js';
import { interpreterIn, probePythons, pythonCandidates } from '../../python/python.js';
import { type LibraryLayout, findLayout, libraryFileNames } from './layout.js';

/** A native TensorFlow on this machine, found but not loaded. */
export interface TensorFlowLibrary extends LibraryLayout {
  /** Where it was found: at `ABLATE_TENSORFLOW`, in our cache, in an installed Python, in a built tfjs-node. */
  source: 'explicit' | 'cache' | 'python' | 'tfjs-node';
  /** The interpreter that it belongs to. */
  python?: string;
}

/** One place that was looked at: for error messages and `ablate doctor`. */
export interface Attempt {
  /** What was looked for: `the cache`, `Python's TensorFlow`. */
  what: string;
  /** A path, or the name of an environment variable. */
  where: string;
  result: string;
}

export interface TensorFlowSearch {
  library?: TensorFlowLibrary;
  tried: Attempt[];
}

export interface SearchOptions {
  /** Instead of the process's environment: `ABLATE_TENSORFLOW`, `ABLATE_CACHE`, `PATH`, `VIRTUAL_ENV` … */
  env?: NodeJS.ProcessEnv;
}

/** The managed Python (`managedPython`) that holds TensorFlow. */
export const TENSORFLOW_PYTHON = 'tensorflow';

/**
 * The oldest TensorFlow that has every function of the C API that we call and every op of tfjs's kernels, which are
 * written for 2.9.1 (the exports of 2.9.3, 2.13.1, 2.16.2, 2.18.1 and 2.21.0 were compared).
 */
const OLDEST = [2, 9];

/**
 * Finds a native TensorFlow without loading it: at the path in `ABLATE_TENSORFLOW`, in our cache, in a Python on this
 * machine, in a tfjs-node whose install script has run. Python is started only when the first two have none.
 * @throws UserError `tensorflow-path-invalid` if `ABLATE_TENSORFLOW` names a place without a usable TensorFlow: to take
 *   another one silently is not what its user meant
 */
export async function findTensorFlow({ env = process.env }: SearchOptions = {}): Promise<TensorFlowSearch> {
  const tried: Attempt[] = [];
  const library =
    findExplicit(env, tried) ?? findCached(env, tried) ?? (await findInPython(env, tried)) ?? findInTfjsNode(tried);
  return { library, tried };
}

function findExplicit(env: NodeJS.ProcessEnv, tried: Attempt[]): TensorFlowLibrary | undefined {
  const path = env.ABLATE_TENSORFLOW;
  if (!path) {
    tried.push({ what: 'explicit path', where: 'ABLATE_TENSORFLOW', result: 'not set' });
    return undefined;
  }
  const layout = tryLayout('explicit path', resolve(path), tried);
  if (layout) return { ...layout, source: 'explicit', python: interpreterOf(layout) };
  throw new UserError(`ABLATE_TENSORFLOW is ${path}: ${tried[0].result}`, {
    code: 'tensorflow-path-invalid',
    hint:
      `set it to a folder that holds ${libraryFileNames().join(' and ')} (a tensorflow package of pip), ` +
      'to a virtual environment, or unset it',
  });
}

/** The TensorFlow that `installTensorFlow` put into the cache. */
export function findCached(env: NodeJS.ProcessEnv, tried: Attempt[] = []): TensorFlowLibrary | undefined {
  const python = managedPython(TENSORFLOW_PYTHON, env);
  if (!python.complete) {
    const result = existsSync(python.directory) ? 'an interrupted installation' : 'nothing installed';
    tried.push({ what: 'cache', where: python.directory, result });
    return undefined;
  }
  const layout = tryLayout('cache', python.directory, tried);
  return layout && { ...layout, source: 'cache', python: python.executable };
}

async function findInPython(env: NodeJS.ProcessEnv, tried: Attempt[]): Promise<TensorFlowLibrary | undefined> {
  const remembered = recall(env);
  const known = remembered && tryLayout('Python', remembered.directory, tried);
  if (known) return { ...known, source: 'python', python: remembered.python };
  const probes = await probePythons(env);
  if (probes.length === 0) tried.push({ what: 'Python', where: 'PATH', result: 'there is none' });
  for (const { path, python, problem } of probes) {
    const what = `Python ${python?.version ?? ''}`.trim();
    if (!python) tried.push({ what, where: path, result: `can't be run: ${String(problem)}` });
    else if (python.tensorflow === null) tried.push({ what, where: path, result: 'has no tensorflow package' });
    else {
      const layout = tryLayout(what, python.tensorflow, tried);
      if (layout) return remember({ ...layout, source: 'python', python: python.executable }, env);
    }
  }
  return undefined;
}

function findInTfjsNode(tried: Attempt[]): TensorFlowLibrary | undefined {
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    const directory = packageDirectory(name);
    const layout = directory && tryLayout(name, join(directory, 'deps'), tried);
    if (layout) return { ...layout, source: 'tfjs-node', gpu: name.endsWith('-gpu') };
  }
  return undefined;
}

/** Looks into one place and notes what was there; undefined unless it is a TensorFlow that can be used. */
function tryLayout(what: string, where: string, tried: Attempt[]): LibraryLayout | undefined {
  const layout = findLayout(where);
  const problem = layout ? versionProblem(layout.version) : absence(where);
  tried.push({ what, where, result: problem ?? `TensorFlow, version ${layout?.version ?? ''}` });
  return problem === undefined ? layout : undefined;
}

function absence(path: string): string {
  return existsSync(path) ? `holds no ${libraryFileNames().join(' and ')}` : 'does not exist';
}

/** An unknown version passes: the loader looks every function up and says which one is missing. */
function versionProblem(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number);
  const tooOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return tooOld ? `TensorFlow ${version} is too old: ${OLDEST.join('.')} or newer is needed` : undefined;
}

/** `<prefix>/lib/python3.x/site-packages/tensorflow` belongs to `<prefix>/bin/python`. */
function interpreterOf({ directory }: LibraryLayout): string | undefined {
  const isPackage = basename(dirname(directory)) === 'site-packages';
  return isPackage ? interpreterIn(resolve(directory, '../../../..')) : undefined;
}

/** A package's folder, as Node resolves its name from here; undefined if it isn't installed. */
function packageDirectory(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Which Python had TensorFlow, and the candidates among which it was found: asking them all takes a while. */
interface Memory {
  candidates: string[];
  directory: string;
  python: string;
}

function memoryFile(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), 'python-tensorflow.json');
}

/** Only a find is remembered, never an absence, and whoever recalls it looks again at what is there now. */
function recall(env: NodeJS.ProcessEnv): Memory | undefined {
  try {
    const memory = JSON.parse(readTextSync(memoryFile(env))) as Memory;
    return isDeepStrictEqual(memory.candidates, pythonCandidates(env)) ? memory : undefined;
  } catch {
    return undefined;
  }
}

function remember(library: TensorFlowLibrary & { python: string }, env: NodeJS.ProcessEnv): TensorFlowLibrary {
  const { directory, python } = library;
  const memory: Memory = { candidates: pythonCandidates(env), directory, python };
  try {
    mkdirSync(cacheDirectory(env), { recursive: true });
    writeFileSync(memoryFile(env), JSON.stringify(memory));
  } catch {
    // A cache that can't be written costs the next start a moment, no more.
  }
  return library;
}
