import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { differences, formatDifferences, sideBySide, withoutChoices } from '../../src/config/diff.js';
import { loadExperiment } from '../../src/config/load.js';
import { experiment } from './arbitraries.js';

const study = `dataset: {name: mnist}
model: {layers: [{type: conv2d, filters: 3}, {type: pooling2d}, {type: flatten}, {type: dense, units: 128}, {type: dense, units: 10}]}
training: {epochs: 6, early_stopping: {patience: 2}, batch_size: 128}
`;

function diff(...overrides: string[]): string[] {
  const found = differences(loadExperiment(file).config, loadExperiment(file, { overrides }).config);
  return formatDifferences(found).split('\n').slice(0, -1);
}

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-diff-'));
  file = join(folder, 'study.yaml');
  writeFileSync(file, study);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('differences', () => {
  it('of the same experiment are none', () => {
    expect(diff()).toEqual([]);
  });

  it('are the smallest keys that say so', () => {
    expect(diff('training.epochs=3', 'training.optimizer.beta_1=0.8')).toEqual([
      '  training.optimizer.beta_1: 0.9 → 0.8',
      '  training.epochs: 6 → 3',
    ]);
  });

  it('of what layers inherit are told once', () => {
    expect(diff('model.activation=elu')).toEqual(['  model.activation: relu → {name: elu, alpha: 1}']);
    expect(diff('model.layers.0.activation=tanh')).toEqual(['  model.layers.0.activation: relu → tanh']);
  });

  it('of layers are those of layers of their type', () => {
    expect(diff('model.layers.1.pooling=average', '~model.layers.3')).toEqual([
      '  model.layers.1.pooling: max → average',
      '  model.layers.3.units: 128 → 10',
      '  model.layers.3.activation: relu → softmax',
      '- model.layers.4: {type: dense, units: 10, activation: softmax}',
    ]);
  });

  it('between the defaults and an experiment are what it chooses', () => {
    const { config } = loadExperiment(file);
    const keys = differences(withoutChoices(config), config).map(({ path }) => path);
    expect(keys).toContain('training.early_stopping');
    expect(keys).not.toContain('training.batch_size'); // 128 is the default
  });

  it('are none exactly where the experiments are the same', () => {
    const load = (data: unknown) => {
      writeFileSync(join(folder, 'x.yaml'), stringify(data));
      return loadExperiment(join(folder, 'x.yaml')).config;
    };
    fc.assert(
      fc.property(experiment, experiment, (one, other) => {
        const [first, second] = [load(one), load(other)];
        expect(differences(first, first)).toEqual([]);
        const same = JSON.stringify(first) === JSON.stringify(second);
        expect(differences(first, second).length === 0).toBe(same);
      }),
      { numRuns: 50 },
    );
  });
});

describe('align', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });

  it('keeps both lists in order and pairs equal items only, as many as there can be', () => {
    fc.assert(
      fc.property(words, words, (first, second) => {
        const pairs = sideBySide(first, second);
        expect(pairs.map(([i]) => i).filter((i) => i !== undefined)).toEqual([...first.keys()]);
        expect(pairs.map(([, j]) => j).filter((j) => j !== undefined)).toEqual([...second.keys()]);
        const matched = pairs.filter(([i, j]) => i !== undefined && j !== undefined) as [number, number][];
        for (const [i, j] of matched) expect(first[i]).toBe(second[j]);
        expect(matched.length).toBe(longest(first, second));
      }),
    );
  });

  function longest([head, ...tail]: string[], other: string[]): number {
    if ((head as string | undefined) === undefined || other.length === 0) return 0;
    const found = other.indexOf(head);
    return Math.max(longest(tail, other), found === -1 ? 0 : 1 + longest(tail, other.slice(found + 1)));
  }
});
