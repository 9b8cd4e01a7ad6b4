import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Look, noteLook, readLooks } from '../../src/sweep/ledger.js';
import { temporaryFolder } from '../support/runs.js';
import { newSweep } from '../support/sweeps.js';

const look = (time: number): Look => ({
  time,
  ended: 6,
  metric: 'val_accuracy',
  margin: 0.01,
  alpha: 0.05,
  baseline: null,
  named: ['study-sweep'],
});

describe('a sweep’s ledger', () => {
  it('tells each look those before it, also where many look at once', async () => {
    const sweep = newSweep();
    const noted = await Promise.all(Array.from({ length: 12 }, (_, i) => noteLook(sweep, look(i))));
    const counts = noted.map(({ before }) => before.length).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(noted.map(({ problem }) => problem)).toEqual(noted.map(() => undefined));
    const times = readLooks(sweep).map(({ time }) => time);
    expect(times.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it('passes over what is no look, and a line that a crash cut short', async () => {
    const sweep = newSweep();
    const file = join(sweep.path, 'looks.jsonl');
    writeFileSync(file, 'no JSON\n{"type":"look","time":"now"}\nnull\n[1]\n');
    await noteLook(sweep, look(1));
    appendFileSync(file, '{"type":"look","ti');
    const { before } = await noteLook(sweep, look(2));
    expect(before).toMatchObject([look(1)]);
    expect(readLooks(sweep)).toMatchObject([look(1), look(2)]);
  });

  it('that can’t be written hinders no one from looking, and says so', async () => {
    const sweep = newSweep();
    rmSync(sweep.path, { recursive: true });
    const { before, problem } = await noteLook(sweep, look(1));
    expect(before).toEqual([]);
    expect(problem).toContain('ENOENT');
  });

  it('isn’t written through a link', async () => {
    const sweep = newSweep();
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, join(sweep.path, 'looks.jsonl'));
    const { problem } = await noteLook(sweep, look(1));
    expect(problem).toBeDefined();
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
  });
});
