import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseParallelism } from '../../src/scheduling/parallelism.js';

const GIGABYTE = 2 ** 30;
const machine = (cores: number, gpus = 0, freeMemory = 1024 * GIGABYTE) => ({ cores, gpus, freeMemory });
const demand = (trials: number) => ({ trials, datasetBytes: 0 });

describe('chooseParallelism', () => {
  it.each([
    ['a single-threaded worker for each core', machine(8), demand(100), { jobs: 8, threads: 1 }],
    ['the cores shared out among few trials', machine(8), demand(2), { jobs: 2, threads: 4 }],
    ['all cores for one trial', machine(8), demand(1), { jobs: 1, threads: 8 }],
    ['a worker for each GPU', machine(8, 2), demand(100), { jobs: 2, threads: 0 }],
    ['no more workers than fit into memory', machine(8, 0, 2 * GIGABYTE), demand(100), { jobs: 2, threads: 4 }],
    ['one worker, even if it may not fit', machine(8, 0, 0), demand(100), { jobs: 1, threads: 8 }],
    ['the jobs that the user wants', machine(8), { ...demand(100), jobs: 3 }, { jobs: 3, threads: 3 }],
    ['as many as fit the threads that are wanted', machine(8), { ...demand(100), threads: 2 }, { jobs: 4, threads: 2 }],
  ])('chooses %s', (_, has, wants, expected) => {
    expect(chooseParallelism(has, wants)).toEqual(expected);
  });

  it('has work for every worker, and fills the cores as evenly as whole threads allow', () => {
    const positive = fc.integer({ min: 1, max: 256 });
    fc.assert(
      fc.property(positive, positive, fc.option(positive, { nil: undefined }), (cores, trials, jobs) => {
        const chosen = chooseParallelism(machine(cores), { ...demand(trials), jobs });
        expect(chosen.jobs).toBeGreaterThanOrEqual(1);
        expect(chosen.jobs).toBeLessThanOrEqual(trials);
        if (jobs !== undefined) expect(chosen.jobs).toBe(Math.min(jobs, trials));
        else expect(Math.abs(chosen.jobs * chosen.threads - cores)).toBeLessThanOrEqual(chosen.jobs / 2);
      }),
    );
  });
});
