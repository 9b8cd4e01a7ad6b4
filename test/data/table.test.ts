import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { checkData } from '../../src/data/check-data.js';
import type { Experiment, Table } from '../../src/config/schema/experiment.generated.js';
import type { ImageColumn } from '../../src/data/images/image-column.js';
import { fitInputs } from '../../src/data/inputs.js';
import { datasetShape, loadDataset } from '../../src/data/load.js';
import { splitDataset } from '../../src/data/split.js';
import { withTestedFold } from '../../src/data/tested-fold.js';
import { testPython } from '../support/python.js';
import { it, userError } from './fixtures.js';

const NUMBER = { type: 'number', missing: 'error', normalization: 'standardize' } as const;
const CATEGORY = { type: 'category', categories: null } as const;

const NO_SPLIT = { folds: null, group: null, time: null, column: null, train: null, validation: null, test: null };

const table: Table = {
  ...{ name: 'table', path: 'houses.csv', train: null, validation: null, test: null },
  ...{
    separator: null,
    encoding: null,
    test_split: 0.25,
    validation_split: 0.25,
    split: null,
    train_fraction: 1,
    classes: null,
  },
  inputs: { area: NUMBER, zip: CATEGORY },
  target: { price: { type: 'number' } },
};

const ROWS = Array.from({ length: 40 }, (_, row) => [row, 10 * row, row % 3 === 0 ? '8001' : '812', 1000 - row]);

function csv(rows: readonly (readonly (string | number)[])[], header = 'id,area,zip,price'): string {
  return [header, ...rows.map((row) => row.join())].join('\n');
}

describe('a table', () => {
  it('is rows of typed columns, each row with its own values', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const dataset = await loadDataset(table, options);
    const { inputs, target, train, test } = dataset;
    expect(inputs).toMatchObject([
      { name: 'area', type: 'number', shape: [1] },
      { name: 'zip', type: 'category', shape: [2], categories: ['812', '8001'] },
    ]);
    expect(target).toEqual({ name: 'price', type: 'number', classes: [] });
    expect([train.count, test.count]).toEqual([30, 10]);
    const seen = [train, test].flatMap(({ inputs: [areas, zips], target: prices }) =>
      Array.from(prices, (price, row) => {
        const id = 1000 - price;
        expect((areas as Float32Array)[row]).toBe(10 * id);
        expect((zips as Int32Array)[row]).toBe(id % 3 === 0 ? 1 : 0);
        return id;
      }),
    );
    expect(seen.sort((a, b) => a - b)).toEqual(ROWS.map(([id]) => id));
    const { hasValidation, ...columns } = await datasetShape(table, options);
    expect([hasValidation, columns]).toEqual([false, { inputs, target }]);
  });

  it('has the same test rows whatever the seed, and validation rows by the seed', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const dataset = await loadDataset(table, options);
    const [one, two] = [1, 2].map((seed) => splitDataset(dataset, { ...table, seed }));
    expect(one.validation).not.toEqual(two.validation);
    expect(one.train.length + one.validation.length).toBe(30);
  });

  it('gives each part of a split its share of low and high values', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const { test } = await loadDataset({ ...table, test_split: 0.5 }, options);
    const low = Array.from(test.target).filter((price) => price < 980.5).length;
    expect(low).toBe(10);
  });

  it('is read of files of its own for training, validation and test', async ({ folder, options }) => {
    const parts = { train: ROWS.slice(0, 20), validation: ROWS.slice(20, 25), test: ROWS.slice(25) };
    for (const [name, rows] of Object.entries(parts)) writeFileSync(join(folder, `${name}.csv`), csv(rows));
    const files = { path: null, train: 'train.csv', validation: 'validation.csv', test: 'test.csv' };
    const dataset = await loadDataset({ ...table, ...files }, options);
    expect([dataset.train.count, dataset.givenValidation, dataset.test.count]).toEqual([25, 5, 15]);
    expect(Array.from(splitDataset(dataset, { ...table, seed: 1 }).validation)).toEqual([20, 21, 22, 23, 24]);
  });

  it('knows a category by the rows trained on alone', async ({ folder, options }) => {
    writeFileSync(join(folder, 'train.csv'), csv([[0, 1, 'a', 2], [1, 2, 'b', 3]])); // prettier-ignore
    writeFileSync(join(folder, 'test.csv'), csv([[2, 3, 'c', 4]]));
    const dataset = await loadDataset({ ...table, path: null, train: 'train.csv', test: 'test.csv' }, options);
    expect(dataset.inputs[1]).toMatchObject({ categories: ['a', 'b'] });
    expect(dataset.test.inputs[1]).toEqual(Int32Array.of(-1));
  });

  it('is read again when one of its files has changed, and only then', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const first = await loadDataset(table, options);
    expect((await loadDataset(table, options)).train).toBe(first.train);
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS.slice(1)));
    const second = await loadDataset(table, options);
    expect(second.train.count + second.test.count).toBe(39);
  });

  it('is scaled by the rows trained on alone', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const dataset = await loadDataset(table, options);
    const [{ preparation }] = fitInputs(dataset, Int32Array.of(0, 1, 2));
    const [a, b, c] = dataset.train.inputs[0] as Float32Array;
    expect(preparation).toMatchObject({ mean: (a + b + c) / 3 });
  });

  it('has images that its cells name, as a folder of images has them', async ({ folder, options }) => {
    mkdirSync(join(folder, 'photos'));
    for (const [id] of ROWS) {
      const background = { r: Number(id), g: 2 * Number(id), b: 9 };
      const image = sharp({ create: { width: 4, height: 4, channels: 3, background } });
      await image.png().toFile(join(folder, 'photos', `${id}.png`));
    }
    const rows = ROWS.map(([id, , , price]) => [`photos/${id}.png`, price]);
    writeFileSync(join(folder, 'houses.csv'), csv(rows, 'photo,price'));
    const photo = {
      type: 'image',
      image_size: 2,
      color_mode: 'rgb',
      background: 'white',
      normalization: 'none',
    } as const;
    const config: Table = { ...table, inputs: { photo } };
    const { inputs, train, test } = await loadDataset(config, options);
    expect((inputs[0] as ImageColumn).shape).toEqual([2, 2, 3]);
    for (const {
      inputs: [images],
      target,
      count,
    } of [train, test]) {
      expect(images.byteLength).toBe(count * 12);
      Array.from(target, (price, row) => {
        const [red, green, blue] = images.subarray(12 * row, 12 * row + 3);
        expect([red, green, blue]).toEqual([1000 - price, 2 * (1000 - price), 9]);
      });
    }
  });
});

describe('rows that belong together', () => {
  const speakers = Array.from({ length: 60 }, (_, row) => [row, row, 'a', 100 * (row % 6) + row, `s${row % 6}`]);
  const header = 'id,area,zip,price,speaker';
  const inputs = { area: NUMBER };
  const bySpeaker: Table = { ...table, inputs, split: { ...NO_SPLIT, group: 'speaker' } };
  const speakersOf = (prices: ArrayLike<number>): Set<number> =>
    new Set(Array.from(prices, (price) => Math.floor(price / 100)));

  it('are all trained on, all validate or are all tested', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(speakers, header));
    const dataset = await loadDataset({ ...bySpeaker, test_split: 0.3 }, options);
    const { train, validation } = splitDataset(dataset, { ...bySpeaker, seed: 3 });
    const parts = [train, validation].map((rows) => speakersOf(rows.map((row) => dataset.train.target[row])));
    const sets = [...parts, speakersOf(dataset.test.target)];
    expect(sets.map(({ size }) => size)).toEqual([3, 1, 2]);
    expect(new Set(sets.flatMap((set) => [...set])).size).toBe(6);
  });

  it('are each tested once by folds, and some of the others validate', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(speakers, header));
    const config = { ...bySpeaker, split: { ...NO_SPLIT, group: 'speaker', folds: 6 } };
    const whole = await loadDataset(config, options);
    const tested = [6, 7, 8, 9, 10, 11].map((seed) => {
      const dataset = withTestedFold(whole, config, seed);
      const { train, validation } = splitDataset(dataset, { ...config, seed });
      const parts = [train, validation].map((rows) => speakersOf(rows.map((row) => dataset.train.target[row])));
      const test = speakersOf(dataset.test.target);
      expect([...parts, test].map(({ size }) => size)).toEqual([4, 1, 1]);
      expect(new Set([...parts, test].flatMap((set) => [...set])).size).toBe(6);
      expect([dataset.train.count, dataset.test.count, dataset.digest]).toEqual([50, 10, whole.digest]);
      return [...test][0];
    });
    expect(tested.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.for([
    ['an empty group', 'houses.csv', '7,7,a,7,', /houses\.csv:62:9: the group "speaker" is empty here/],
    ['one in two tables', 'train.csv', '7,7,a,7,t', /train\.csv:62:9: the speaker "t" is here and in another/],
  ] as const)('are refused at their place: %s', async ([, file, row, message], { folder, options }) => {
    writeFileSync(join(folder, file), `${csv(speakers, header)}\n${row}`);
    writeFileSync(join(folder, 'test.csv'), csv([[1, 1, 'a', 1, 't']], header));
    const files = file === 'houses.csv' ? {} : { path: null, train: file, test: 'test.csv' };
    const { message: found } = await userError(loadDataset({ ...bySpeaker, ...files }, options));
    expect(found).toMatch(message);
  });
});

describe('rows by time', () => {
  const day = (row: number): string => new Date(Date.UTC(2020, 0, 30 + Math.floor(row / 3))).toISOString().slice(0, 10);
  const dated = ROWS.map((row, index) => [...row, day(39 - index)]);
  const header = 'id,area,zip,price,date';
  const byTime: Table = { ...table, inputs: { area: NUMBER }, split: { ...NO_SPLIT, time: 'date' } };

  it('are trained on where they are older, tested where they are the newest, of equal time on one side', async ({
    folder,
    options,
  }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(dated, header));
    const dataset = await loadDataset(byTime, options);
    const { train, validation } = splitDataset(dataset, { ...byTime, seed: 3 });
    const daysOf = (prices: ArrayLike<number>): string[] => Array.from(prices, (price) => day(39 - (1000 - price)));
    const parts = [train, validation].map((rows) => daysOf(rows.map((row) => dataset.train.target[row])));
    const sides = [...parts, daysOf(dataset.test.target)].map((days) => days.sort());
    // A quarter of 40 rows is 10, of which whole days are 10 (one day has one row); a quarter of the other 30 is 6 or 9.
    expect(sides.map(({ length }) => length)).toEqual([21, 9, 10]);
    for (const [before, after] of [[0, 1], [1, 2]]) expect((sides[before].at(-1) ?? '') < sides[after][0]).toBe(true); // prettier-ignore
    expect(splitDataset(dataset, { ...byTime, seed: 4 }).validation).toEqual(validation);
  });

  it.for([
    ['missing', ',', 'the time "date" is missing here'],
    ['another way to write dates', '31.01.2020', 'expected a time, found "31.01.2020"'],
    ['a day that there is not', '2023-02-30', 'expected a time, found "2023-02-30"'],
    ['a number among dates', '2020', 'a number where the times before are dates'],
  ] as const)('are refused at their place: %s', async ([, cell, message], { folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), `${csv(dated, header)}\n7,7,a,7,${cell.replace(',', '')}`);
    const { message: found } = await userError(loadDataset(byTime, options));
    expect(found).toContain(`houses.csv:42:9: ${message}`);
  });

  it('are refused where a test row of its own table is no newer', async ({ folder, options }) => {
    writeFileSync(join(folder, 'train.csv'), csv(dated, header));
    writeFileSync(join(folder, 'test.csv'), csv([[1, 1, 'a', 1, '2021-05-01'], [1, 1, 'a', 1, '2020-02-01T12:00+01:00']], header)); // prettier-ignore
    const files = { path: null, train: 'train.csv', test: 'test.csv' };
    const { message } = await userError(loadDataset({ ...byTime, ...files }, options));
    expect(message).toContain("test.csv:3:9: this date, 2020-02-01T11:00:00Z, isn't after all of those in the tables before, which go to 2020-02-12"); // prettier-ignore
  });
});

describe('rows whose column says what they are for', () => {
  const header = 'id,area,zip,price,part';
  const said = (words: readonly string[]) => ROWS.map((row, index) => [...row, words[index % words.length]]);
  const byColumn: Table = { ...table, inputs: { area: NUMBER }, split: { ...NO_SPLIT, column: 'part' } };

  it.for([
    ['usual words', ['train', 'val', 'TEST', 'train'], {}],
    ['words that are listed', ['1', '3', '4', '2'], { train: [1, 2], validation: [3], test: [4] }],
  ] as const)('are used so: %s', async ([, words, listed], { folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(said(words), header));
    const config = { ...byColumn, split: { ...NO_SPLIT, column: 'part', ...listed } } as unknown as Table;
    const dataset = await loadDataset(config, options);
    const { train, validation } = splitDataset(dataset, { ...config, seed: 3 });
    const idsOf = (prices: ArrayLike<number>): number[] => Array.from(prices, (price) => (1000 - price) % 4);
    const [trained, validated] = [train, validation].map((rows) => idsOf(rows.map((row) => dataset.train.target[row])));
    expect([new Set(trained), new Set(validated), new Set(idsOf(dataset.test.target))]).toEqual([
      new Set([0, 3]),
      new Set([1]),
      new Set([2]),
    ]);
    expect([trained, validated].map(({ length }) => length)).toEqual([20, 10]);
    expect(await datasetShape(config, options)).toMatchObject({ hasValidation: true });
  });

  it.for([
    ['a word that says nothing', ['train', 'test', 'maybe'], {}, 'houses.csv:4:'],
    ['no row to test', ['train', 'val'], {}, 'no row is for the test: "part" says train and val'],
    [
      'a group on two sides',
      ['train', 'test'],
      { group: 'zip' },
      'the zip "812" is here and in rows that part gives another part',
    ],
  ] as const)('are refused: %s', async ([, words, more, message], { folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(said(words), header));
    const config = { ...byColumn, split: { ...NO_SPLIT, column: 'part', ...more } } as unknown as Table;
    expect((await userError(loadDataset(config, options))).message).toContain(message);
  });

  it('are checked part by part, and counted', async ({ folder, options }) => {
    const rows = said(['train', 'val', 'test', 'train']).map((row) =>
      row[4] === 'test' ? [0, 0, '8001', 1000, 'test'] : row,
    );
    writeFileSync(join(folder, 'houses.csv'), csv(rows, header));
    const config = { ...byColumn, target: { zip: { type: 'category' } } } as Table;
    const experiment = { dataset: config, training: { seed: 1, seeds: null } } as unknown as Experiment;
    const { findings, split } = await checkData(experiment, options);
    const doubles = findings?.filter(({ kind }) => kind === 'duplicated');
    // The test row that is there ten times is in the training data, too.
    expect(doubles?.map(({ part, count }) => [part, count])).toEqual([['test', 9], ['test', 1]]); // prettier-ignore
    expect(split?.parts).toMatchObject({
      train: { rows: 20, classes: { 8001: 8, 812: 12 } },
      validation: { rows: 10, classes: { 8001: 3, 812: 7 } },
      test: { rows: 10, classes: { 8001: 10, 812: 0 } },
    });
  });
});

describe('a class that training has no row of', () => {
  const files = { path: null, train: 'train.csv', validation: 'validation.csv', test: 'test.csv' };
  const NO_YES = [[0, 1, 'no', 2], [1, 2, 'yes', 3]]; // prettier-ignore

  it.for([
    ['category', 'validation'],
    ['category', 'test'],
    ['binary', 'test'],
  ] as const)('is refused at its place, with the nearest: %s in %s', async ([type, part], { folder, options }) => {
    for (const name of ['train', 'validation', 'test']) writeFileSync(join(folder, `${name}.csv`), csv(NO_YES));
    writeFileSync(join(folder, `${part}.csv`), csv([...NO_YES, [4, 1, 'yess', 1]]));
    const zip = { zip: { type, positive: null } } as Table['target'];
    const config: Table = { ...table, ...files, inputs: { area: NUMBER }, target: zip };
    const { message, hint } = await userError(loadDataset(config, options));
    expect(message).toContain(
      `${part}.csv:4:5: "yess" is no class of the target "zip" in the training data; the nearest class is "yes"`,
    );
    expect(hint).toContain('remove the row');
  });

  it('may be there where dataset.classes leaves it out', async ({ folder, options }) => {
    for (const name of ['train', 'validation', 'test']) writeFileSync(join(folder, `${name}.csv`), csv(NO_YES));
    writeFileSync(join(folder, 'test.csv'), csv([...NO_YES, [4, 1, 'other', 1]]));
    const target = { zip: { type: 'category' } } as const;
    const config: Table = { ...table, ...files, inputs: { area: NUMBER }, target, classes: ['no', 'yes'] };
    const { test, target: column } = await loadDataset(config, options);
    expect([[...test.target], column.classes]).toEqual([
      [0, 1],
      ['no', 'yes'],
    ]);
  });
});

it('reads numbers as their column says that they are written, as pandas does', async ({ folder, options }) => {
  const written = ['1.234,5', '2', '0,25', '-12.000.000,125', '7'];
  writeFileSync(join(folder, 'houses.csv'), ['area;price', ...written.map((text) => `${text};${text}`)].join('\n'));
  const format = { decimal: ',', thousands: '.' } as const;
  const price = { price: { type: 'number' as const, ...format } };
  const { train, test } = await loadDataset(
    { ...table, inputs: { area: { ...NUMBER, ...format } }, target: price },
    options,
  );
  const read = [...train.target, ...test.target].toSorted((a, b) => a - b);
  const script = `import json, pandas, sys
frame = pandas.read_csv(sys.stdin, sep=";", decimal=",", thousands=".")
print(json.dumps(sorted(frame["price"].astype(float))))`;
  const answer = execFileSync(await testPython(), ['-c', script], {
    input: readFileSync(join(folder, 'houses.csv')),
    encoding: 'utf8',
  });
  expect(read).toEqual(JSON.parse(answer));
  expect([...(train.inputs[0] as Float32Array)].map(Number)).toEqual([...train.target].map(Math.fround));
});

describe('a mistake in a table', () => {
  const cases: [string, Partial<Table>, string, RegExp][] = [
    ['a word for a number', {}, '1,ten,a,5', /houses\.csv:42:3: expected a number, found "ten"/],
    ['an empty number', {}, '1,,a,5', /houses\.csv:42:3: a number is missing here/],
    ['an empty target', {}, '1,2,a,', /houses\.csv:42:7: the target "price" is empty here/],
    ['a decimal comma', {}, '1,"2,5",a,5', /houses\.csv:42:3: expected a number, found "2,5"/],
    [
      'a point where decimals have a comma',
      { inputs: { area: { ...NUMBER, decimal: ',' } } },
      '1,"2.5",a,5',
      /houses\.csv:\d+:3: expected a number/,
    ],
    ['a row that is too short', {}, '1,2,a', /houses\.csv:42:1: this row has 3 cells/],
    ['a column that is not there', { inputs: { aera: NUMBER } }, '', /has no column "aera"/],
    [
      'a third value of a binary target',
      { target: { zip: { type: 'binary', positive: null } } },
      '1,2,x,5',
      /has 3 values/,
    ],
    [
      'a positive value that never comes',
      { target: { zip: { type: 'binary', positive: 'yes' } } },
      '',
      /is never "yes"/,
    ],
    ['no file', { path: null }, '', /dataset has no file/],
    ['path beside train', { train: 'houses.csv' }, '', /dataset has path and train/],
  ];

  for (const [name, change, row, message] of cases) {
    it(`is told at its place: ${name}`, async ({ folder, options }) => {
      writeFileSync(join(folder, 'houses.csv'), `${csv(ROWS)}\n${row}`);
      const error = await userError(loadDataset({ ...table, ...change }, options));
      expect(error.message).toMatch(message);
      expect(error.hint).toBeTruthy();
    });
  }

  it('is told of an image that is not there, by its path', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS.map(([id, , , price]) => [`${id}.png`, price]), 'photo,price')); // prettier-ignore
    const photo = {
      type: 'image',
      image_size: 2,
      color_mode: 'rgb',
      background: 'white',
      normalization: 'none',
    } as const;
    const error = await userError(loadDataset({ ...table, inputs: { photo } }, options));
    expect(error.message).toContain(join(folder, '0.png').slice(0, -5));
  });
});
