import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import type { Parallel } from '../../src/config/schema/experiment.generated.js';
import { variantsOf } from '../../src/config/variants/variants.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-branches-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function loaded(layers: string) {
  const file = join(folder, 'e.yaml');
  writeFileSync(
    file,
    `dataset: {name: mnist}\nmodel: {activation: tanh, layers: [${layers}, {type: flatten}, {type: dense}]}`,
  );
  return loadExperiment(file, { env: {} });
}

const SHORT = '{type: parallel, each: {kernel_size: [3, 5]}, layers: [{type: conv2d, filters: 2, name: a}]}';
const LONG =
  '{type: parallel, branches: [[{type: conv2d, filters: 2, kernel_size: 3, name: a_0}], [{type: conv2d, filters: 2, kernel_size: 5, name: a_1}]]}';

describe('the branches of a parallel layer', () => {
  it('are one for each value of `each`, and inherit from the model', () => {
    const [short, long] = [SHORT, LONG].map((layers) => loaded(layers).config.model.layers);
    expect(short).toEqual(long);
    const [{ branches }] = short as [Parallel];
    expect(branches.map(([layer]) => layer)).toMatchObject([
      { name: 'a_0', kernel_size: 3, activation: 'tanh' },
      { name: 'a_1', kernel_size: 5, activation: 'tanh' },
    ]);
  });

  it('can be swept over by the values of `each`', () => {
    const variants = variantsOf(loaded(SHORT));
    const kernels = [[7], [2, 3, 4]].map((sizes) => {
      const { config, problems } = variants.resolve({ 'model.layers.0.each.kernel_size': sizes });
      expect(problems).toEqual([]);
      const [{ branches }] = config.model.layers as [Parallel];
      return branches.map(([layer]) => (layer as { kernel_size: unknown }).kernel_size);
    });
    expect(kernels).toEqual([[7], [2, 3, 4]]);
  });
});
