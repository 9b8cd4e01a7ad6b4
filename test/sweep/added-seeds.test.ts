import { describe, expect, it } from 'vitest';
import type { SweepVariant } from '../../src/config/variants/sweep.js';
import { randomStream, type RandomStream } from '../../src/random.js';
import { AddedSeeds } from '../../src/sweep/added-seeds.js';
import { answerOfSweep } from '../../src/sweep/sweep-answer.js';
import { SweepResults } from '../../src/sweep/results.js';
import { readSweepRecord, SweepJournal } from '../../src/sweep/sweep-journal.js';
import type { SweepDirectory } from '../../src/sweep/sweep-store.js';
import type { TrialEnd } from '../../src/sweep/trial.js';
import { newSweep, sweepEvent } from '../support/sweeps.js';

const METRIC = { name: 'val_accuracy', goal: 'maximize' } as const;
const RANGE = { min: 3, max: 12 };

/** What a trial comes to; null if it fails. */
type Outcome = (variant: number, seed: number) => number | null;

interface Course {
  results: SweepResults;
  /** Seeds of each variant. */
  counts: number[];
  said: string[];
  order: string[];
}

/** Runs all trials, two at a time as two lanes would; the second of each pair ends first. */
async function runAll(count: number, outcome: Outcome, margin: number | null, sweep: SweepDirectory): Promise<Course> {
  const variants = Array.from({ length: count }, (_, index): SweepVariant => ({
    index,
    values: { index },
    config: () => {
      throw new Error('not needed');
    },
  }));
  const journal = new SweepJournal(sweep);
  const said: string[] = [];
  const record = readSweepRecord(sweep);
  const seeds = Array.from({ length: RANGE.max }, (_, i) => i);
  const label = ({ index }: SweepVariant): string => `v${index}`;
  const say = (line: string): void => void said.push(line);
  const source = new AddedSeeds({ variants, seeds, range: RANGE, metric: METRIC, margin, label, journal, say }, record);
  const results = new SweepResults(METRIC, 0);
  const counts = variants.map(() => 0);
  const order: string[] = [];
  for (let trial = await source.next(); trial; trial = await source.next()) {
    const value = outcome(trial.variant.index, trial.seed);
    const status = value === null ? 'FAILED' : 'FINISHED';
    const end: TrialEnd = {
      run: `r${trial.variant.index}-${trial.seed}`,
      status,
      value,
      seconds: 1,
      error: null,
      reused: false,
    };
    counts[trial.variant.index]++;
    order.push(end.run);
    results.add(trial, end);
    await source.ended(trial, end);
    results.expect(source.total());
  }
  journal.close();
  return { results, counts, said, order };
}

function rangedSweep(variants: number): SweepDirectory {
  return newSweep({ metric: METRIC, trials: variants * RANGE.min, seed_range: RANGE });
}

const clear: Outcome = (variant, seed) => 0.9 + 0.05 * variant + 0.001 * ((seed * 7) % 3) * (variant + 1);

describe('seeds that are added', () => {
  it('end soon where it is clear', async () => {
    const { counts, results, said } = await runAll(2, clear, null, rangedSweep(2));
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).toBeLessThan(RANGE.max);
    expect(results.counts.total).toBe(counts[0] + counts[1]);
    expect(said.every((line) => line.includes('of at most 12 seeds: v1 leads, 1 comparison undecided'))).toBe(true);
  });

  it('go to the undecided alone, not to what is far behind', async () => {
    const stream = randomStream(1, 'test/undecided');
    const luck = new Map<string, number>();
    const outcome: Outcome = (variant, seed) => {
      const key = `${variant}/${seed}`;
      if (!luck.has(key)) luck.set(key, 0.002 * stream.normal());
      return (variant === 2 ? 0.2 : 0.9) + (luck.get(key) ?? 0);
    };
    const { counts } = await runAll(3, outcome, null, rangedSweep(3));
    expect(counts.slice(0, 2)).toEqual([RANGE.max, RANGE.max]);
    expect(counts[2]).toBeLessThan(RANGE.max);
  });

  it('end when two make no practical difference within the margin', async () => {
    const { counts } = await runAll(2, (variant, seed) => 0.9 + 0.0001 * ((seed + variant) % 2), 0.01, rangedSweep(2));
    expect(counts[0]).toBeLessThan(RANGE.max);
  });

  it('continue without a variant that always fails, and end with one alone', async () => {
    const failing = await runAll(
      3,
      (variant, seed) => (variant === 2 ? null : clear(variant, seed)),
      null,
      rangedSweep(3),
    );
    expect(failing.counts[2]).toBe(RANGE.min);
    expect(failing.counts[0]).toBe(failing.counts[1]);
    const alone = await runAll(2, (variant) => (variant === 1 ? null : 0.9), null, rangedSweep(2));
    expect(alone.counts).toEqual([RANGE.min, RANGE.min]);
  });

  it('take the same course when they are resumed, of as many trials as before', async () => {
    const sweep = rangedSweep(2);
    const first = await runAll(2, clear, null, sweep);
    expect(readSweepRecord(sweep).trials).toBe(first.order.length);
    const again = await runAll(2, clear, null, sweep);
    expect(again.order).toEqual(first.order);
    expect(again.said).toEqual([]);
  });

  it('let whoever waits go when the sweep is stopped', async () => {
    const sweep = rangedSweep(1);
    const journal = new SweepJournal(sweep);
    const variants: SweepVariant[] = [{ index: 0, values: {}, config: () => Promise.reject(new Error()) as never }];
    const options = { variants, seeds: [1, 2, 3], range: { min: 1, max: 3 }, metric: METRIC, margin: null, journal };
    const source = new AddedSeeds({ ...options, label: () => 'v', say: () => undefined }, readSweepRecord(sweep));
    await source.next();
    const waiting = source.next();
    source.stop();
    expect(await waiting).toBeUndefined();
    journal.close();
  });
});

describe('the error rate of whole sweeps', () => {
  /** How many of so many sweeps of three variants name a winner. */
  async function winners(sweeps: number, advantage: number, draw: RandomStream): Promise<number> {
    let found = 0;
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const directory = rangedSweep(3);
      const outcome: Outcome = (variant) => 0.9 + 0.002 * draw.normal() + (variant === 0 ? advantage : 0);
      const { results } = await runAll(3, outcome, null, directory);
      const event = sweepEvent({ metric: METRIC, seed_range: RANGE });
      if (answerOfSweep(event, results.ranked(), { secondsPerTrial: 1, jobs: 1 })?.decided) found++;
    }
    return found;
  }

  it('is at most the stated one between equals, however seeds are added', async () => {
    expect(await winners(60, 0, randomStream(4, 'test/equals'))).toBeLessThanOrEqual(3);
  });

  it('leaves a planted difference to be found', async () => {
    expect(await winners(20, 0.01, randomStream(5, 'test/planted'))).toBeGreaterThanOrEqual(19);
  });
});
