import { UserError } from '../text/errors.js';
import type { Python, PythonProbe } from './python.js';

/** The minor versions of CPython 3 for which TensorFlow 2.21 has wheels; MLflow and Optuna run on all of them. */
const OLDEST_PYTHON = 10;
const NEWEST_PYTHON = 13;

const PYTHON_HINT =
  "sudo apt install python3 python3-venv (or your distribution's Python 3), or: uv python install 3.12";

/** The first interpreter that TensorFlow's wheels fit. */
export function choosePython(probes: readonly PythonProbe[]): Python {
  const fitting = probes.find(({ python }) => python && pythonProblem(python) === undefined)?.python;
  if (fitting) return fitting;
  const found = probes.map(
    ({ path, python, problem }) => `  ${path}: ${python ? String(pythonProblem(python)) : String(problem)}`,
  );
  const needed = `TensorFlow 2.21 needs CPython 3.${OLDEST_PYTHON} to 3.${NEWEST_PYTHON}`;
  throw new UserError([`${needed}; ${found.length > 0 ? 'found were' : 'no Python is on PATH'}`, ...found].join('\n'), {
    code: 'python-not-found',
    hint: process.platform === 'darwin' ? 'brew install python@3.12' : PYTHON_HINT,
  });
}

function pythonProblem({ version, implementation, bits, freeThreaded }: Python): string | undefined {
  const [major, minor] = version.split('.').map(Number);
  if (implementation !== 'cpython') return `${implementation} ${version}`;
  if (major !== 3 || minor < OLDEST_PYTHON || minor > NEWEST_PYTHON) return `Python ${version}`;
  if (bits !== 64) return `Python ${version} of ${bits} bits`;
  return freeThreaded ? `Python ${version}, free-threaded` : undefined;
}
