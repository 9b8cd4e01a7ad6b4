import { fileURLToPath } from 'node:url';
import { askPython, testPython } from './python.js';

/** A function of `statistics_reference.py` and its arguments. */
export type Question = readonly [name: string, args: readonly unknown[]];

/** What SciPy and statsmodels say, asked in one process since they take seconds to load. */
export async function askReference(questions: readonly Question[]): Promise<unknown[]> {
  const script = fileURLToPath(new URL('statistics_reference.py', import.meta.url));
  return askPython(await testPython(), script, questions);
}
