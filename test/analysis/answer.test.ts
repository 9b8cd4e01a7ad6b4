import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerRequest, judgementOf, type Variant } from '../../src/analysis/answer-facts.js';
import { answerQuestion } from '../../src/analysis/answer.js';
import { decide } from '../../src/analysis/decision.js';
import { randomStream } from '../../src/random.js';

const nothing = { failed: 0, pruned: 0 };
const metric = { name: 'val_accuracy', goal: 'maximize' } as const;

function variant(name: string, values: readonly number[], leftOut: Variant['leftOut'] = nothing): Variant {
  return { name, values: new Map(values.map((value, seed) => [seed, value])), leftOut };
}

function ask(variants: readonly Variant[], more: Partial<AnswerRequest> = {}) {
  return answerQuestion({ question: 'Which is better?', metric, variants, ...more });
}

/** What `ask` would decide, without the words and the intervals of each variant: many are asked in a moment. */
function decided(variants: readonly Variant[], more: Partial<AnswerRequest> = {}) {
  return decide(variants, { baseline: null, goal: metric.goal, judgement: judgementOf(more) });
}

const low = [0.961, 0.964, 0.958, 0.963, 0.96];
const raised = (by: number, noise = [0.001, -0.001, 0, 0.0005, -0.0005]) =>
  low.map((value, i) => value + by + noise[i]);

describe('the answer', () => {
  it('names a winner with its distance, interval, seeds and p-value', () => {
    const answer = ask([variant('3×3', low), variant('5×5', raised(0.01))]);
    expect(answer).toMatchObject({ decided: true, best: ['5×5'], leader: '5×5', seedsMissing: 0, cautions: [] });
    expect(answer.sentence).toBe(
      '5×5 is better than 3×3: validation accuracy is 1.000 percentage points higher (95 % interval 0.902 to 1.098).',
    );
    expect(answer.details).toEqual(['3×3 96.12 %, 5×5 97.12 %, 5 seeds, p < 0.001.']);
  });

  it('is the other way round for a metric that should be small', () => {
    const loss = { name: 'val_loss', goal: 'minimize' } as const;
    const answer = ask([variant('tanh', low), variant('relu', raised(0.01))], { metric: loss });
    expect(answer.best).toEqual(['tanh']);
    expect(answer.sentence).toMatch(
      /^tanh is better than relu: validation loss is 0\.01000 lower \(95 % interval 0\.0/,
    );
  });

  it('can’t tell with too few seeds, however far apart', () => {
    const answer = ask([variant('a', [0.1, 0.2]), variant('b', [0.8, 0.9])]);
    expect(answer).toMatchObject({ decided: false, best: [], seedsMissing: 1 });
    expect(answer.sentence).toBe('Can’t tell yet whether a or b is better.');
    expect(answer.details[0]).not.toContain('interval');
    expect(answer.details[1]).toBe('At least 3 seeds each are needed.');
    expect(answer.comparisons[0].interval).toBeNull();
    // Hedges' correction for one degree of freedom is 0: no effect would be told, however large.
    expect(ask([variant('a', [0.1, 0.3]), variant('b', [0.8, 0.9])]).comparisons[0].effect).toBeNull();
  });

  it('can’t tell with much noise, and says about how many seeds more it takes', () => {
    const answer = ask([variant('a', low), variant('b', raised(0.002, [0.004, -0.004, 0.003, -0.003, 0]))]);
    expect(answer.decided).toBe(false);
    expect(answer.best).toEqual([]);
    expect(answer.seedsMissing).toBeGreaterThan(3);
    expect(answer.sentence).toMatch(
      /^Can’t tell yet whether a or b is better: the difference of 0\.\d+ percentage points in validation accuracy may be chance\.$/,
    );
    expect(answer.details).toContain(`About ${answer.seedsMissing} more seeds each are needed.`);
  });

  it('says that it makes no practical difference only within a stated margin', () => {
    const pair = [variant('max', low), variant('average', raised(0.0001))];
    expect(ask(pair).decided).toBe(false);
    const answer = ask(pair, { margin: 0.003 });
    expect(answer).toMatchObject({ decided: true, best: ['average', 'max'] });
    expect(answer.sentence).toBe(
      'No practical difference between max and average: validation accuracy differs by less than 0.3 percentage points.',
    );
    expect(answer.details[0]).toMatch(
      /^max 96\.12 %, average 96\.13 %, 5 seeds, difference −?0\.\d+ percentage points \(/,
    );
  });

  it('calls a sure difference within the margin no practical one', () => {
    const answer = ask([variant('a', low), variant('b', raised(0.002, [0.0001, -0.0001, 0, 0, 0]))], { margin: 0.005 });
    expect(answer.comparisons[0].adjusted.difference).toBeLessThan(0.001);
    expect(answer.comparisons[0].verdict).toBe('equivalent');
  });

  it('needs the equivalence itself to be sure, at α', () => {
    const noise = [0.00205, -0.00196, 0.00102, -0.00111, 0];
    const ofMargin = (margin: number) =>
      ask([variant('a', low), variant('b', raised(0, noise))], { margin }).comparisons[0];
    expect(ofMargin(0.0013)).toMatchObject({ verdict: 'undecided' });
    expect(ofMargin(0.0013).adjusted.equivalence).toBeGreaterThan(0.05);
    expect(ofMargin(0.0013).adjusted.equivalence).toBeLessThan(0.1);
    expect(ofMargin(0.0017)).toMatchObject({ verdict: 'equivalent' });
  });

  it('tells a winner among many by its closest rival', () => {
    const answer = ask([
      variant('a', low),
      variant('b', raised(0.02)),
      variant('c', raised(0.01, [0, 0.001, 0, -0.001, 0])),
    ]);
    expect(answer.best).toEqual(['b']);
    expect(answer.sentence).toMatch(
      /^b is best of 3, 98\.12 %: c is next, 1\.\d+ percentage points lower \(9\d\.?\d* % interval 0\.\d+ to 1\.\d+\)\.$/,
    );
  });

  it('names all that share the best place', () => {
    const variants = [
      variant('a', low),
      variant('b', raised(0.02)),
      variant('c', raised(0.02, [0, 0.001, 0, -0.001, 0])),
    ];
    const answer = ask(variants, { margin: 0.005 });
    expect(answer.best.toSorted()).toEqual(['b', 'c']);
    expect(answer.sentence).toMatch(
      /^Best of 3, 98\.\d+ %: [bc] and [bc], no practical difference of 0\.5 percentage points or more\.$/,
    );
  });

  it('compares with a baseline only, where there is one', () => {
    const variants = [variant('none', low), variant('flip', raised(-0.02)), variant('shift', raised(0.02))];
    const answer = ask(variants, { baseline: 'none' });
    expect(answer.comparisons.map(({ first, second }) => [first, second])).toEqual([
      ['flip', 'none'],
      ['shift', 'none'],
    ]);
    expect(answer).toMatchObject({ decided: true, best: ['shift'] });
  });

  it('knows variants that came out the same for every seed', () => {
    const answer = ask([variant('a', low), variant('b', low)]);
    expect(answer).toMatchObject({ decided: true, best: ['a', 'b'] });
    expect(answer.sentence).toBe('a and b have the same validation accuracy for each of 5 seeds.');
  });

  it('doesn’t take a few differences of whole images for certainty, at either kind of sweep', () => {
    for (const sequential of [false, true]) {
      const answer = ask([variant('a', [0.5, 0.6, 0.7, 0.8]), variant('b', [0.51, 0.61, 0.71, 0.81])], { sequential });
      expect(answer.decided).toBe(false);
      expect(answer.comparisons[0].pValue).toBeGreaterThanOrEqual(0.125);
    }
  });

  it('doubts a difference of a variant that scatters much more than the other', () => {
    const spread = [0.95, 0.953, 0.947, 0.956, 0.944];
    const tight = [0.9571, 0.957, 0.9572, 0.9571, 0.957];
    const answer = ask([variant('wide', spread), variant('tight', tight)]);
    expect(answer.comparisons[0].doubt).toBe(8);
    expect(answer.decided).toBe(false);
    expect(answer.cautions).toContainEqual(expect.stringMatching(/^tight and wide scatter very differently/));
  });

  it('doesn’t take four equal differences for certainty', () => {
    const answer = ask([variant('a', [0.5, 0.6, 0.7, 0.8]), variant('b', [0.51, 0.61, 0.71, 0.81])]);
    expect(answer.comparisons[0]).toMatchObject({ verdict: 'undecided', pValue: 0.125, seedsMissing: 2 });
  });

  it('counts what is left out and warns of what stopping early does', () => {
    const answer = ask([
      variant('a', low, { failed: 1, pruned: 2 }),
      variant('b', raised(0.01), { failed: 1, pruned: 0, interrupted: 3 }),
    ]);
    expect(answer.leftOut).toEqual({ failed: 2, pruned: 2, interrupted: 3 });
    expect(answer.cautions).toEqual([
      '2 failed or diverged runs left out.',
      '3 interrupted runs left out; `ablate resume` completes an interrupted sweep.',
      '2 runs stopped early and left out; the worst are stopped, so variants that lost more look better than they are.',
    ]);
  });

  it('compares only shared seeds, and says so', () => {
    const other = {
      name: 'b',
      values: new Map([
        [0, 0.97],
        [1, 0.975],
        [2, 0.97],
        [9, 0.1],
      ]),
      leftOut: nothing,
    };
    const answer = ask([variant('a', low), other]);
    expect(answer.comparisons[0]).toMatchObject({ seeds: 3, counts: [3, 3], design: 'paired' });
    expect(answer.cautions).toContain('Only the seeds that both variants have are compared.');
  });

  it('says what the leader has beaten while the rest is open', () => {
    const variants = [
      variant('worse', raised(-0.1)),
      variant('a', low),
      variant(
        'b',
        raised(
          0.001,
          [9, -9, 5, -5, 1].map((n) => n / 1000),
        ),
      ),
    ];
    const { sentence, details } = ask(variants);
    expect(sentence).toBe('b leads, 96.24 %; not separable from a.');
    expect(details.slice(0, 3)).toEqual([
      'Compared by validation accuracy, 5 seeds.',
      expect.stringMatching(
        /^Clearly worse: worse −10\.\d+ percentage points \(9\d\.?\d* % interval −\d+\.\d+ to −\d+\.\d+\)\.$/,
      ),
      expect.stringMatching(
        /^Too close to tell: a −0\.\d+ percentage points \(9\d\.?\d* % interval −\d\.\d+ to \d\.\d+\)\.$/,
      ),
    ]);
  });

  it('can’t tell where a variant has no finished run', () => {
    const answer = ask([variant('a', low), variant('b', [], { failed: 5, pruned: 0 })]);
    expect(answer.decided).toBe(false);
    expect(answer.sentence).toMatch(/^Failed: 5 of 5 runs of b; none of a; .* Can’t tell: no run of b has finished\.$/);
    expect(ask([variant('a', []), variant('b', [])]).sentence).toBe('No run has finished.');
    const unfinished = Array.from({ length: 40 }, (_, i) => variant(`v${i}`, []));
    expect(ask([variant('a', [0.9, 0.91, 0.92]), ...unfinished]).sentence).toBe(
      'Can’t tell: no run of v0, v1, v2, v3, v4 and 35 more has finished.',
    );
  });

  it.each([
    ['one variant', [variant('a', low)], {}],
    ['a name twice', [variant('a', low), variant('a', low)], {}],
    ['an unknown baseline', [variant('a', low), variant('b', low)], { baseline: 'c' }],
  ])('refuses %s', (_, variants, more) => {
    expect(() => ask(variants, more)).toThrow(expect.objectContaining({ code: 'invalid-comparison' }));
  });

  it('refuses values that are no numbers', () => {
    expect(() => ask([variant('a', low), variant('b', [NaN])])).toThrow(
      expect.objectContaining({ code: 'invalid-sample' }),
    );
  });

  it('is the same however the variants are ordered', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const variants = [variant('a', a), variant('b', b), variant('c', c)];
        const [there, back] = [ask(variants, { margin: 4 }), ask(variants.toReversed(), { margin: 4 })];
        fc.pre(new Set(there.variants.map(({ description }) => description?.mean)).size === 3);
        expect([back.decided, back.leader, back.seedsMissing]).toEqual([
          there.decided,
          there.leader,
          there.seedsMissing,
        ]);
        expect(back.best.toSorted()).toEqual(there.best.toSorted());
        if (there.decided) expect(there.best).toContain(there.leader);
      }),
      { numRuns: 15 },
    );
  });
});

describe('variants without a shared seed', () => {
  const own = (name: string, first: number, values: readonly number[]): Variant => ({
    name,
    values: new Map(values.map((value, i) => [first + i, value])),
    leftOut: nothing,
  });
  const high = [0.99, 0.991, 0.989, 0.9905, 0.9902];
  const far = [0.52, 0.55, 0.5, 0.53, 0.51];

  it('are compared as independent samples, and told that shared seeds are sharper', () => {
    const answer = ask([own('a', 0, high), own('b', 100, far)]);
    expect(answer).toMatchObject({ decided: true, best: ['a'] });
    expect(answer.comparisons[0]).toMatchObject({ design: 'unpaired', seeds: 0, counts: [5, 5], effect: null });
    expect(answer.sentence).toMatch(/^a is better than b/);
    expect(answer.details[0]).toContain('5 and 5 seeds of their own');
    expect(answer.cautions).toContainEqual(expect.stringMatching(/share too few seeds .* same seeds/));
  });

  it('are paired in the order of their seeds where seeds were added in view of the results', () => {
    const answer = ask([own('a', 0, [...high, 0.99]), own('b', 100, [...far, 0.5])], { sequential: true });
    expect(answer.comparisons[0]).toMatchObject({ design: 'unpaired', counts: [6, 6] });
  });

  it('need more than three each, or the permutations can’t tell', () => {
    const answer = ask([own('a', 0, high.slice(0, 3)), own('b', 100, far.slice(0, 3))]);
    expect(answer.comparisons[0].pValue).toBeGreaterThanOrEqual(0.1);
  });
});

describe('naming the best of many', () => {
  const stream = randomStream(21, 'test/best-of-many');
  const ten = (gap: number): Variant[] =>
    Array.from({ length: 10 }, (_, i) =>
      variant(
        `v${i}`,
        Array.from({ length: 5 }, () => 0.9 + 0.001 * (stream.normal() + (i === 0 ? gap : 0))),
      ),
    );

  it('takes k − 1 comparisons: ten variants, five seeds and a gap of six deviations name it mostly', () => {
    const named = Array.from({ length: 40 }, () => decided(ten(6))).filter(({ best }) => best.join() === 'v0');
    expect(named.length).toBeGreaterThan(28);
  });

  it('tells the luck of a leader that has the same value each time', () => {
    const { cautions } = ask([
      variant('a', [0.9, 0.9, 0.9]),
      variant('b', [0.95, 0.95, 0.5]),
      variant('c', [0.1, 0.1, 0.1]),
    ]);
    expect(cautions).toContainEqual(
      expect.stringMatching(/^The best of 3 owes part of its 90 % to the luck .* comes to 76\.67 %/),
    );
  });

  it('tells what the winner owes to luck', () => {
    const { chosen, cautions } = ask(ten(0));
    expect(chosen?.mean).toBeGreaterThan(chosen?.adjusted ?? 1);
    expect(cautions).toContainEqual(expect.stringMatching(/^The best of 10 owes part of its 9\d\.\d+ % to the luck/));
  });
});

describe('the rate of false answers', () => {
  const stream = randomStream(12, 'test/answer');
  const studyOf = (effects: readonly number[], more: Partial<AnswerRequest>) => {
    const luck = Array.from({ length: 6 }, () => 0.002 * stream.normal());
    const variants = effects.map((effect, i) =>
      variant(
        String(i),
        luck.map((common) => 0.97 + effect + common + 0.002 * stream.normal()),
      ),
    );
    return decided(variants, more);
  };

  it.each([false, true])(
    'of equal variants, any difference is found at most as often as stated (sequential: %s)',
    (sequential) => {
      // At a large α few studies are enough to see a missing adjustment: without Holm's, it would be 42 % of them.
      const [alpha, studies] = [0.2, 120];
      let wrong = 0;
      for (let i = 0; i < studies; i++) {
        if (studyOf([0, 0, 0], { sequential, alpha }).comparisons.some(({ verdict }) => verdict === 'different'))
          wrong++;
      }
      expect(wrong / studies).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / studies));
    },
  );

  it('a planted winner is found', () => {
    let found = 0;
    for (let i = 0; i < 40; i++) if (studyOf([0, 0.012, 0], {}).best.join() === '1') found++;
    expect(found).toBeGreaterThan(33);
  });
});

describe('many variants', () => {
  it('are compared with the best alone, judged as one of all pairs', () => {
    const stream = randomStream(3, 'test/many');
    const many = Array.from({ length: 40 }, (_, i) =>
      variant(
        `v${i}`,
        low.map((value) => value + 0.002 * stream.normal()),
      ),
    );
    const { comparisons, leader, cautions } = ask(many);
    expect(comparisons).toHaveLength(39);
    expect(comparisons.every(({ second }) => second === leader)).toBe(true);
    expect(cautions).toContain(
      'Of 40 variants only the best is compared with each other one, judged as one of all pairs.',
    );
    const [smallest] = comparisons.toSorted((a, b) => (a.pValue ?? 1) - (b.pValue ?? 1));
    expect(smallest.adjusted.difference).toBeCloseTo(Math.min(1, (40 * 39 * (smallest.pValue ?? 1)) / 2), 9);
  });

  it('are led by who is best on the seeds that it shares with each, though one has few', () => {
    const given = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9];
    const late = [0.8, 0.8, 0.95, 0.96, 0.97, 0.96];
    expect(ask([variant('early', given), variant('late', late), variant('given up', [0.1, 0.1])]).leader).toBe('late');
  });
});
