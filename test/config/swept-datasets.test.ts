import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toYaml } from '../../src/config/format.js';
import { configHash } from '../../src/config/hash.js';
import { loadExperimentObject } from '../../src/config/load.js';
import { datasetOf } from '../../src/config/sweep/by-dataset.js';
import { expandSweep } from '../../src/config/variants/sweep.js';
import { ConfigError } from '../../src/config/text/config-error.js';
import { parse } from 'yaml';

const directory = '/data';
const model = { blocks: { count: 1, filters: 2 } };
const of = (sweep: object, dataset: object = { train_fraction: 0.5 }) =>
  loadExperimentObject({ name: 'x', dataset, model, sweep }, { directory });

describe('the datasets of a sweep', () => {
  const sweep = { datasets: ['mnist', './pets', 'old/pets', 'kmnist'], parameters: { 'model.kernel_size': [3, 5] } };

  it('are names and folders, with what `dataset` says of each', () => {
    const { config } = of(sweep);
    expect(config.sweep?.datasets).toMatchObject([
      { name: 'mnist', train_fraction: 0.5 },
      { name: 'image_folder', path: join(directory, 'pets'), train_fraction: 0.5 },
      { name: 'image_folder', path: join(directory, 'old/pets'), train_fraction: 0.5 },
      { name: 'kmnist', train_fraction: 0.5 },
    ]);
    // By itself the experiment is of the first.
    expect(config.dataset).toEqual(config.sweep?.datasets?.[0]);
  });

  it('have every variant, the first dataset’s first, and names that tell them apart', () => {
    const variants = expandSweep(of(sweep));
    expect(variants.map(datasetOf)).toEqual(
      ['mnist', 'data/pets', 'old/pets', 'kmnist'].flatMap((name) => [name, name]),
    );
    expect(variants.map((each) => each.config().model.kernel_size)).toEqual([3, 5, 3, 5, 3, 5, 3, 5]);
    const alone = { name: 'x', dataset: { name: 'kmnist', train_fraction: 0.5 }, model };
    expect(configHash(variants[6].config())).toBe(configHash(loadExperimentObject(alone, { directory }).config));
  });

  it('mean the same when the complete experiment is read again', () => {
    const { config } = of(sweep);
    const again = loadExperimentObject(parse(toYaml(config)) as object, { directory: '/elsewhere' });
    expect(again.config).toEqual(config);
  });

  it('that are mappings stand for themselves', () => {
    const { config } = of(
      { datasets: [{ name: 'mnist', validation_split: 0.3 }, 'kmnist'] },
      { name: 'mnist', validation_split: 0.2 },
    );
    expect(config.sweep?.datasets).toMatchObject([{ validation_split: 0.3 }, { validation_split: 0.2 }]);
    expect(config.dataset).toMatchObject({ validation_split: 0.2 });
  });

  it.each([
    [{ method: 'random', run_cap: 2 }, 'method random beside datasets'],
    [{ parameters: { 'dataset.name': ['mnist', 'kmnist'] } }, 'dataset.name beside datasets'],
    [{ datasets: ['mnist', 'mnst'] }, 'mnist'],
    [{ datasets: ['mnist'] }, 'datasets'],
    [{ datasets: [{ name: 'mnist', split: { folds: 2 } }, { name: 'kmnist' }] }, 'no folds beside 2'],
    [{ baseline: 'kernel_size=7' }, 'no variant is called'],
  ])('can’t be asked with %j', (changed, message) => {
    const mistakes = (): unknown => expandSweep(of({ ...sweep, ...changed }));
    expect(mistakes).toThrow(ConfigError);
    expect(mistakes).toThrow(message);
  });

  it('share a baseline', () => {
    expect(expandSweep(of({ ...sweep, baseline: 'kernel_size=5' }))).toHaveLength(8);
  });
});
