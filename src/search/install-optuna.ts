import { ensureManagedPython } from '../python/ensure-python.js';
import type { InstallProgress } from '../python/managed-python.js';

export interface EnsureOptunaOptions {
  env?: NodeJS.ProcessEnv;
  onProgress?: (progress: InstallProgress) => void;
  signal?: AbortSignal;
}

const REQUIREMENTS = ['optuna==5.0.*'];
/** Optuna with NumPy and SQLAlchemy, and the downloads. */
const BYTES_NEEDED = 4e8;

/**
 * An interpreter that has Optuna: of the managed Python `optuna`, which is made when it is first needed.
 * @throws UserError as `ensureManagedPython`
 */
export function ensureOptuna(options: EnsureOptunaOptions = {}): Promise<string> {
  return ensureManagedPython({ name: 'optuna', requirements: REQUIREMENTS, bytesNeeded: BYTES_NEEDED, ...options });
}
