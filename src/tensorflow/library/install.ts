import { UserError } from '../../text/errors.js';
import { choosePython } from '../../python/choose-python.js';
import { type InstallProgress, type ManagedPython, installManagedPython } from '../../python/managed-python.js';
import { probePythons } from '../../python/python.js';
import { findGpus, hasUsableDriver } from './gpu.js';
import { findLayout, libraryFileNames } from './layout.js';
import {
  type Attempt,
  type SearchOptions,
  TENSORFLOW_PYTHON,
  type TensorFlowLibrary,
  findCached,
  findTensorFlow,
} from './find.js';
import { platformProblem } from './platform.js';
import { ablate } from '../../system/shell.js';

export interface InstallOptions extends SearchOptions {
  /** What it shall be built for; by itself, the GPU where `nvidia-smi` names one with a driver for CUDA 12. */
  device?: 'cpu' | 'gpu';
  /** Install anew what is there already. */
  force?: boolean;
  onProgress?: (progress: InstallProgress) => void;
  /** Ends pip and leaves no half-made installation. */
  signal?: AbortSignal;
}

const VERSION = '2.21.*';
const ALTERNATIVES = [
  'To use a TensorFlow that is installed elsewhere, set ABLATE_TENSORFLOW to its folder or virtual environment.',
  'Without native TensorFlow, --backend cpu trains in JavaScript, hundreds of times slower.',
];

/** Room for the downloads, pip's cache of them, and the installed packages. */
const CPU_BYTES = 2.5e9;
const CUDA_BYTES = 14e9;

/** What pip is asked for. */
interface Packages {
  requirements: string[];
  bytesNeeded: number;
}

/**
 * The TensorFlow that there is, or else a newly installed one.
 * @throws UserError as `findTensorFlow` and `installTensorFlow` do, with what was tried
 */
export async function ensureTensorFlow(options: Omit<InstallOptions, 'force'> = {}): Promise<TensorFlowLibrary> {
  const { library, tried } = await findTensorFlow(options);
  if (library) return library;
  try {
    return await installTensorFlow(options);
  } catch (error) {
    throw isRefusal(error) ? withAttempts(error, tried) : error;
  }
}

/**
 * Installs TensorFlow by pip into a virtual environment in the user's cache (`managedPython`): about 1.6 GB, with CUDA
 * 8 GB. What is there already stays, unless it is for another device or `force` is given.
 * @throws UserError that says why it can't, and the repair: `platform-unsupported`, `gpu-unsupported`,
 *   `python-not-found`, and those of `installManagedPython`
 */
export async function installTensorFlow(options: InstallOptions = {}): Promise<TensorFlowLibrary> {
  const { env = process.env, force, onProgress, signal } = options;
  const packages = await choosePackages(options.device, env);
  try {
    const base = choosePython(await probePythons(env));
    const isIntact = ({ directory }: ManagedPython) => findLayout(directory) !== undefined;
    const request = { name: TENSORFLOW_PYTHON, ...packages, base, isIntact, force, env, onProgress, signal };
    await installManagedPython(request);
    return installed(env);
  } catch (error) {
    throw isRefusal(error) ? withAlternatives(error, packages.requirements) : error;
  }
}

async function choosePackages(device: 'cpu' | 'gpu' | undefined, env: NodeJS.ProcessEnv): Promise<Packages> {
  const problem = platformProblem();
  if (problem) {
    throw withAlternatives(new UserError(problem.message, { code: 'platform-unsupported', hint: problem.hint }));
  }
  const cudaExists = process.platform === 'linux' && process.arch === 'x64';
  if (device === 'gpu' && !cudaExists) {
    throw new UserError(`TensorFlow has no GPU package for ${process.platform} on ${process.arch}`, {
      code: 'gpu-unsupported',
      hint: ablate('install', '--cpu'),
    });
  }
  if (!cudaExists) return { requirements: [`tensorflow==${VERSION}`], bytesNeeded: CPU_BYTES };
  const gpu = device === 'gpu' || (device === undefined && (await findGpus(env)).some(hasUsableDriver));
  return gpu
    ? { requirements: [`tensorflow[and-cuda]==${VERSION}`], bytesNeeded: CUDA_BYTES }
    : { requirements: [`tensorflow-cpu==${VERSION}`], bytesNeeded: CPU_BYTES };
}

function installed(env: NodeJS.ProcessEnv): TensorFlowLibrary {
  const library = findCached(env);
  if (library) return library;
  throw new UserError(`pip installed TensorFlow, but without ${libraryFileNames().join(' and ')}`, {
    code: 'tensorflow-incomplete',
    hint: ablate('install', '--force'),
  });
}

/** Whether it is an error that says why there can be no TensorFlow, rather than a bug or the user's own Ctrl-C. */
function isRefusal(error: unknown): error is UserError {
  return error instanceof UserError && error.exitCode !== 130;
}

function withAlternatives(error: UserError, requirements: string[] = []): UserError {
  const byHand = requirements.map(
    (requirement) =>
      `By hand: python3 -m venv DIR && DIR/bin/python -m pip install '${requirement}', then set ABLATE_TENSORFLOW=DIR.`,
  );
  const { message, code, hint, cause } = error;
  const hints = [hint, ...byHand, ...ALTERNATIVES].filter((line) => line !== undefined);
  return new UserError(message, { code, hint: hints.join('\n'), cause });
}

function withAttempts({ message, code, hint, cause }: UserError, tried: readonly Attempt[]): UserError {
  const attempts = tried.map(({ what, where, result }) => `  ${what} (${where}): ${result}`);
  const lines = ['No native TensorFlow was found:', ...attempts, `Installing it failed: ${message}`];
  return new UserError(lines.join('\n'), { code, hint, cause });
}
