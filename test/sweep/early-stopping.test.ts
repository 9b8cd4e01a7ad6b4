import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EarlyTerminateConfig, SweepMetric } from '../../src/config/schema/experiment.generated.js';
import { MedianStopping } from '../../src/sweep/early-stopping/median-stopping.js';
import { TrialStopper, epochMetric } from '../../src/sweep/early-stopping/trial-stopper.js';
import type { StoppingRule } from '../../src/sweep/early-stopping/stopping-rule.js';
import { SortedScores } from '../../src/sweep/early-stopping/sorted-scores.js';
import { SuccessiveHalving, isAmongBest, rungsOf } from '../../src/sweep/early-stopping/successive-halving.js';

type Report = [trial: string, epoch: number, score: number];

const score = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(NaN));

/** Reports as a sweep makes them: each trial's epochs in order, those of different trials mixed anyhow. */
const reports = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), score), { maxLength: 60 }).map((steps) => {
  const epochs = new Map<number, number>();
  return steps.map(([trial, value]): Report => {
    const epoch = (epochs.get(trial) ?? 0) + 1;
    epochs.set(trial, epoch);
    return [`${trial}/0`, epoch, value];
  });
});

const rules: Record<string, () => StoppingRule> = {
  asha: () => new SuccessiveHalving({ type: 'asha', min_iter: 1, eta: 2 }, [1, 2, 4]),
  hyperband: () => new SuccessiveHalving({ type: 'hyperband', min_iter: 1, eta: 3, s: null }, [1, 3]),
  median: () => new MedianStopping({ type: 'median', min_iter: 2, min_trials: 2 }),
};

describe.each(Object.entries(rules))('%s', (_, start) => {
  const decide = (rule: StoppingRule, all: readonly Report[]): boolean[] =>
    all.map((report) => rule.report(...report) !== undefined);

  it('decides by the reports and their order alone', () => {
    fc.assert(
      fc.property(reports, (all) => {
        expect(decide(start(), all)).toEqual(decide(start(), all));
      }),
    );
  });

  it('is told again what it was told before, as when a sweep continues, and decides the rest as it would have', () => {
    fc.assert(
      fc.property(reports, fc.nat(), (all, position) => {
        const cut = position % (all.length + 1);
        const rule = start();
        const first = decide(rule, all.slice(0, cut));
        decide(rule, all.slice(0, cut));
        expect([...first, ...decide(rule, all.slice(cut))]).toEqual(decide(start(), all));
      }),
    );
  });

  it('never stops the best of all', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const rule = start();
        const best: Report[] = Array.from({ length: 4 }, (_, index) => ['best', index + 1, 2]);
        expect([...decide(rule, all), ...decide(rule, best)].slice(all.length)).not.toContain(true);
      }),
    );
  });
});

describe('successive halving', () => {
  it('keeps the best max(1, ⌊n / eta⌋) of n different scores', () => {
    const distinct = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(distinct, fc.integer({ min: 2, max: 5 }), (scores, eta) => {
        const expected = scores.toSorted((a, b) => b - a).slice(0, Math.max(1, Math.floor(scores.length / eta)));
        expect(scores.filter((each) => isAmongBest(each, new SortedScores(scores), eta))).toEqual(
          scores.filter((each) => expected.includes(each)),
        );
      }),
    );
  });

  it('treats equal scores alike, and NaN as worse than all', () => {
    expect([0.5, 0.5, 0.5, 0.5].map((each, _, all) => isAmongBest(each, new SortedScores(all), 4))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(isAmongBest(NaN, new SortedScores([NaN, -Infinity]), 2)).toBe(false);
    expect(isAmongBest(-Infinity, new SortedScores([NaN, -Infinity]), 2)).toBe(true);
  });

  it('compares the score at the rung for asha, and the best up to it for hyperband', () => {
    const course: Report[] = [
      ['other', 1, 0.1],
      ['other', 2, 0.6],
      ['trial', 1, 0.9],
      ['trial', 2, 0.3],
    ];
    const asha = new SuccessiveHalving({ type: 'asha', min_iter: 2, eta: 2 }, [2]);
    const hyperband = new SuccessiveHalving({ type: 'hyperband', min_iter: 2, eta: 2, s: null }, [2]);
    expect(course.map((report) => asha.report(...report)).at(-1)).toMatch(/not among the best 1\/2 of 2/);
    expect(course.map((report) => hyperband.report(...report)).at(-1)).toBeUndefined();
  });

  it.each<[string, Parameters<typeof rungsOf>[0], number, number[]]>([
    ['counts up from min_iter', { type: 'asha', min_iter: 1, eta: 3 }, 28, [1, 3, 9, 27]],
    ['never decides after the last epoch', { type: 'asha', min_iter: 1, eta: 3 }, 27, [1, 3, 9]],
    ['stays whole where logarithms are not', { type: 'asha', min_iter: 1, eta: 5 }, 126, [1, 5, 25, 125]],
    ['has none for a short training', { type: 'asha', min_iter: 5, eta: 3 }, 5, []],
    ["counts back by s, as in W&B's example", { type: 'hyperband', min_iter: 1, eta: 3, s: 2 }, 27, [3, 9]],
    ['never decides before the first epoch', { type: 'hyperband', min_iter: 1, eta: 10, s: 3 }, 20, [2]],
  ])('%s', (_, rule, epochs, expected) => {
    expect(rungsOf(rule, epochs)).toEqual(expected);
  });
});

describe('median stopping', () => {
  it('stops whoever is worse at best than the median of running means', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const rule = rules.median();
        const seen: Report[] = [];
        for (const report of all) {
          seen.push(report);
          expect(rule.report(...report) !== undefined).toBe(isWorseThanMedian(report, seen));
        }
      }),
    );
  });

  it('waits until enough others have come as far', () => {
    const rule = rules.median();
    for (const trial of ['a', 'b']) for (const epoch of [1, 2]) expect(rule.report(trial, epoch, 1)).toBeUndefined();
    expect(rule.report('c', 1, 0)).toBeUndefined();
    expect(rule.report('c', 2, 0)).toMatch(/median of 2 trials after 2 epochs/);
  });
});

/** The rule of Golovin et al. word by word, from all reports so far; min_iter and min_trials are 2. */
function isWorseThanMedian([trial, epoch]: Report, seen: readonly Report[]): boolean {
  const worstFirst = (a: number, b: number): number =>
    Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b;
  const upTo = (name: string): number[] => seen.filter(([t, e]) => t === name && e <= epoch).map(([, , s]) => s);
  const others = [...new Set(seen.filter(([t, e]) => t !== trial && e === epoch).map(([t]) => t))];
  if (epoch < 2 || others.length < 2) return false;
  const means = others.map((other) => upTo(other).reduce((a, b) => a + b, 0) / upTo(other).length).sort(worstFirst);
  const middle = (means.length - 1) / 2;
  const [low, high] = [means[Math.floor(middle)], means[Math.ceil(middle)]];
  const best = upTo(trial).sort(worstFirst).at(-1) ?? NaN;
  return worstFirst(best, low + (high - low) * (middle % 1)) < 0;
}

describe('TrialStopper', () => {
  const rule: EarlyTerminateConfig = { type: 'asha', min_iter: 1, eta: 2 };
  const stopperOf = (goal: SweepMetric['goal']): TrialStopper => new TrialStopper(rule, { name: 'val_loss', goal }, 8);

  it('minimizes as it maximizes the negative', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const [down, up] = [stopperOf('minimize'), stopperOf('maximize')];
        for (const [trial, epoch, value] of all) {
          expect(down.report(trial, epoch, { val_loss: value })).toBe(up.report(trial, epoch, { val_loss: -value }));
        }
      }),
    );
  });

  it('watches what tells the metric during training', () => {
    expect(['best_val_loss', 'test_accuracy', 'val_accuracy', 'train_loss'].map(epochMetric)).toEqual([
      'val_loss',
      'val_accuracy',
      'val_accuracy',
      'train_loss',
    ]);
  });

  it('has no opinion of a trial without the metric', () => {
    expect(stopperOf('maximize').report('0/0', 1, { val_accuracy: 0.1 })).toBeUndefined();
  });
});
