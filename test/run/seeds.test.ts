import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { loadDataset } from '../../src/data/load.js';
import { CHANCE_SOURCES, type ChanceSource, sourceSeeds } from '../../src/random.js';
import { runExperiment } from '../../src/run/experiment.js';
import { setUpRun } from '../../src/run/setup.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { runDirectory } from '../../src/tracking/run-store.js';
import { epochOrder } from '../../src/training/trainer.js';
import { temporaryFolder, writeExperiment } from '../support/runs.js';
import { startTensorFlow } from '../support/tensorflow.js';

const EXPERIMENT = `
name: small
dataset: { name: mnist, train_fraction: 0.01, validation_split: 0.02 }
augmentation: { noise: { stddev: 0.1 } }
model:
  layers: [{ type: flatten }, { type: dropout, rate: 0.2 }, { type: dense, activation: softmax }]
training: { epochs: 1, batch_size: 100, seed: 5 }
tracking: none
`;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

function load(overrides: string[]) {
  const folder = temporaryFolder();
  const source = writeExperiment(folder, EXPERIMENT);
  return { folder, source, config: loadExperiment(source, { overrides }).config };
}

/** What each source of chance draws. */
async function drawsOf(overrides: string[]): Promise<Record<ChanceSource, number[]>> {
  const { config, folder } = load(overrides);
  const dataset = await loadDataset(config.dataset, { baseDirectory: folder });
  const setup = setUpRun(config, dataset, runtime);
  const seeds = sourceSeeds(config.training);
  // The one layer's stream is declared after those of the augmentation.
  const streams = [...setup.parts.random.seeds(seeds)];
  const kernel = setup.parts.weights[0].read();
  const drawn = {
    split: [...setup.validation, ...setup.train],
    initialization: [...kernel.dataSync()],
    // Of the same examples, so that it isn't the split that shows.
    order: [
      ...epochOrder(
        Int32Array.from({ length: 100 }, (_, i) => i),
        seeds.order,
        1,
      ),
    ],
    augmentation: streams.slice(0, -1),
    dropout: streams.slice(-1),
  };
  kernel.dispose();
  setup.dispose();
  return drawn;
}

/** The trained weights, as a digest, and what the run is known by. */
async function train(overrides: string[]) {
  const { config, folder, source } = load(overrides);
  const runsDirectory = join(folder, 'runs');
  const job = { config, configHash: configHash(config), source, runsDirectory, checkpointSeconds: 60 };
  const { id } = await runExperiment(job, () => Promise.resolve(runtime), { onProgress: () => undefined });
  const weights = readFileSync(join(runDirectory(runsDirectory, id).model, 'weights.bin'));
  return createHash('sha256').update(weights).digest('hex');
}

describe('training.seeds', () => {
  it.each(CHANCE_SOURCES)('%s draws anew what is its own, and nothing else', async (source) => {
    const [before, after] = [await drawsOf([]), await drawsOf([`training.seeds.${source}=6`])];
    const changed = CHANCE_SOURCES.filter((each) => JSON.stringify(before[each]) !== JSON.stringify(after[each]));
    expect(changed).toEqual([source]);
  });

  it.each(CHANCE_SOURCES)('%s holds whatever the seed is', async (source) => {
    const seeds = `training.seeds={${source}: 5}`;
    const [before, after] = [await drawsOf([]), await drawsOf([seeds, 'training.seed=8'])];
    const same = CHANCE_SOURCES.filter((each) => JSON.stringify(before[each]) === JSON.stringify(after[each]));
    expect(same).toEqual([source]);
  });

  it('all the same train the bits of one seed', async () => {
    const all = `training.seeds={${CHANCE_SOURCES.map((source) => `${source}: 5`).join(', ')}}`;
    const one = await train([]);
    expect(await train([all, 'training.seed=77'])).toBe(one);
    expect(await train(['training.seeds.dropout=6'])).not.toBe(one);
  });

  it('leave the hash as it was where none is set, and change it where one is', () => {
    const hash = (override: string) => configHash(load([override]).config);
    const before = configHash({ ...load([]).config, training: withoutSeeds() });
    expect(hash('training.seed=5')).toBe(before);
    expect(hash('training.seeds={}')).toBe(before);
    expect(hash('training.seeds={split: null}')).toBe(before);
    expect(hash('training.seeds={split: 5}')).not.toBe(before);
  });
});

/** A configuration of before the key came. */
function withoutSeeds() {
  const { seeds, ...training } = load([]).config.training;
  expect(seeds).toBeNull();
  return { ...training } as ReturnType<typeof load>['config']['training'];
}
