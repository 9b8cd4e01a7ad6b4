import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { sweepText } from '../../src/display/sweep/show-sweep.js';
import { finishedSweepIn } from '../support/finished-sweeps.js';

const runs = mkdtempSync(join(tmpdir(), 'ablate-show-'));
afterAll(() => {
  rmSync(runs, { recursive: true });
});

/** The table of variants, a row of words each. */
async function variantRows(run: Parameters<typeof finishedSweepIn>[1]['run']): Promise<string[][]> {
  const variants = [{ 'model.pooling': 'max' }, { 'model.pooling': 'average' }];
  const text = await sweepText(finishedSweepIn(runs, { variants, seeds: [1, 2], run }));
  const lines = stripVTControlCharacters(text).split('\n');
  const heading = lines.findIndex((line) => line.startsWith('POOLING  N'));
  return lines.slice(heading, heading + 3).map((line) => line.trim().split(/\s{2,}/));
}

describe('the table of variants', () => {
  it('has the means of every metric that was asked for, on the same images', async () => {
    const rows = await variantRows((values, seed) => {
      const better = values['model.pooling'] === 'max' ? 0.1 : 0;
      const score = 0.5 + better + 0.02 * seed;
      return { metrics: { val_accuracy: score, val_loss: 1, val_f1_score: score - 0.2, test_f1_score: 0.9 } };
    });
    expect(rows).toEqual([
      ['POOLING', 'N', 'VAL_ACCURACY (%)', '± SD', 'VAL_F1_SCORE (%)'],
      ['max', '2', '63.00', '1.41', '43.00'],
      ['average', '2', '53.00', '1.41', '33.00'],
    ]);
  });

  it('leaves out of them what did not finish', async () => {
    const rows = await variantRows((_, seed) =>
      seed === 1
        ? { metrics: { val_accuracy: 0.5, val_auc: 0.75 } }
        : { status: 'FAILED', metrics: { val_accuracy: 0, val_auc: 0 } },
    );
    expect(rows[0]).toContain('VAL_AUC');
    expect(rows[1].slice(0, 5)).toEqual(['max', '1', '50.00', '0.7500', '1 FAILED']);
  });

  it('says of a variant that it is at chance: within two standard errors of the most frequent class', async () => {
    const rows = await variantRows((values) => ({
      metrics: { val_accuracy: values['model.pooling'] === 'max' ? 0.52 : 0.519 },
      samples: { training: 9, validation: 10_000, test: 1 },
      chance: { validation: 0.5096, test: 0 },
    }));
    expect(rows.map((row) => row.at(-1))).toEqual(['± SD', '0.00', 'at chance (50.96 %)']);
  });
});
