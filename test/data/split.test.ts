import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitTrain } from '../../src/data/split.js';

const labelled = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 300 })
  .map((l) => Int32Array.from(l));
const fraction = fc.double({ min: 0.01, max: 1, noNaN: true });
const split = fc.double({ min: 0, max: 0.99, noNaN: true });
const seed = fc.nat();

const both = ({ train, validation }: { train: Int32Array; validation: Int32Array }) => [...train, ...validation];

describe('splitTrain', () => {
  it('divides MNIST-like labels into the asked parts', () => {
    const labels = Int32Array.from({ length: 60_000 }, (_, index) => index % 10);
    const { train, validation } = splitTrain(labels, { validation_split: 0.1, train_fraction: 0.5, seed: 1 });
    expect([train.length, validation.length]).toEqual([27_000, 6_000]);
    const perClass = new Array<number>(10).fill(0);
    for (const index of validation) perClass[labels[index]]++;
    expect(perClass).toEqual(new Array<number>(10).fill(600));
  });

  it('uses every image once when everything is trained on', () => {
    fc.assert(
      fc.property(labelled, split, seed, (labels, validation_split, seed) => {
        const parts = both(splitTrain(labels, { validation_split, train_fraction: 1, seed }));
        expect(parts.sort((a, b) => a - b)).toEqual([...labels.keys()]);
      }),
    );
  });

  it('gives each class its proportion of the validation images, within one image', () => {
    fc.assert(
      fc.property(labelled, split, seed, (labels, validation_split, seed) => {
        const { validation } = splitTrain(labels, { validation_split, train_fraction: 1, seed });
        const count = (of: Iterable<number>, label: number) => [...of].filter((value) => value === label).length;
        for (const label of new Set(labels)) {
          const expected = (count(labels, label) * validation.length) / labels.length;
          const actual = count(
            validation.map((index) => labels[index]),
            label,
          );
          // Divisor methods may leave the quota by less than one more than rounding does.
          expect(Math.abs(actual - expected)).toBeLessThan(2);
        }
      }),
    );
  });

  it('keeps the validation images, and nests the training images, as train_fraction grows', () => {
    fc.assert(
      fc.property(labelled, split, fraction, fraction, seed, (labels, validation_split, one, other, seed) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const less = splitTrain(labels, { validation_split, train_fraction: low, seed });
        const more = splitTrain(labels, { validation_split, train_fraction: high, seed });
        expect(more.validation).toEqual(less.validation);
        expect(less.train.length).toBeGreaterThan(0);
        expect([...less.train].filter((index) => !more.train.includes(index))).toEqual([]);
      }),
    );
  });

  it('is the same for the same seed and another for another', () => {
    const labels = Int32Array.from({ length: 1000 }, (_, index) => index % 7);
    const config = { validation_split: 0.3, train_fraction: 0.4, seed: 5 };
    expect(splitTrain(labels, config)).toEqual(splitTrain(labels, config));
    expect(splitTrain(labels, { ...config, seed: 6 }).validation).not.toEqual(splitTrain(labels, config).validation);
  });

  it('draws every image equally often', () => {
    const labels = Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1]);
    const drawn = new Array<number>(8).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const { validation } = splitTrain(labels, { validation_split: 0.125, train_fraction: 1, seed });
      for (const index of validation) drawn[index]++;
    }
    // One of eight each time: 250 expected of each, standard deviation 14.8; five of them.
    for (const count of drawn) expect(Math.abs(count - 250)).toBeLessThan(74);
  });
});

describe('folds', () => {
  const folds = fc.integer({ min: 2, max: 12 });
  const divided = (labels: Int32Array, count: number, repetition: number) =>
    Array.from({ length: count }, (_, fold) =>
      splitTrain(labels, {
        validation_split: 0.1,
        train_fraction: 1,
        split: { folds: count },
        seed: repetition * count + fold,
      }),
    );

  it('validate each image once, and train on all others', () => {
    fc.assert(
      fc.property(labelled, folds, fc.nat({ max: 1000 }), (labels, count, repetition) => {
        fc.pre(labels.length >= count);
        const parts = divided(labels, count, repetition);
        const validated = parts.flatMap(({ validation }) => [...validation]);
        expect(validated.toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
        for (const part of parts) expect(both(part).toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
        const sizes = parts.map(({ validation }) => validation.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('have each class in proportion, to less than one image, as StratifiedKFold of scikit-learn', () => {
    fc.assert(
      fc.property(labelled, folds, fc.nat({ max: 1000 }), (labels, count, repetition) => {
        fc.pre(labels.length >= count);
        for (const { validation } of divided(labels, count, repetition)) {
          for (const label of new Set(labels)) {
            const all = labels.filter((one) => one === label).length;
            const own = validation.filter((index) => labels[index] === label).length;
            expect(Math.abs(own - all / count)).toBeLessThan(1);
          }
        }
      }),
    );
  });

  it('are drawn anew for each repetition, and the same whatever is trained on', () => {
    const labels = Int32Array.from({ length: 300 }, (_, i) => i % 3);
    const [first, second] = [divided(labels, 5, 0), divided(labels, 5, 1)];
    expect(first[0].validation).not.toEqual(second[0].validation);
    const config = { validation_split: 0.1, train_fraction: 0.3, split: { folds: 5 }, seed: 0 };
    const part = splitTrain(labels, config);
    expect(part.validation).toEqual(first[0].validation);
    expect(part.train).toHaveLength(72);
  });

  it('are refused where there are fewer images', () => {
    expect(() => divided(Int32Array.of(0, 1, 0), 4, 0)).toThrow("3 images can't be divided into 4 folds");
  });
});

describe('groups', () => {
  const grouped = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 20 })), { minLength: 2, maxLength: 200 })
    .map((rows) => ({
      labels: Int32Array.from(rows, ([label]) => label),
      groups: Int32Array.from(rows, ([, group]) => group),
    }))
    .filter(({ groups }) => new Set(groups).size > 1);
  const onBoth = (one: Int32Array, other: Int32Array, groups: Int32Array): number[] => {
    const known = new Set(one.map((row) => groups[row]));
    return [...other.map((row) => groups[row])].filter((group) => known.has(group));
  };

  it('are on one side alone, and all rows are used', () => {
    fc.assert(
      fc.property(grouped, split, seed, ({ labels, groups }, validation_split, seed) => {
        const parts = splitTrain(labels, { validation_split, train_fraction: 1, seed }, { groups });
        expect(both(parts).sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect(onBoth(parts.train, parts.validation, groups)).toEqual([]);
        expect(parts.train.length).toBeGreaterThan(0);
        if (validation_split > 0) expect(parts.validation.length).toBeGreaterThan(0);
      }),
    );
  });

  it('make up the part that is asked for, as near as a group allows', () => {
    fc.assert(
      fc.property(grouped, split, seed, ({ labels, groups }, validation_split, seed) => {
        const { validation } = splitTrain(labels, { validation_split, train_fraction: 1, seed }, { groups });
        const sizes = [...new Set(groups)].map((group) => groups.filter((one) => one === group).length);
        const off = Math.abs(validation.length - Math.round(labels.length * validation_split));
        expect(off).toBeLessThanOrEqual(Math.max(...sizes));
      }),
    );
  });

  it('of one row each are drawn as exactly as rows are', () => {
    const labels = new Int32Array(1000);
    const { validation } = splitTrain(labels, { validation_split: 0.3, train_fraction: 1, seed: 1 }, { groups: labels.map((_, i) => i) }); // prettier-ignore
    expect(validation).toHaveLength(300);
  });

  it('are whole in each fold, and each validates once', () => {
    fc.assert(
      fc.property(grouped, fc.integer({ min: 2, max: 8 }), seed, ({ labels, groups }, folds, first) => {
        fc.pre(new Set(groups).size >= folds);
        const start = (first % 1000) * folds;
        const parts = Array.from({ length: folds }, (_, fold) => {
          const config = { validation_split: 0.1, train_fraction: 1, split: { folds }, seed: start + fold };
          return splitTrain(labels, config, { groups });
        });
        const validated = parts.flatMap(({ validation }) => [...validation]);
        expect(validated.sort((a, b) => a - b)).toEqual([...labels.keys()]);
        for (const { train, validation } of parts) {
          expect(validation.length).toBeGreaterThan(0);
          expect(onBoth(train, validation, groups)).toEqual([]);
        }
      }),
    );
  });

  it('of equal rows make folds that are even in size and in class', () => {
    const labels = Int32Array.from({ length: 600 }, (_, row) => row % 3);
    const groups = Int32Array.from({ length: 600 }, (_, row) => Math.floor(row / 30));
    for (let fold = 0; fold < 5; fold++) {
      const config = { validation_split: 0.1, train_fraction: 1, split: { folds: 5 }, seed: fold };
      const { validation } = splitTrain(labels, config, { groups });
      for (const label of [0, 1, 2]) expect(validation.filter((row) => labels[row] === label)).toHaveLength(40);
    }
  });

  it('are refused where there are fewer than sides', () => {
    const config = { validation_split: 0.1, train_fraction: 1, split: { folds: 3 }, seed: 0 };
    expect(() => splitTrain(Int32Array.of(0, 1, 0), config, { groups: Int32Array.of(0, 0, 1) })).toThrow(
      "2 different values of dataset.split.group can't be on 3 sides",
    );
  });
});
