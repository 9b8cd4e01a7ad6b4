import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { buildIfStale } from '../../scripts/build.js';
import { claimantOf, claimTrial, type TrialIdentity } from '../../src/tracking/trial-lock.js';
import { temporaryFolder } from '../support/runs.js';

/** Claims a trial, and never releases it. */
const PROGRAM = `
  const [module, runsDirectory] = process.argv.slice(2);
  const { claimTrial } = await import(module);
  globalThis.claim = await claimTrial({ runsDirectory, configHash: 'c0ffee', seed: 1 }, 'a-sweep');
  process.stdout.write('claimed');
  setInterval(() => undefined, 1000);
`;

const newTrial = (seed = 1): TrialIdentity => ({ runsDirectory: temporaryFolder(), configHash: 'c0ffee', seed });

describe('the claim to a trial', () => {
  it('is granted to one at a time, told to the others, and leaves no file when it is released', async () => {
    const trial = newTrial();
    const claim = await claimTrial(trial, 'one');
    expect(await claimTrial(trial, 'two')).toBeUndefined();
    expect(claimantOf(trial)).toBe('one');
    const other = await claimTrial({ ...trial, seed: 2 }, 'two');
    expect(other).toBeDefined();
    await claim?.release();
    await other?.release();
    expect(readdirSync(join(trial.runsDirectory, '.training'))).toEqual([]);
    expect(claimantOf(trial)).toBeUndefined();
  });

  it('is never granted to two, though its file is removed and made again all the time', async () => {
    const trial = newTrial();
    let holders = 0;
    let granted = 0;
    const contend = async (): Promise<void> => {
      while (granted < 200) {
        const claim = await claimTrial(trial, 'one of many');
        if (!claim) continue;
        granted++;
        expect(++holders).toBe(1);
        await turn();
        holders--;
        await claim.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, contend));
  });

  it('ends with the process that holds it, even by SIGKILL', async () => {
    await buildIfStale();
    const trial = newTrial();
    const program = join(temporaryFolder(), 'program.mjs');
    writeFileSync(program, PROGRAM);
    const module = new URL('../../dist/tracking/trial-lock.js', import.meta.url).href;
    const holder = spawn(process.execPath, [program, module, trial.runsDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(await claimTrial(trial, 'another')).toBeUndefined();
    expect(claimantOf(trial)).toBe('a-sweep');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const claim = await claimTrial(trial, 'x');
    expect(claimantOf(trial)).toBe('x');
    await claim?.release();
  });

  it('is written through no link', async () => {
    const trial = newTrial();
    const elsewhere = temporaryFolder();
    symlinkSync(elsewhere, join(trial.runsDirectory, '.training'));
    await expect(claimTrial(trial, 'one')).rejects.toMatchObject({ code: 'link-in-run' });
    const file = newTrial();
    mkdirSync(join(file.runsDirectory, '.training'));
    symlinkSync(join(elsewhere, 'victim'), join(file.runsDirectory, '.training', 'c0ffee-1'));
    await expect(claimTrial(file, 'one')).rejects.toMatchObject({ code: 'file-not-written' });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('holds few enough files for any process, and grants the rest without', async () => {
    const runsDirectory = temporaryFolder();
    const claims = await Promise.all(
      Array.from({ length: 1000 }, (_, seed) => claimTrial({ runsDirectory, configHash: 'c0ffee', seed }, 'all')),
    );
    expect(claims).not.toContain(undefined);
    expect(readdirSync(join(runsDirectory, '.training')).length).toBeLessThan(1000);
    for (const claim of claims) await claim?.release();
    expect(readdirSync(join(runsDirectory, '.training'))).toEqual([]);
  });
});
