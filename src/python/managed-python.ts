import { constants, existsSync } from 'node:fs';
import { access, mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError, interrupted, messageOf } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { cacheDirectory } from '../system/cache.js';
import { withFileLock } from '../system/file-lock.js';
import { type PipStep, pipInstall } from './pip.js';
import type { Python } from './python.js';
import { createVirtualEnvironment } from './virtual-environment.js';

/**
 * A virtual environment of Python in the user's cache, made and filled by us: `tensorflow` holds TensorFlow and Keras.
 * One purpose, one environment, so that no package's requirements get into another's way.
 */
export interface ManagedPython {
  /** `<cache>/python/<name>` */
  directory: string;
  /** Its interpreter. */
  executable: string;
  /** False while it is absent, being installed, or left half-installed by an interruption. */
  complete: boolean;
  /** What was installed, if it is complete. */
  requirements: string[];
}

/** How far an installation is. */
export interface InstallProgress extends Omit<PipStep, 'phase'> {
  phase: 'waiting' | 'preparing' | PipStep['phase'];
  /** Seconds since the installation began. */
  elapsedSeconds: number;
}

export interface ManagedPythonRequest {
  name: string;
  /** As pip takes them: `tensorflow-cpu==2.21.*`. */
  requirements: string[];
  /** The interpreter to make the environment of. */
  base: Python;
  /** How much room the packages and their downloads take, in bytes. */
  bytesNeeded: number;
  /** Whether an installation that calls itself complete has what it should have; otherwise it is replaced. */
  isIntact?: (python: ManagedPython) => boolean;
  /** Install anew even if it is there already. */
  force?: boolean;
  env?: NodeJS.ProcessEnv;
  onProgress?: (progress: InstallProgress) => void;
  signal?: AbortSignal;
}

/** The managed Python of this name, whether it is there or not. */
export function managedPython(name: string, env: NodeJS.ProcessEnv = process.env): ManagedPython {
  const directory = join(cacheDirectory(env), 'python', name);
  const requirements = readMarker(directory);
  const executable = join(directory, 'bin', 'python');
  return { directory, executable, complete: requirements !== undefined, requirements: requirements ?? [] };
}

/**
 * Makes a managed Python and installs packages into it, or finds that this has been done. One process does it while
 * others wait; an interrupted installation is begun anew; a working one is put back if its replacement fails.
 * @throws UserError `cache-not-writable`, `not-enough-space`, `venv-failed`, `pip-failed`, `interrupted`
 */
export async function installManagedPython(request: ManagedPythonRequest): Promise<ManagedPython> {
  const { name, env, signal, onProgress } = request;
  const { directory } = managedPython(name, env);
  const started = performance.now();
  const report: Report = (step) => onProgress?.({ ...step, elapsedSeconds: (performance.now() - started) / 1000 });
  const onWait = () => {
    report({ phase: 'waiting', subject: `another process is installing ${name}` });
  };
  await makeWritable(dirname(directory));
  try {
    return await withFileLock(`${directory}.lock`, (lock) => replace(request, report, lock), { onWait, signal });
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  }
}

type Report = (step: Omit<InstallProgress, 'elapsedSeconds'>) => void;

/** Written last, so that its presence means that everything else is there. */
function markerFile(directory: string): string {
  return join(directory, 'ablate.json');
}

function readMarker(directory: string): string[] | undefined {
  try {
    return (JSON.parse(readTextSync(markerFile(directory))) as { requirements: string[] }).requirements;
  } catch {
    return undefined;
  }
}

async function replace(request: ManagedPythonRequest, report: Report, lock: number): Promise<ManagedPython> {
  const { name, env, requirements, force = false, isIntact = () => true } = request;
  const { directory } = managedPython(name, env);
  const previous = `${directory}.previous`;
  // A replacement that was killed half-way has left the one before it there.
  if (existsSync(previous)) await restore(previous, directory);
  const present = managedPython(name, env);
  if (!force && isDeepStrictEqual(present.requirements, requirements) && isIntact(present)) return present;
  await checkSpace(dirname(directory), request);
  if (present.complete) await rename(directory, previous);
  else await rm(directory, { recursive: true, force: true });
  try {
    await build(request, directory, report, lock);
  } catch (error) {
    if (existsSync(previous)) await restore(previous, directory);
    else await rm(directory, { recursive: true, force: true });
    throw error;
  }
  await rm(previous, { recursive: true, force: true });
  return managedPython(name, env);
}

async function restore(previous: string, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await rename(previous, directory);
}

async function build(request: ManagedPythonRequest, directory: string, report: Report, lock: number): Promise<void> {
  const { name, base, requirements, signal } = request;
  report({ phase: 'preparing', subject: directory });
  const subprocess = { env: request.env ?? process.env, inherited: lock, signal };
  await createVirtualEnvironment(base, directory, subprocess);
  const temporaryDirectory = join(directory, 'downloads');
  await mkdir(temporaryDirectory);
  const { executable } = managedPython(name, request.env);
  await pipInstall(executable, requirements, { ...subprocess, temporaryDirectory, onStep: report });
  await rm(temporaryDirectory, { recursive: true, force: true });
  await writeFile(markerFile(directory), JSON.stringify({ requirements, python: base.version }));
}

async function makeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new UserError(`the cache folder can't be written: ${messageOf(error)}`, {
      code: 'cache-not-writable',
      hint: 'set ABLATE_CACHE to a folder of your own',
    });
  }
}

async function checkSpace(directory: string, { requirements, bytesNeeded }: ManagedPythonRequest): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytesNeeded) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new UserError(
    `${requirements.join(' ')} needs about ${gigabytes(bytesNeeded)} in ${directory}, where ${gigabytes(free)} are free`,
    { code: 'not-enough-space', hint: 'make room, or set ABLATE_CACHE to a folder on a larger disk' },
  );
}
