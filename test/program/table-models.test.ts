import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCsv } from '../../src/text/csv.js';
import { Workspace } from '../support/program.js';

const SPECIES = ['ant', 'bee', 'cow'];

/** Animals, whose weight tells what they are; their colour tells nothing. */
function animals(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const species = row % 3;
    const is = [...(species === 1 ? ['flying'] : []), ...(species > 0 ? ['useful'] : [])].join('+');
    const weight = 10 * species + (row % 7) / 7;
    // Some of the cows alone, so that none is ever probable.
    const rare = Number(species === 2 && row % 4 === 0);
    return [weight, ['red', 'blue'][(row * 5) % 2], SPECIES[species], 3 * species, is, 100 * weight, rare].join();
  });
  return ['weight,colour,species,legs,is,grams,rare', ...rows].join('\n');
}

function experiment(name: string, target: string, path = 'animals.csv'): string {
  return `
name: ${name}
dataset:
  name: table
  path: ${path}
  inputs: { weight: { type: number }, colour: { type: category } }
  target: ${target}
model: { layers: [{ type: dense, units: 8, activation: relu }, { type: dense }] }
training: { epochs: 30, batch_size: 16, seed: 1, optimizer: { name: adam, learning_rate: 0.05 } }
tracking: none
`;
}

describe('a model of rows in use', () => {
  const workspace = new Workspace(afterAll);

  beforeAll(async () => {
    workspace.write('animals.csv', animals(120));
    workspace.write('species.yaml', experiment('species', '{ species: { type: category } }'));
    workspace.write('legs.yaml', experiment('legs', '{ legs: { type: number } }'));
    workspace.write('is.yaml', experiment('is', '{ is: { type: multi_label, separator: + } }'));
    workspace.write('both.yaml', experiment('both', '[legs, grams]'));
    const rare = experiment('rare', '{ rare: { type: binary } }').replace('seed: 1', 'seed: 1, threshold: f1_score');
    workspace.write('rare.yaml', rare);
    const trained = await workspace.ablate(['run', 'species.yaml', 'legs.yaml', 'is.yaml', 'both.yaml', 'rare.yaml']);
    expect(trained.code, trained.stderr).toBe(0);
    workspace.write('one.csv', 'weight,colour\n0.5,red\n20.5,blue\n');
    workspace.write('two.csv', 'colour,weight\nblue,10.5\n');
  });

  describe('predict', () => {
    it('tells the rows of several tables in one document', async () => {
      const { code, stdout, stderr } = await workspace.ablate(['predict', 'species', 'one.csv', 'two.csv', '--json']);
      expect(code, stderr).toBe(0);
      expect((JSON.parse(stdout) as { predictions: unknown[] }).predictions).toMatchObject([
        { table: 'one.csv', row: 1, class: 'ant' },
        { table: 'one.csv', row: 2, class: 'cow' },
        { table: 'two.csv', row: 1, class: 'bee' },
      ]);
    });

    it('writes them as one CSV, with as many classes as --top says', async () => {
      const files = ['one.csv', 'two.csv', '--csv', 'predicted.csv', '--top', '2'];
      const { code, stderr } = await workspace.ablate(['predict', 'species', ...files]);
      expect(code, stderr).toBe(0);
      const [header, ...rows] = decodeCsv(workspace.read('predicted.csv').toString());
      expect(header).toEqual(['table', 'row', 'species', 'probability', 'species_2', 'probability_2']);
      expect(rows.map(([table, row, species]) => [table, row, species])).toEqual([
        ['one.csv', '1', 'ant'],
        ['one.csv', '2', 'cow'],
        ['two.csv', '1', 'bee'],
      ]);
      for (const [, , , first, , second] of rows) expect(Number(first)).toBeGreaterThan(Number(second));
    });

    it('tells people the table, the row and the next classes', async () => {
      const { stdout } = await workspace.ablate(['predict', 'species', 'one.csv', 'two.csv', '--top', '2']);
      const [header, , last] = stdout.split('\n').slice(0, 3);
      expect(header).toMatch(/TABLE +ROW +species +PROBABILITY +NEXT/);
      expect(last).toMatch(/one\.csv +2 +cow .*(ant|bee) /);
      const { stdout: one } = await workspace.ablate(['predict', 'legs', 'one.csv']);
      expect(one).toMatch(/^ *ROW +legs/);
    });
  });

  describe('of labels', () => {
    it('predicts those that apply, and how probable each is', async () => {
      const { stdout } = await workspace.ablate(['predict', 'is', 'one.csv', 'two.csv', '--csv', '-']);
      const [header, ...rows] = decodeCsv(stdout);
      expect(header).toEqual(['table', 'row', 'is', 'probability of flying', 'probability of useful']);
      expect(rows.map(([, , labels]) => JSON.parse(labels) as string[])).toEqual([[], ['useful'], ['useful', 'flying']].map((labels) => expect.toSatisfy((found: string[]) => [...found].sort().join() === [...labels].sort().join()) as string[])); // prettier-ignore
      const json = await workspace.ablate(['predict', 'is', 'two.csv', '--json']);
      const [prediction] = (JSON.parse(json.stdout) as { predictions: { labels: string[]; probabilities: object }[] })
        .predictions;
      expect([prediction.labels.sort(), Object.keys(prediction.probabilities).sort()]).toEqual([
        ['flying', 'useful'],
        ['flying', 'useful'],
      ]);
    });

    it('is scored label by label, as its run wrote down', async () => {
      const { code, stdout, stderr } = await workspace.ablate(['evaluate', 'is', '--json']);
      expect(code, stderr).toBe(0);
      const [run] = (
        JSON.parse(stdout) as { runs: ({ labels: { label: string; rows: number }[] } & Record<string, number>)[] }
      ).runs;
      expect([run.f1_score, run.micro_f1_score, run.mean_average_precision]).toEqual([1, 1, 1]);
      expect(run.labels.map(({ label }) => label)).toEqual(['flying', 'useful']);
      expect((await workspace.ablate(['evaluate', 'is'])).stdout).toMatch(/^useful +\d+ +100\.00 %/m);
    });
  });

  it('is reported with curves and scores of labels, residuals, and the rows that are furthest off', async () => {
    const page = async (run: string, metric: string): Promise<string> => {
      const { code, stderr } = await workspace.ablate(['compare', run, '--metric', metric, '--html', `${run}.html`]);
      expect(code, stderr).toBe(0);
      return workspace.read(`${run}.html`).toString();
    };
    const labels = await page('is', 'val_f1_score');
    expect(labels).toMatch(/<h3>ROC curve<\/h3>.*<h3>Precision and recall<\/h3>/s);
    expect(labels).toMatch(/<th scope="row">useful<\/th>/);
    const numbers = await page('legs', 'val_mean_absolute_error');
    expect(numbers).toMatch(/<h3>Residuals<\/h3>/);
    const [, worst] = /<table id="worst-rows-table">.*?<tbody>(.*?)<\/tbody>/s.exec(numbers) ?? [];
    // Index, true, predicted, error, and the two columns.
    const [first] = worst.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs);
    const [, truth, predicted, error, , colour] = [...first[1].matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => cell.trim()); // prettier-ignore
    expect(Math.abs(Number(truth) - Number(predicted))).toBeCloseTo(Number(error), 3);
    expect(['red', 'blue']).toContain(colour);
  });

  it('takes for yes what is above the threshold that its run chose on the validation rows', async () => {
    const run = workspace.runs().find((id) => id.startsWith('rare-')) ?? '';
    const { thresholds, metrics } = workspace.summary(run) as unknown as {
      thresholds: { 1: number };
      metrics: { test_accuracy: number };
    };
    const threshold = thresholds[1];
    expect(threshold).toBeLessThan(0.5);
    const tested = decodeCsv(workspace.read(`runs/${run}/artifacts/test_predictions.csv`).toString()).slice(1);
    expect(tested.map(([, , prediction]) => prediction)).toContain('1');
    for (const [, , prediction, probability] of tested)
      expect(prediction === '1').toBe(Number(probability) > threshold);
    const right = tested.filter(([, label, prediction]) => label === prediction).length;
    expect(metrics.test_accuracy).toBeCloseTo(right / tested.length, 9);
    const { stdout } = await workspace.ablate(['predict', 'rare', 'one.csv', '--json']);
    const answer = JSON.parse(stdout) as {
      thresholds: number[];
      predictions: { class: string; probability: number }[];
    };
    expect(answer.thresholds).toEqual([threshold]);
    for (const { class: found, probability } of answer.predictions)
      expect(found === '1').toBe((found === '1' ? probability : 1 - probability) > threshold);
    const evaluated = await workspace.ablate(['evaluate', 'rare', '--json']);
    expect((JSON.parse(evaluated.stdout) as { runs: object[] }).runs[0]).toMatchObject({
      accuracy: metrics.test_accuracy,
    });
  });

  it('tells several numbers, each in its own unit', async () => {
    const { stdout } = await workspace.ablate(['predict', 'both', 'one.csv', '--json']);
    const { predictions } = JSON.parse(stdout) as { predictions: { values: { legs: number; grams: number } }[] };
    expect(Math.abs(predictions[1].values.legs - 6)).toBeLessThan(1);
    expect(Math.abs(predictions[1].values.grams - 2050)).toBeLessThan(200);
    const evaluated = await workspace.ablate(['evaluate', 'both', '--json']);
    const [{ columns, mean_absolute_error: mean }] = (
      JSON.parse(evaluated.stdout) as {
        runs: { columns: Record<string, Record<string, number>>; mean_absolute_error: number }[];
      }
    ).runs;
    const errors = ['legs', 'grams'].map((name) => columns[name].mean_absolute_error);
    expect(mean).toBeCloseTo((errors[0] + errors[1]) / 2, 12);
    const explained = await workspace.ablate(['explain', 'both']);
    expect(explained.stdout).toContain('R² LOST');
  });

  describe('evaluate', () => {
    it('scores rows, and says when their table has changed', async () => {
      const before = await workspace.ablate(['evaluate', 'species', '--json']);
      const [{ accuracy }] = (JSON.parse(before.stdout) as { runs: { accuracy: number }[] }).runs;
      expect(accuracy).toBe(1);
      expect(before.stderr).not.toContain('have changed');
      const file = join(workspace.folder, 'animals.csv');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, `${text}\n0.7,red,ant,0,,70,0`);
      for (const run of ['species', 'legs']) {
        const after = await workspace.ablate(['evaluate', run]);
        expect(after.stderr).toMatch(/note the data of \S+ have changed since it was trained/);
      }
      writeFileSync(file, text);
    });

    it.each([
      ['categories', 'red', 'green', /colour \(category: 2: blue, green\).*takes colour \(category: 2: blue, red\)/],
      ['classes', 'ant', 'asp', /species \(category: asp, bee, cow\).*takes species \(category: ant, bee, cow\)/],
    ])('refuses data with other %s', async (_, word, other, message) => {
      workspace.write('other.csv', animals(60).replaceAll(word, other));
      workspace.write('other.yaml', experiment('other', '{ species: { type: category } }', 'other.csv'));
      const { code, stderr } = await workspace.ablate(['evaluate', 'species', '--dataset', 'other.yaml']);
      expect(code).not.toBe(0);
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message);
    });
  });

  it('is explained by what shuffling a column costs, in percentage points', async () => {
    const { code, stdout, stderr } = await workspace.ablate(['explain', 'species']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('ACCURACY LOST (PERCENTAGE POINTS)');
    expect(stdout).toContain('whose accuracy is 100 %');
    const lost = Number(/^weight +([\d.]+)/m.exec(stdout)?.[1]);
    // Two of three rows are given the weight of another animal.
    expect(lost).toBeGreaterThan(40);
    expect(stdout).toMatch(/^colour +-?0\b/m);
  });

  it.each([
    ['explain', 'species', '--output', 'p.png'],
    ['explain', 'species', '--html', 'p.html'],
    ['explain', 'species', '--class', 'ant'],
    ['explain', 'species', '--layer', 'dense'],
    ['explain', 'species', '--invert'],
    ['predict', 'species', 'one.csv', '--invert'],
  ])('refuses what is for models of images: %s %s %s', async (...words: string[]) => {
    const { code, stderr } = await workspace.ablate(words);
    const option = words.find((word) => word.startsWith('--')) ?? '';
    expect(stderr).toContain(`takes rows of a table, and ${option} is for models of images`);
    expect(code).toBe(2);
  });
});
