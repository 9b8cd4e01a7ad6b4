import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSweepRecord } from '../../src/sweep/sweep-journal.js';
import { SHOWN_SWEEPS, shownSweepsIn, type ShownSweeps } from '../support/shown-sweeps.js';
import { brokenWords, linesOnTerminal } from '../support/terminal.js';

describe('on a terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-terminal-'));
  let sweeps: ShownSweeps;

  beforeAll(() => {
    sweeps = shownSweepsIn(join(folder, 'runs'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** `compare` says how often it was asked before: the second time, it shows other words. */
  function forgetLooks(): void {
    for (const { path } of Object.values(sweeps)) rmSync(join(path, 'looks.jsonl'), { force: true });
  }

  const wides = new Map<string, Promise<string[]>>();
  /** What is shown on a terminal that everything fits: nothing is broken, and ids are whole. */
  function wideLines(words: string[]): Promise<string[]> {
    const key = words.join(' ');
    const known = wides.get(key);
    if (known) return known;
    forgetLooks();
    const lines = linesOnTerminal(1000, folder, words);
    wides.set(key, lines);
    return lines;
  }

  /** What stands in lines that are too long, but for a word that by itself has no room; and what a break has cut. */
  async function misfits(width: number, words: string[]): Promise<string[]> {
    forgetLooks();
    const lines = await linesOnTerminal(width, folder, words);
    expect(lines.join('').length).toBeGreaterThan(40);
    const long = lines.filter((line) => line.length > width && line.trim().includes(' '));
    const wide = await wideLines(words);
    const isShortId = (word: string): boolean =>
      /^\d{6}-[0-9a-f]{4}$/.test(word) && wide.some((line) => line.includes(`-${word}`));
    return [...long, ...brokenWords(lines, wide).filter((word) => !isShortId(word))];
  }

  describe.each([80, 120])('of %d columns', (width) => {
    it.each(SHOWN_SWEEPS)('show and compare fit, no word broken: %s', async (name) => {
      const { id } = sweeps[name];
      // What a table has no room for, it says.
      const told = /^(too|narrow|for|\||cat,|or|--json,|has|all|[A-Z_()%.,≠×·±]+:?|95)$/;
      for (const command of ['show', 'compare']) {
        const found = await misfits(width, [command, id]);
        expect(found.filter((word) => !told.test(word))).toEqual([]);
      }
    });

    it('ls fits, with and without the trials', async () => {
      const told = /^(too|narrow|for|\||cat,|or|--json,|has|all|[A-Z_]+,?:?)$/;
      for (const words of [['ls'], ['ls', '--all']]) {
        const found = await misfits(width, words);
        expect(found.filter((word) => !told.test(word))).toEqual([]);
      }
    });
  });

  describe.each([80, 120])('of %d columns, about runs', (width) => {
    it.each(['show', 'best', 'du'])('%s fits, no word broken', async (command) => {
      const trials = readSweepRecord(sweeps['long names']).ends;
      const [{ run: first }] = trials.values();
      const words = command === 'show' ? [first] : [];
      const told = /^(too|narrow|for|\||cat,|or|--json,|has|all|[A-Z0-9_. ]+,?:?)$/;
      const found = await misfits(width, [command, ...words]);
      expect(found.filter((word) => !told.test(word))).toEqual([]);
    });
  });

  it('names what differs once, in the heading, and has no digest', async () => {
    const lines = await linesOnTerminal(120, folder, ['show', sweeps['twelve variants'].id]);
    const table = lines.filter((line) => /^(KERNEL_SIZE|[35] )/.test(line));
    expect(table[0]).toMatch(/^KERNEL_SIZE {2}POOLING {2}ACTIVATION {2}N /);
    expect(table.filter((line) => /^[35] +(max|average) +(relu|tanh|sigmoid) +3 /.test(line))).toHaveLength(12);
    expect(lines.filter((line) => /^[35] · (max|average) · (relu|tanh|sigmoid) /.test(line))).toHaveLength(36);
  });

  it('keeps the names of arguments', async () => {
    const text = (await linesOnTerminal(200, folder, ['show', sweeps['long names'].id])).join('\n');
    expect(text).toContain('sgd(nesterov=true)');
    expect(text).toMatch(/adam\(learning_rate=0\.003, beta_1=0\.9/);
    expect(text).not.toMatch(/#[0-9a-f]{4}/);
  });
});
