import { expect, it } from 'vitest';
import type { Values } from '../../src/config/sweep/conditions.js';
import type { SweepVariant } from '../../src/config/variants/sweep.js';
import { SearchTrials, type Search } from '../../src/sweep/search-trials.js';
import { readSweepRecord, type SweepEvent, SweepJournal, type SweepRecord } from '../../src/sweep/sweep-journal.js';
import type { SweepDirectory } from '../../src/sweep/sweep-store.js';
import type { TrialEnd } from '../../src/sweep/trial.js';
import { newSweep } from '../support/sweeps.js';

const BEGUN = {
  method: 'bayes',
  metric: { name: 'val_loss', goal: 'minimize' },
  seeds: [1, 2],
  trials: 6,
} satisfies Partial<SweepEvent>;

/** Proposes 0, 1, 2, … and writes down what it is told, as a search that learns would see it. */
class CountingSearch implements Search {
  readonly told: string[] = [];
  #next = 0;

  constructor(readonly count: number) {}

  ask(): Promise<Values | undefined> {
    return Promise.resolve(this.#next < this.count ? { x: this.#next++ } : undefined);
  }

  restore(): Promise<void> {
    this.#next++;
    return Promise.resolve();
  }

  tell({ x }: Values, result: number | 'FAILED' | 'PRUNED'): Promise<void> {
    this.told.push(`${Number(x)}: ${result}`);
    return Promise.resolve();
  }

  close(): void {
    this.#next = this.count;
  }
}

/** Runs trials until there are none, or so many; each ends with its variant and its seed as a number. */
async function runSome(sweep: SweepDirectory, search: Search, most = Infinity): Promise<string[]> {
  const record: SweepRecord = readSweepRecord(sweep);
  const journal = new SweepJournal(sweep);
  const variantOf = (values: Values, index: number): SweepVariant => ({ index, values, config: () => ({}) as never });
  const label = ({ values }: SweepVariant): string => `x=${Number(values.x)}`;
  const say = (message: string): void => expect.unreachable(message);
  const trials = await SearchTrials.start({ search, variantOf: variantOf, seeds: [1, 2], label, journal, say }, record);
  const run: string[] = [];
  for (let trial = await trials.next(); trial && run.length < most; trial = await trials.next()) {
    const { variant, seed } = trial;
    const value = 10 * Number(variant.values.x) + seed;
    const end: TrialEnd = { run: `run-${value}`, status: 'FINISHED', value, seconds: 1, error: null, reused: false };
    run.push(`${trial.label} seed ${seed}`);
    journal.append({ type: 'end', cell: variant.index, seed, label: trial.label, values: variant.values, ...end });
    await trials.ended(trial, end);
  }
  journal.close();
  return run;
}

it('runs each variant with all seeds, and tells the search their mean', async () => {
  const search = new CountingSearch(3);
  const run = await runSome(newSweep(BEGUN), search);
  expect(run).toEqual([0, 1, 2].flatMap((x) => [`x=${x} seed 1`, `x=${x} seed 2`]));
  expect(search.told).toEqual(['0: 1.5', '1: 11.5', '2: 21.5']);
});

it('gone on with, has the search learn what it knew, and asks for the rest', async () => {
  const sweep = newSweep(BEGUN);
  await runSome(sweep, new CountingSearch(3), 3);
  const search = new CountingSearch(3);
  const run = await runSome(sweep, search);
  // The trials that have ended come first: whoever runs them finds that there is nothing to do.
  expect(run).toEqual(['x=0 seed 1', 'x=0 seed 2', 'x=1 seed 1', 'x=1 seed 2', 'x=2 seed 1', 'x=2 seed 2']);
  expect(search.told).toEqual(['0: 1.5', '1: 11.5', '2: 21.5']);
});
