import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleGpus } from '../../src/scheduling/machine.js';
import { visibleGpus } from '../../src/scheduling/machine.js';
import { chooseParallelism } from '../../src/scheduling/parallelism.js';

const GIB = 2 ** 30;
const machine = (cores: number, gpus = 0, freeMemory = 1000 * GIB) => ({ cores, gpus, freeMemory });
const demand = (trials: number, more: { jobs?: number; threads?: number } = {}) => ({
  trials,
  datasetBytes: 0,
  ...more,
});

describe('sharing a machine out', () => {
  it.each([
    ['a core for each of many trials', machine(8), demand(100), { jobs: 8, threads: 1 }],
    ['several cores for each of few', machine(8), demand(2), { jobs: 2, threads: 4 }],
    ['an odd rest as more threads', machine(8), demand(3), { jobs: 3, threads: 3 }],
    ['all cores for one', machine(2), demand(1), { jobs: 1, threads: 2 }],
    ['fewer workers where memory is short', machine(8, 0, 2 * GIB), demand(100), { jobs: 2, threads: 4 }],
    ['one worker however little memory there is', machine(8, 0, 1), demand(100), { jobs: 1, threads: 8 }],
    ['a worker for each GPU', machine(64, 4), demand(100), { jobs: 4, threads: 0 }],
    ['as many jobs as are asked for', machine(2), demand(100, { jobs: 5 }), { jobs: 5, threads: 1 }],
    ['no more jobs than trials', machine(2), demand(3, { jobs: 5 }), { jobs: 3, threads: 1 }],
    ['room for the threads asked for', machine(8), demand(100, { threads: 4 }), { jobs: 2, threads: 4 }],
    ['more threads than cores', machine(2), demand(100, { threads: 4 }), { jobs: 1, threads: 4 }],
  ])('gives %s', (_, given, wanted, expected) => {
    expect(chooseParallelism(given, wanted)).toEqual(expected);
  });

  it('leaves no more than half the cores idle, and takes no more than half as many again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 500 }), (cores, trials) => {
        const { jobs, threads } = chooseParallelism(machine(cores), demand(trials));
        expect(jobs).toBeLessThanOrEqual(trials);
        expect(jobs * threads).toBeGreaterThan(cores / 2);
        expect(jobs * threads).toBeLessThanOrEqual(cores * 1.5);
      }),
    );
  });

  it('hands out the GPUs that the user has chosen, or all', () => {
    expect(visibleGpus(3, {})).toEqual(['0', '1', '2']);
    expect(visibleGpus(3, { CUDA_VISIBLE_DEVICES: '2,GPU-1a' })).toEqual(['2', 'GPU-1a']);
    expect(visibleGpus(3, { CUDA_VISIBLE_DEVICES: '' })).toEqual([]);
  });
});

describe('visibleGpus', () => {
  it('names those that the user has chosen, or all', () => {
    expect(visibleGpus(3, {})).toEqual(['0', '1', '2']);
    expect(visibleGpus(3, { CUDA_VISIBLE_DEVICES: '2,GPU-1a' })).toEqual(['2', 'GPU-1a']);
    expect(visibleGpus(3, { CUDA_VISIBLE_DEVICES: '' })).toEqual([]);
  });
});
