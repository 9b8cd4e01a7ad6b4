import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describe as describeSample } from '../../src/analysis/statistics/describe.js';
import type { SweepMetric } from '../../src/config/schema/experiment.generated.js';
import { SweepResults } from '../../src/sweep/results.js';
import type { TrialEnd, TrialStatus } from '../../src/sweep/trial.js';

const status = fc.constantFrom<TrialStatus>('FINISHED', 'PRUNED', 'DIVERGED', 'FAILED', 'KILLED');
const value = fc.double({ min: -10, max: 10, noNaN: true });
const ended = fc.array(fc.tuple(fc.nat(4), status, value), { maxLength: 30 });

function endOf(status: TrialStatus, value: number): TrialEnd {
  const error = status === 'FINISHED' ? null : 'why';
  return { run: 'run', status, value: status === 'FINISHED' ? value : null, seconds: 2, error, reused: false };
}

function resultsOf(all: readonly [cell: number, TrialStatus, number][], goal: SweepMetric['goal']): SweepResults {
  const results = new SweepResults({ name: 'val_accuracy', goal }, 100);
  all.forEach(([index, status, value], seed) => {
    results.add({ variant: { index, values: { a: index } }, seed, label: `a=${index}` }, endOf(status, value));
  });
  return results;
}

describe('SweepResults', () => {
  it('tells of each variant the mean and deviation of what finished', () => {
    fc.assert(
      fc.property(ended, (all) => {
        for (const { index, n, mean, standard_deviation: deviation } of resultsOf(all, 'maximize').ranked()) {
          const values = all
            .filter(([variant, status]) => variant === index && status === 'FINISHED')
            .map(([, , v]) => v);
          expect(n).toBe(values.length);
          const expected = values.length > 0 ? describeSample(values) : undefined;
          expect(mean).toBe(expected?.mean ?? null);
          expect(deviation).toBe(expected?.standardDeviation ?? null);
        }
      }),
    );
  });

  it('ranks the best first, after it those with pruned seeds, and last those without a value', () => {
    fc.assert(
      fc.property(ended, fc.constantFrom('maximize' as const, 'minimize' as const), (all, goal) => {
        const rows = resultsOf(all, goal)
          .ranked()
          .map(({ mean, trials }) => {
            const hasStoppedEarly = trials.some((trial) => trial.status === 'PRUNED');
            return {
              group: mean === null ? 2 : hasStoppedEarly ? 1 : 0,
              score: (goal === 'maximize' ? 1 : -1) * (mean ?? 0),
            };
          });
        rows.slice(1).forEach(({ group, score }, index) => {
          const before = rows[index];
          expect(group > before.group || (group === before.group && score <= before.score)).toBe(true);
        });
      }),
    );
  });

  it('counts every trial once', () => {
    fc.assert(
      fc.property(ended, (all) => {
        const { counts, ended: number, seconds } = resultsOf(all, 'maximize');
        expect(number).toBe(all.length);
        expect(counts.pruned).toBe(all.filter(([, each]) => each === 'PRUNED').length);
        expect(seconds).toBe(2 * all.length);
      }),
    );
  });

  it('has no best as long as nothing has finished', () => {
    expect(resultsOf([[0, 'FAILED', 1]], 'maximize').best).toBeUndefined();
    expect(
      resultsOf(
        [
          [0, 'FAILED', 1],
          [1, 'FINISHED', 0],
        ],
        'maximize',
      ).best?.index,
    ).toBe(1);
  });
});
