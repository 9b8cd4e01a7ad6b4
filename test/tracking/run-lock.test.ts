import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildIfStale } from '../../scripts/build.js';
import { holderOf, whileHolding } from '../../src/tracking/run-lock.js';
import type { RunDirectory } from '../../src/tracking/run-store.js';
import { emptyRun, temporaryFolder } from '../support/runs.js';

/** Holds a run for ever. */
const PROGRAM = `
  const [module, path] = process.argv.slice(2);
  const { whileHolding } = await import(module);
  await whileHolding({ id: 'held', path }, () => new Promise(() => {
    process.stdout.write('held by ' + process.pid + ';');
    setInterval(() => undefined, 1000);
  }));
`;

/** The id of another process that holds a run; the one that has started it may have ended. */
async function holdElsewhere(run: RunDirectory, { parent }: { parent: 'stays' | 'ends' }): Promise<number> {
  await buildIfStale();
  const module = new URL('../../dist/tracking/run-lock.js', import.meta.url).href;
  const program = join(temporaryFolder(), 'program.mjs');
  writeFileSync(program, PROGRAM);
  // The shell ends only once the lock is taken: in that moment its id is noted.
  const script = parent === 'stays' ? '"$@" & wait' : '"$@" & while [ ! -s "$4/.lock" ]; do sleep 0.1; done';
  const words = ['-c', script, 'bash', process.execPath, program, module, run.path];
  const shell = spawn('bash', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const text of shell.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    output += text;
    if (output.includes(';')) break;
  }
  const pid = Number(/\d+/.exec(output)?.[0]);
  onTestFinished(() => {
    process.kill(pid, 'SIGKILL');
  });
  if (parent === 'ends' && shell.exitCode === null) await once(shell, 'exit');
  return pid;
}

describe('the lock of a run', () => {
  it('lets nobody else write it, and tells who does', async () => {
    const run = emptyRun();
    const pid = await holdElsewhere(run, { parent: 'stays' });
    expect(await holderOf(run)).toMatchObject({ pid });
    const attempt = whileHolding(run, () => Promise.resolve('written'));
    await expect(attempt).rejects.toMatchObject({
      code: 'run-in-use',
      message: expect.stringContaining(String(pid)) as string,
    });
  });

  it('is no holder of note whose parent has ended: it is about to end too', async () => {
    const run = emptyRun();
    await holdElsewhere(run, { parent: 'ends' });
    expect(await holderOf(run)).toBeUndefined();
  });

  it('is free after its holder, and where there was none', async () => {
    const run = emptyRun();
    expect(await holderOf(run)).toBeUndefined();
    expect(await whileHolding(run, async () => (await holderOf(run))?.pid)).toBe(process.pid);
    expect(await holderOf(run)).toBeUndefined();
    expect(await whileHolding(run, () => Promise.resolve('again'))).toBe('again');
  });
});
