import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadExperiment } from '../../src/config/load.js';
import { toPortableYaml } from '../../src/config/portable.js';
import { expandSweep } from '../../src/config/variants/sweep.js';
import { sweepFromArguments } from '../../src/config/sweep/arguments.js';
import { temporaryFolder } from '../support/runs.js';

const BASE = `
description: The base, in a folder of its own.
dataset: { name: image_folder, path: images, validation_split: 0.2 }
model:
  kernel_size: 3
  blocks: { count: 2, filters: 8 }
  dense_units: [16]
training: { epochs: 4, optimizer: { name: sgd, learning_rate: 0.1 } }
`;
const SWEEP = `
extends: base/base.yaml
tags: ["\${env:TEAM}", "of \${env:TEAM}"]
training:
  batch_size: \${env:BATCH}
  learning_rate_schedule: { name: cosine, warmup_epochs: 1 }
  early_stopping: { patience: "\${training.epochs}" }
sweep:
  parameters:
    model.kernel_size: [3, 5]
    model.dense_units: [[16], [32, 16]]
    training.epochs: { values: [4, 8] }
    dataset.path: { values: [images, other], when: { model.kernel_size: 3 } }
  include:
    - { dataset.path: third, model.pooling: average }
`;

function inFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'base'));
  writeFileSync(join(folder, 'base', 'base.yaml'), BASE);
  writeFileSync(join(folder, 'study.yaml'), SWEEP);
  return join(folder, 'study.yaml');
}

it('means the same in another folder, in another environment, with what it extended gone', () => {
  const env = { TEAM: 'vision', BATCH: '32' };
  const written = loadExperiment(inFolder(), { env, overrides: sweepFromArguments(['model.activation=tanh']) });
  const elsewhere = join(temporaryFolder(), 'config.yaml');
  writeFileSync(elsewhere, toPortableYaml(written));
  const again = loadExperiment(elsewhere, { env: {} });
  const variantsOf = (experiment: typeof written) =>
    expandSweep(experiment).map((variant) => ({ values: variant.values, config: variant.config() }));
  expect({ ...again.config, sweep: null }).toEqual({ ...written.config, sweep: null });
  const values = (variants: ReturnType<typeof variantsOf>) => variants.map(({ config }) => config);
  expect(values(variantsOf(again))).toEqual(values(variantsOf(written)));
  expect(toPortableYaml(again)).toBe(toPortableYaml(written));
  expect(variantsOf(again).length).toBeGreaterThan(8);
});
