import { describe, expect, it } from 'vitest';
import { inUnits } from '../../src/report/in-units.js';
import { metricValues } from '../../src/report/metric-values.js';
import { variantTable as pageTable } from '../../src/report/page/comparisons.js';
import { variantTable } from '../../src/report/tables.js';
import { inventStudy } from '../support/studies.js';
import { markup } from '../../src/report/page/markup.js';

const grid = { 'model.pooling': ['max', 'average'] };

describe('the table of variants', () => {
  it('of single runs has no column for what one value says nothing of', () => {
    const study = inUnits(inventStudy({ grid, seeds: 1 }));
    const titles = variantTable(study).columns.map(({ title }) => title);
    expect(titles).toEqual(['pooling', 'n', 'val_accuracy (%)', 'less best']);
    const page = markup`${pageTable(study)}`.text;
    expect(page).not.toMatch(/>\s*(Median|SD)\s*</);
  });

  it('of several has the median, and says what is left out where something is', () => {
    const titles = (study: ReturnType<typeof inventStudy>) => variantTable(study).columns.map(({ title }) => title);
    expect(titles(inventStudy({ grid }))).toContain('median');
    expect(titles(inventStudy({ grid }))).not.toContain('left out');
    const failed = inventStudy({ grid, statusOf: (_, seed) => (seed === 0 ? 'FAILED' : 'FINISHED') });
    expect(titles(failed)).toContain('left out');
  });
});

describe('the values of a metric', () => {
  it('are those of runs that finished, with a number', () => {
    const run = (status: 'FINISHED' | 'KILLED', metrics: Record<string, number>) => ({ status, metrics });
    const runs = [run('FINISHED', { a: 1 }), run('KILLED', { a: 2 }), run('FINISHED', { a: NaN }), run('FINISHED', {})];
    expect(metricValues(runs, 'a')).toEqual([1]);
    expect(metricValues(runs, 'constructor')).toEqual([]);
  });
});
