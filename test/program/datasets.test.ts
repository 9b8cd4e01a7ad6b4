import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { runDirectory, readSummary } from '../../src/tracking/run-store.js';
import { Workspace } from '../support/program.js';

const STUDY = `
name: hidden
question: Does a hidden layer help?
dataset: { inputs: { x: { type: number }, y: { type: number } }, target: kind }
model: { layers: [{ type: dense, units: 1 }, { type: dense }] }
training: { epochs: 6, batch_size: 16, optimizer: { name: adam, learning_rate: 0.03 } }
tracking: none
sweep:
  datasets: [ring.csv, corner.csv, ./bow.csv, { name: table, path: wave.csv, target: kind, inputs: { x: { type: number }, y: { type: number } } }]
  parameters: { model.layers.0.units: [1, 12] }
  seeds: 2
`;

/** Points of two kinds, told apart by a curve that one unit can't draw. */
const CURVES: Record<string, (x: number, y: number) => boolean> = {
  ring: (x, y) => x * x + y * y > 0.6,
  corner: (x, y) => x * y > 0,
  bow: (x, y) => y > 1.5 * x * x - 0.5,
  wave: (x, y) => y > Math.sin(5 * x),
};

function csvOf(name: string): string {
  const stream = randomStream(3, `test/datasets/${name}`);
  const rows = Array.from({ length: 300 }, () => [2 * stream.uniform() - 1, 2 * stream.uniform() - 1]);
  return ['x,y,kind', ...rows.map(([x, y]) => `${x},${y},${CURVES[name](x, y) ? 'in' : 'out'}`)].join('\n');
}

describe('a question that is asked of several datasets', () => {
  const workspace = new Workspace(afterAll);
  let summary: SweepSummary;
  let stdout = '';

  beforeAll(async () => {
    for (const name of Object.keys(CURVES)) workspace.write(`${name}.csv`, csvOf(name));
    workspace.write('hidden.yaml', STUDY);
    const ran = await workspace.ablate(['run', 'hidden.yaml', '--jobs', '2', '--threads', '1']);
    expect(ran.code, ran.stderr).toBe(0);
    stdout = ran.stdout;
    const shown = await workspace.ablate(['show', workspace.sweeps()[0], '--json']);
    summary = JSON.parse(shown.stdout) as SweepSummary;
  });

  it('trains every variant on each, though they differ by nothing but where their data lie', () => {
    expect(summary.trials).toMatchObject({ total: 16, finished: 16, failed: 0 });
    const runs = summary.cells.flatMap(({ names, trials }) =>
      trials.map(
        ({ run }) => [names?.values?.dataset, readSummary(runDirectory(join(workspace.folder, 'runs'), run))] as const,
      ),
    );
    expect(new Set(runs.map(([, run]) => run?.id)).size).toBe(16);
    const digests = new Map(runs.map(([dataset, run]) => [dataset, run?.dataset_digest]));
    expect([...digests.keys()].sort()).toEqual(['bow.csv', 'corner.csv', 'ring.csv', 'wave.csv']);
    expect(new Set(digests.values()).size).toBe(4);
    for (const [dataset, run] of runs) {
      expect(run?.dataset_digest).toBe(digests.get(dataset));
      const { tags } = readHistory(runDirectory(join(workspace.folder, 'runs'), run?.id ?? ''));
      expect(tags['sweep.dataset']).toBe(dataset);
    }
  });

  it('answers once over all of them', () => {
    expect(summary.answer?.sentence).toMatch(/^Over 4 datasets: 12 units/);
    expect(summary.answer?.leader).toBe('units=12');
    expect(summary.answer?.seeds_missing).toBeNull();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Does a hidden layer help? Over 4 datasets: 12 units');
    expect(stdout).toContain('Average ranks: 12 units');
    // Each dataset's variants stand together, in the order of the datasets.
    const order = [...stdout.matchAll(/^(\w+\.csv) +\d+ +2 /gm)].map(([, dataset]) => dataset);
    expect(order).toEqual(['ring.csv', 'corner.csv', 'bow.csv', 'wave.csv'].flatMap((dataset) => [dataset, dataset]));
  });

  it('is compared over all and on each, on a terminal, as a page, as CSV and as JSON', async () => {
    const text = await workspace.ablate([
      'compare',
      '--html',
      'page.html',
      '--csv',
      'runs.csv',
      '--markdown',
      'page.md',
    ]);
    expect(text.stdout).toMatch(/^UNITS +VAL_ACCURACY \(%\) +RING\.CSV +CORNER\.CSV/m);
    expect(text.stdout).toMatch(/^wave\.csv\n.*12 units/m);
    const json = JSON.parse((await workspace.ablate(['compare', '--json'])).stdout) as {
      answer: { comparisons: { difference: number; seeds: number }[] };
      across: {
        variants: { name: string; means: number[] }[];
        comparisons: { differences: number[]; better: { value: number } }[];
        studies: { dataset: string; study: { answer: { leader: string } } }[];
      };
    };
    const [row] = json.across.variants.filter(({ name }) => name === 'units=12');
    const own = (dataset: string) =>
      summary.cells.find(
        (cell) => cell.names?.values?.dataset === dataset && cell.values['model.layers.0.units'] === 12,
      );
    expect(row.means[0]).toBeCloseTo(own('ring.csv')?.mean ?? NaN, 12);
    const [{ difference, seeds }] = json.answer.comparisons;
    const { differences } = json.across.comparisons[0];
    expect(seeds).toBe(4);
    expect(difference).toBeCloseTo(differences.reduce((sum, each) => sum + each, 0) / 4, 12);
    expect(json.across.studies.map(({ dataset }) => dataset)).toEqual([
      'ring.csv',
      'corner.csv',
      'bow.csv',
      'wave.csv',
    ]);
    const [header, ...rows] = parse(workspace.read('runs.csv').toString());
    expect(header.slice(0, 3)).toEqual(['variant', 'dataset', 'model.layers.0.units']);
    expect(rows).toHaveLength(16);
    const page = readFileSync(join(workspace.folder, 'page.html'), 'utf8');
    expect(page).toContain('Performance profiles');
    expect(workspace.read('page.md').toString()).toContain('## wave.csv');
  });

  it('takes runs that are there, and trains no other', async () => {
    const again = await workspace.ablate(['run', 'hidden.yaml', '--json', '--jobs', '2', '--threads', '1']);
    expect((JSON.parse(again.stdout) as SweepSummary).trials).toMatchObject({ total: 16, finished: 16, reused: 16 });
  });

  it('says what can’t be asked of several', async () => {
    const wrong = await workspace.ablate([
      'check',
      'hidden.yaml',
      'sweep.method=random',
      'sweep.run_cap=3',
      'sweep.early_terminate={type: hyperband}',
    ]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('method random beside datasets');
    expect(wrong.stderr).toContain('early_terminate beside datasets');
    const unknown = await workspace.ablate(['check', 'hidden.yaml', 'sweep.datasets=[mnist, fashion_mnst]']);
    expect(unknown.stderr).toContain('fashion_mnist');
  });
});
