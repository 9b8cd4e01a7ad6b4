import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MedianStopping, medianScore } from '../../src/sweep/pruning/median-stopping.js';
import { epochMetric, Pruner } from '../../src/sweep/pruning/pruner.js';
import { compareScores } from '../../src/sweep/pruning/scores.js';
import { isAmongBest, rungsOf, SuccessiveHalving } from '../../src/sweep/pruning/successive-halving.js';

const score = fc.oneof(
  { weight: 9, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const scores = fc.array(score, { minLength: 1, maxLength: 30 });
const eta = fc.integer({ min: 2, max: 5 });

describe('the rungs of successive halving', () => {
  it.each([
    [{ type: 'asha', min_iter: 1, eta: 3 }, 27, [1, 3, 9]],
    [{ type: 'asha', min_iter: 2, eta: 2 }, 20, [2, 4, 8, 16]],
    [{ type: 'asha', min_iter: 30, eta: 3 }, 27, []],
    [{ type: 'hyperband', min_iter: 1, eta: 3, s: null }, 28, [1, 3, 9, 27]],
    [{ type: 'hyperband', min_iter: 1, eta: 3, s: 2 }, 27, [3, 9]],
    [{ type: 'hyperband', min_iter: 1, eta: 3, s: 5 }, 27, [1, 3, 9]],
  ] as const)('of %j in %i epochs are %j', (rule, epochs, rungs) => {
    expect(rungsOf(rule, epochs)).toEqual(rungs);
  });
});

describe('being among the best', () => {
  it('holds for the ⌊n / eta⌋ best, and always for the best', () => {
    fc.assert(
      fc.property(scores, eta, (all, one) => {
        const going = all.filter((own) => isAmongBest(own, all, one));
        const best = [...all].sort(compareScores).at(-1) ?? NaN;
        expect(going.some((own) => Object.is(own, best) || own === best)).toBe(true);
        // Without ties exactly as many go on.
        if (new Set(all).size === all.length) expect(going).toHaveLength(Math.max(1, Math.floor(all.length / one)));
        const stopped = all.filter((own) => !isAmongBest(own, all, one));
        for (const worse of stopped) for (const better of going) expect(compareScores(worse, better)).toBeLessThan(0);
      }),
    );
  });
});

describe('successive halving', () => {
  const rule = { type: 'asha', min_iter: 1, eta: 2 } as const;

  it('decides at its rungs only, never stops a first trial, and is moved by no repetition', () => {
    const halving = new SuccessiveHalving(rule, [1, 2]);
    expect(halving.report('a', 1, 0.1)).toBeUndefined();
    expect(halving.report('b', 1, 0.05)).toMatch(/not among the best 1\/2 of 2 trials after 1 epochs/);
    expect(halving.report('b', 1, 0.9)).toMatch(/not among the best/);
    expect(halving.report('c', 1, 0.2)).toBeUndefined();
    expect(halving.report('a', 1, 0.1)).toMatch(/of 3 trials/);
    expect(halving.report('c', 3, -1)).toBeUndefined();
  });

  it('compares the best scores so far as hyperband, and those at the rung as asha', () => {
    for (const type of ['asha', 'hyperband'] as const) {
      const halving = new SuccessiveHalving({ type, min_iter: 2, eta: 2, s: null }, [2]);
      halving.report('a', 1, 0.5);
      halving.report('a', 2, 0.6);
      halving.report('b', 1, 0.9);
      const decision = halving.report('b', 2, 0.4);
      expect(decision, type).toEqual(type === 'hyperband' ? undefined : expect.stringContaining('best 1/2'));
    }
  });

  it('stops the same trials when losses are minimized as when their negatives are maximized', () => {
    const reports = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 4 }), fc.double({ noNaN: true })));
    fc.assert(
      fc.property(reports, fc.constantFrom('asha', 'hyperband', 'median'), (all, type) => {
        const early = { type, min_iter: 1, eta: 2, s: null, min_trials: 1 } as never;
        const down = new Pruner(early, { name: 'val_loss', goal: 'minimize' }, 10);
        const up = new Pruner(early, { name: 'val_accuracy', goal: 'maximize' }, 10);
        for (const [trial, epoch, value] of all) {
          const ends = down.report(String(trial), epoch, { val_loss: value });
          expect(up.report(String(trial), epoch, { val_accuracy: -value })).toBe(ends);
        }
      }),
    );
  });
});

describe('median stopping', () => {
  const reportAll = (rule: MedianStopping, trial: string, values: number[]) =>
    values.map((value, i) => rule.report(trial, i + 1, value)).at(-1);

  it('stops a trial whose best is worse than the median of the running means of the others', () => {
    const rule = new MedianStopping({ type: 'median', min_iter: 1, min_trials: 3 });
    for (const [trial, values] of Object.entries({ a: [0.2, 0.6], b: [0.4, 0.8], c: [0.6, 0.8] })) {
      expect(reportAll(rule, trial, values)).toBeUndefined();
    }
    // Means after two epochs: 0.4, 0.6, 0.7.
    expect(reportAll(rule, 'd', [0.59, 0.1])).toMatch(/worse than the median of 3 trials after 2 epochs/);
    expect(reportAll(rule, 'e', [0.6, 0.1])).toBeUndefined();
  });

  it('waits for its first epoch and for enough trials, and never stops the best of all', () => {
    const courses = fc.array(fc.array(score, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(courses, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (all, first, enough) => {
        const rule = new MedianStopping({ type: 'median', min_iter: first, min_trials: enough });
        const best = [...all.flat()].sort(compareScores).at(-1) ?? NaN;
        all.forEach((values, trial) => {
          values.forEach((value, i) => {
            const decision = rule.report(String(trial), i + 1, value);
            const hadBest = values.slice(0, i + 1).includes(best);
            if (i + 1 < first || trial < enough || hadBest) expect(decision).toBeUndefined();
          });
        });
      }),
    );
  });

  it('takes NaN for the worst score', () => {
    expect(medianScore([NaN, 1, 3])).toBe(1);
    expect(medianScore([2, 1, 3, 4])).toBe(2.5);
  });
});

it('follows during training what tells of the metric at the end, and never the test set', () => {
  expect(['val_loss', 'best_val_accuracy', 'test_accuracy', 'train_loss'].map(epochMetric)).toEqual([
    'val_loss',
    'val_accuracy',
    'val_accuracy',
    'train_loss',
  ]);
});
