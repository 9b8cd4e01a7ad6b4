import { choosePython } from '../tensorflow/library/install.js';
import { type InstallProgress, installManagedPython, managedPython } from '../tensorflow/library/managed-python.js';
import { probePythons } from '../tensorflow/library/python.js';

export interface EnsureOptunaOptions {
  env?: NodeJS.ProcessEnv;
  onProgress?: (progress: InstallProgress) => void;
  signal?: AbortSignal;
}

const requirements = ['optuna==5.0.*'];
/** Optuna with NumPy and SQLAlchemy, and the downloads. */
const bytesNeeded = 4e8;

/**
 * An interpreter that has Optuna: of the managed Python `optuna`, which is made when it is first needed.
 * @throws UserError as `installManagedPython` does, and `python-not-found`
 */
export async function ensureOptuna({ env, onProgress, signal }: EnsureOptunaOptions = {}): Promise<string> {
  const present = managedPython('optuna', env);
  if (present.complete && present.requirements.join() === requirements.join()) return present.executable;
  const base = choosePython(await probePythons(env));
  const request = { name: 'optuna', requirements, base, bytesNeeded, env, onProgress, signal };
  return (await installManagedPython(request)).executable;
}
