import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What starts the program, TensorFlow, a server or Python. */
const HEAVY =
  /^(program|tensorflow|python|mlflow-server|mlflow-reader|redis|slurm|workers|sweeps|chromium|network|compiled|statistics-reference|finished-sweeps)\.ts$/;
const SUPPORT = resolve('test/support');

/**
 * The test files that need nothing but Node: those that don't import, not even through others, a part of test/support
 * that starts something.
 */
export function unitTests(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name));
  return files.filter((file) => !reachesHeavy(resolve(file), new Set()) && !startsProcess(file));
}

function reachesHeavy(file: string, seen: Set<string>): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  if (dirname(file) === SUPPORT && HEAVY.test(file.slice(SUPPORT.length + 1))) return true;
  return importsOf(file).some((imported) => reachesHeavy(imported, seen));
}

/** The files of `test` that a file imports. */
function importsOf(file: string): string[] {
  const relative = readFileSync(file, 'utf8').matchAll(/from '(\.[^']*)\.js'/g);
  const paths = [...relative].map(([, path]) => join(dirname(file), `${path}.ts`));
  return paths.filter((path) => path.startsWith(resolve('test')));
}

/** Starts a program, or the Python of Optuna. */
const startsProcess = (file: string): boolean => /'node:child_process'|optuna/i.test(readFileSync(file, 'utf8'));
