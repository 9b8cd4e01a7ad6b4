import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readJournal } from '../../src/tracking/journal.js';
import { temporaryFolder } from '../support/runs.js';

/**
 * A program of its own that appends points for ever, and prints each number once it is in the journal. It waits for its
 * reader: what `process.stdout` can't write at once, it would keep until a turn of the event loop that never comes.
 */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  import { JournalWriter } from './journal.mjs';
  const journal = new JournalWriter(process.argv[2]);
  try {
    for (let step = 0; ; step++) {
      journal.append({ type: 'metrics', step, values: { loss: 1 / step } });
      writeSync(1, step + '\\n');
    }
  } catch (error) {
    writeSync(1, error.code + '\\n');
  }
`;

function programFolder(): string {
  const folder = temporaryFolder();
  const entry = fileURLToPath(new URL('../../src/tracking/journal.ts', import.meta.url));
  const outfile = join(folder, 'journal.mjs');
  buildSync({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node' });
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  return folder;
}

describe('a journal whose writer', () => {
  it('is killed holds every event that it had appended', async () => {
    const folder = programFolder();
    const file = join(folder, 'journal.jsonl');
    const child = spawn(process.execPath, [join(folder, 'program.mjs'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let last = -1;
    for await (const line of createInterface(child.stdout)) {
      last = Number(line);
      if (last === 2000) child.kill('SIGKILL');
    }
    const steps = readJournal(file).map((event) => event.type === 'metrics' && event.step);
    expect(steps.length).toBeGreaterThan(last);
    expect(steps).toEqual(steps.map((_, index) => index));
  });

  it('runs out of disk ends with a whole event, and the writer is told', async () => {
    const folder = programFolder();
    const file = join(folder, 'journal.jsonl');
    // The limit of a file's size stands for the disk's; its signal is ignored, so that the write itself fails.
    const command = `trap '' XFSZ; ulimit -f 8; exec "$0" "$1" "$2" | cat`;
    const child = spawn('bash', ['-c', command, process.execPath, join(folder, 'program.mjs'), file]);
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    if (child.exitCode === null) await once(child, 'exit');
    expect(lines.at(-1)).toBe('journal-not-written');
    expect(readJournal(file)).toHaveLength(lines.length - 1);
  });
});
