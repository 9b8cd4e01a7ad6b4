import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const SUPPORT = resolve('test/support');
/** The parts of test/support that start the program or a server. */
const STARTS_PROGRAM =
  /^(program|mlflow-server|mlflow-reader|redis|slurm|workers|sweeps|chromium|network|compiled|finished-sweeps)\.ts$/;
/** Those that start TensorFlow in the test's own process, or ask Python. */
const STARTS_ENGINE = /^(tensorflow|keras|python|statistics-reference)\.ts$/;

/** The test files by what they need. */
export interface TestKinds {
  /** Nothing but Node. */
  unit: string[];
  /** TensorFlow in their own process, which is started once for many, and answers of Python. */
  engine: string[];
}

/** Looks at what the files import, also through others. */
export function testKinds(): TestKinds {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name));
  const ownProcess = files.filter((file) => !reaches(STARTS_PROGRAM, resolve(file)) && !startsProcess(file));
  const [engine, unit] = [true, false].map((starts) =>
    ownProcess.filter((file) => reaches(STARTS_ENGINE, resolve(file)) === starts),
  );
  return { unit, engine: engine.filter((file) => !startsPortableEngine(file)) };
}

function reaches(support: RegExp, file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  if (dirname(file) === SUPPORT && support.test(file.slice(SUPPORT.length + 1))) return true;
  return importsOf(file).some((imported) => reaches(support, imported, seen));
}

/** The files of `test` that a file imports. */
function importsOf(file: string): string[] {
  const relative = readFileSync(file, 'utf8').matchAll(/from '(\.[^']*)\.js'/g);
  const paths = [...relative].map(([, path]) => join(dirname(file), `${path}.ts`));
  return paths.filter((path) => path.startsWith(resolve('test')));
}

/** Starts a program, or the Python of Optuna. */
const startsProcess = (file: string): boolean => /'node:child_process'|optuna/i.test(readFileSync(file, 'utf8'));

/** A process has one engine. */
const startsPortableEngine = (file: string): boolean => readFileSync(file, 'utf8').includes('PortableRuntime');
