import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testPython } from '../../support/python.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('reference.py', import.meta.url));

/** Files that pandas, pyarrow and numpy have written, and what these read of them. */
export interface Reference {
  folder: string;
  expected: Record<string, { columns: string[]; rows: unknown[][] }>;
}

/** Writes them into a new folder, to be removed by the caller. */
export async function writeReference(): Promise<Reference> {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-tables-'));
  const { stdout } = await run(await testPython(), [script, folder], { maxBuffer: 2 ** 28 });
  return { folder, expected: JSON.parse(stdout) as Reference['expected'] };
}
