import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { sweepFromArguments } from '../../src/config/sweep/arguments.js';
import { expandSweep, sweepSeeds } from '../../src/config/variants/sweep.js';
import { sweepHeadline } from '../../src/display/sweep/sweep-headline.js';
import { confirmationOf } from '../../src/launch/confirmation.js';
import { SweepJournal } from '../../src/sweep/sweep-journal.js';
import { readSweepState, summaryOf } from '../../src/sweep/sweep-state.js';
import { createSweep } from '../../src/sweep/sweep-store.js';
import { endedRunIn } from '../support/finished-sweeps.js';
import { sweepEvent } from '../support/sweeps.js';

const EXPERIMENT = `
name: study
dataset: { name: mnist }
model: { layers: [{ type: flatten }, { type: dense, units: 10, activation: softmax }] }
training: { epochs: 3, batch_size: 64 }
sweep:
  method: random
  run_cap: 4
  early_terminate: { type: median }
  zip: [[training.batch_size, training.optimizer.learning_rate]]
  parameters:
    training.batch_size: [32, 64, 128]
    training.optimizer.learning_rate: [0.01, 0.001, 0.0001]
`;

/** A search that is over: each batch size and its value with seed 7. */
function search(values: Record<number, number>) {
  const runs = mkdtempSync(join(tmpdir(), 'ablate-confirm-'));
  onTestFinished(() => {
    rmSync(runs, { recursive: true });
  });
  const sweep = createSweep(runs, 'study', EXPERIMENT);
  const journal = new SweepJournal(sweep);
  const method = 'random' as const;
  journal.append(sweepEvent({ id: sweep.id, method, seeds: [7], trials: Object.keys(values).length }));
  for (const [variant, [batch, value]] of Object.entries(values).entries()) {
    const { config } = loadExperiment(sweep.config, { overrides: [`training.batch_size=${batch}`] });
    const run = endedRunIn(runs, { seed: 7, metrics: { val_accuracy: value }, configHash: configHash(config) });
    const end = { run: run.id, status: 'FINISHED' as const, value, seconds: 1, error: null, reused: false };
    const chosen = { 'training.batch_size': Number(batch) };
    journal.append({ type: 'end', cell: variant, seed: 7, label: `batch_size=${batch}`, values: chosen, ...end });
  }
  journal.append({ type: 'state', status: 'FINISHED', jobs: 1 });
  journal.close();
  return { runs, sweep };
}

function variantsOf({ runs, sweep }: ReturnType<typeof search>) {
  const { file, overrides } = confirmationOf(runs, sweep.id);
  const experiment = loadExperiment(file, { overrides: sweepFromArguments(overrides) });
  return {
    seeds: sweepSeeds(experiment.config),
    rule: experiment.config.sweep?.early_terminate,
    sizes: expandSweep(experiment).map((variant) => variant.config().training.batch_size),
  };
}

describe('what a search has found', () => {
  it('is said with the command that confirms it', async () => {
    const { sweep } = search({ 32: 0.91666, 128: 0.9 });
    const summary = summaryOf(await readSweepState(sweep));
    expect(sweepHeadline(summary)).toEqual({
      sentence: 'Best found of 2: batch_size=32, val_accuracy 91.67 % (one seed, not confirmed).',
      details: [],
      confirm: `ablate sweep --confirm ${sweep.id}`,
    });
    expect(sweepHeadline({ ...summary, method: 'grid' })?.confirm ?? null).toBeNull();
    expect(sweepHeadline({ ...summary, status: 'KILLED' })?.confirm ?? null).toBeNull();
  });

  it('is trained with seeds that had no part in it, beside the experiment as written, all to the end', () => {
    expect(variantsOf(search({ 32: 0.9, 128: 0.8 }))).toEqual({
      seeds: [8, 9, 10, 11, 12],
      rule: null,
      sizes: [32, 64],
    });
  });

  it('is compared with the second best where it is the experiment as written', () => {
    expect(variantsOf(search({ 32: 0.8, 64: 0.9, 128: 0.7 })).sizes.toSorted()).toEqual([32, 64]);
  });
});
