import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testPython } from './python.js';

/** A function of `statistics_reference.py` and its arguments. */
export type Question = readonly [name: string, args: readonly unknown[]];

/** What SciPy and statsmodels say, asked in one process since they take seconds to load. */
export async function askReference(questions: readonly Question[]): Promise<unknown[]> {
  const script = fileURLToPath(new URL('statistics_reference.py', import.meta.url));
  const python = await testPython();
  const asked = promisify(execFile)(python, [script], { maxBuffer: 1 << 26 });
  asked.child.stdin?.end(JSON.stringify(questions));
  return JSON.parse((await asked).stdout) as unknown[];
}
