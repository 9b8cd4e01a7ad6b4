import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/config/schema/experiment.generated.js';
import { loadExperiment } from '../../src/config/load.js';
import type { Values } from '../../src/config/sweep/conditions.js';
import { variantOf, expandSweep } from '../../src/config/variants/sweep.js';
import { UserError } from '../../src/text/errors.js';
import { BayesSearch } from '../../src/search/bayes.js';
import { ensureOptuna } from '../../src/search/install-optuna.js';

let folder: string;
let python: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-bayes-'));
  python = await ensureOptuna();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(sweep: string, seed = 1) {
  const file = join(folder, 'study.yaml');
  const model = 'model: {layers: [{type: conv2d, filters: 4}, {type: flatten}, {type: dense}]}';
  writeFileSync(file, `dataset: {name: mnist}\n${model}\ntraining: {seed: ${seed}}\nsweep:\n${sweep}`);
  return loadExperiment(file);
}

/** A search that is closed after its use. */
async function searching<T>(config: Experiment, use: (search: BayesSearch) => Promise<T>): Promise<T> {
  const search = await BayesSearch.start(config, python);
  try {
    return await use(search);
  } finally {
    search.close();
  }
}

async function proposals(search: BayesSearch, count: number, result: (values: Values) => number): Promise<Values[]> {
  const proposed: Values[] = [];
  for (let i = 0; i < count; i++) {
    const values = await search.ask();
    if (!values) break;
    proposed.push(values);
    await search.tell(values, result(values));
  }
  return proposed;
}

const mixed = `  method: bayes
  run_cap: 40
  metric: {name: val_loss}
  parameters:
    training.optimizer: [sgd, adam]
    training.optimizer.momentum: {min: 0.5, max: 0.99, when: {training.optimizer: sgd}}
    training.optimizer.learning_rate: {min: 0.0001, max: 0.1, distribution: log_uniform_values}
    training.batch_size: {min: 16, max: 64, q: 16, distribution: q_uniform}
    model.layers.0.filters: {min: 4, max: 64, q: 4, distribution: q_log_uniform_values}
    model.dropout: {min: 0, max: 0.5}
    training.epochs: {min: 1, max: 5}
    training.label_smoothing: {values: [0, 0.1]}
`;

const badness = (values: Values) => Math.abs(Math.log10(values['training.optimizer.learning_rate'] as number) + 2);

describe('proposals', () => {
  it('lie within the space, are no two the same, and are valid variants', async () => {
    const experiment = load(mixed);
    expect(expandSweep(experiment)).toEqual([]);
    const proposed = await searching(experiment.config, (search) => proposals(search, 15, badness));
    expect(new Set(proposed.map((values) => JSON.stringify(values))).size).toBe(15);
    for (const [i, values] of proposed.entries()) {
      expect(values['training.batch_size']).toSatisfy((size: number) => [16, 32, 48, 64].includes(size));
      expect((values['model.layers.0.filters'] as number) % 4).toBe(0);
      expect(Number.isInteger(values['training.epochs'])).toBe(true);
      expect('training.optimizer.momentum' in values).toBe(values['training.optimizer'] === 'sgd');
      const { training } = variantOf(experiment, values, i).config();
      expect(training.optimizer.learning_rate).toBe(values['training.optimizer.learning_rate']);
    }
    const optimizers = new Set(proposed.map((values) => values['training.optimizer']));
    expect(optimizers).toEqual(new Set(['sgd', 'adam']));
  });

  it('are the same after the same results, also of a search that continues in another process', async () => {
    const { config } = load(mixed);
    const whole = await searching(config, (search) => proposals(search, 16, badness));
    const resumed = await searching(config, async (search) => {
      for (const values of whole.slice(0, 12)) {
        await search.restore(values);
        await search.tell(values, badness(values));
      }
      return proposals(search, 4, badness);
    });
    expect(resumed).toEqual(whole.slice(12));
    const other = await searching(load(mixed, 2).config, (search) => proposals(search, 1, badness));
    expect(other[0]).not.toEqual(whole[0]);
  });

  it('learn: later ones do better than those drawn by chance', async () => {
    const { config } = load(mixed.replace('run_cap: 40', 'run_cap: 60'));
    const proposed = await searching(config, (search) => proposals(search, 60, badness));
    const mean = (part: Values[]) => part.reduce((sum, values) => sum + badness(values), 0) / part.length;
    expect(mean(proposed.slice(-20))).toBeLessThan(mean(proposed.slice(0, 10)) / 2);
  });

  it('asked for side by side keep apart, and failed or pruned ones do no harm', async () => {
    const { config } = load(mixed);
    await searching(config, async (search) => {
      const first = await Promise.all([search.ask(), search.ask(), search.ask()]);
      expect(new Set(first.map((values) => JSON.stringify(values))).size).toBe(3);
      await Promise.all(first.map((values, i) => search.tell(values ?? {}, i === 0 ? 'FAILED' : 'PRUNED')));
      await search.tell(first[0] ?? {}, 3); // told already: no effect
      expect(await search.ask()).toBeDefined();
    });
  });

  it('begin with include, leave out exclude, and end when nothing is left or run_cap is reached', async () => {
    const sweep = (cap: number) => `  method: bayes
  run_cap: ${cap}
  parameters: {model.activation: [relu, tanh], model.kernel_size: [1, 3], training.batch_size: [8, 16]}
  zip: [[model.kernel_size, training.batch_size]]
  include: [{model.activation: elu}, {model.activation: tanh, model.kernel_size: 3, training.batch_size: 16}]
  exclude: [{model.activation: relu, model.kernel_size: 1}]
`;
    const experiment = load(sweep(100));
    expect(expandSweep(experiment).map(({ values }) => values)).toEqual(experiment.config.sweep?.include);
    const all = await searching(experiment.config, (search) => proposals(search, 100, () => 0.5));
    expect(all.slice(0, 2)).toEqual(experiment.config.sweep?.include);
    expect(
      all
        .slice(2)
        .map((values) => JSON.stringify(Object.values(values)))
        .sort(),
    ).toEqual(['["relu",3,16]', '["tanh",1,8]']);
    const capped = await searching(load(sweep(3)).config, (search) => proposals(search, 100, () => 0.5));
    expect(capped).toHaveLength(3);
  });

  it('of normal distributions are normal', async () => {
    const { config } = load(`  method: bayes
  run_cap: 200
  parameters:
    model.dropout: {distribution: normal, mu: 0.3, sigma: 0.01}
    training.batch_size: {distribution: q_normal, mu: 64, sigma: 8, q: 8}
    training.optimizer.learning_rate: {distribution: log_normal, mu: -7, sigma: 1}
`);
    const proposed = await searching(config, (search) => proposals(search, 10, () => 0));
    for (const values of proposed) {
      expect(Math.abs((values['model.dropout'] as number) - 0.3)).toBeLessThan(0.07);
      expect((values['training.batch_size'] as number) % 8).toBe(0);
      expect(values['training.optimizer.learning_rate']).toBeGreaterThan(0);
    }
  });
});

describe('failing', () => {
  it('an interpreter without Optuna, or none, is told with the repair', async () => {
    const { config } = load(mixed);
    for (const executable of ['/usr/bin/env', '/nowhere/python']) {
      const start = BayesSearch.start(config, executable);
      await expect(start).rejects.toThrow(UserError);
      await expect(start).rejects.toMatchObject({ code: 'search-failed' });
    }
  });
});
