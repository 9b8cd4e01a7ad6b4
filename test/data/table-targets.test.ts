import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Table } from '../../src/config/schema/experiment.generated.js';
import type { Dataset } from '../../src/data/dataset.js';
import { loadDataset } from '../../src/data/load.js';
import { fitTarget } from '../../src/data/target.js';
import { it, userError } from './fixtures.js';

const NUMBER = { type: 'number', missing: 'error', normalization: 'standardize' } as const;

const table: Table = {
  ...{ name: 'table', path: 'houses.csv', train: null, validation: null, test: null, separator: null, encoding: null },
  ...{ test_split: 0.25, validation_split: 0.25, split: null, train_fraction: 1, classes: null },
  inputs: { area: NUMBER },
  target: { price: { type: 'number' } },
};

const ROWS = Array.from({ length: 40 }, (_, row) => [row, 10 * row, 'z', 1000 - row]);

function csv(rows: readonly (readonly (string | number)[])[], header = 'id,area,zip,price'): string {
  return [header, ...rows.map((row) => row.join())].join('\n');
}

describe('labels', () => {
  const multiLabel = (config: object): Table => ({
    ...table,
    inputs: { x: NUMBER },
    target: { tags: { type: 'multi_label', separator: null, columns: null, ...config } },
  });
  const CELLS = ['a|b', '', 'b', 'a| c ', 'c', 'a', 'b|c', 'a|b|c', 'a', 'b'];
  const listsOf = ({ target, train, test }: Dataset): string[] =>
    [train, test]
      .flatMap(({ count, inputs: [ids], target: values }) =>
        Array.from({ length: count }, (_, row): [number, string] => {
          const own = values.subarray(row * target.classes.length, (row + 1) * target.classes.length);
          return [(ids as Float32Array)[row], target.classes.filter((__, label) => own[label] === 1).join('|')];
        }),
      )
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text);

  it.for([
    ['words with a separator', 'rows.csv', { separator: '|' }],
    ['lists in JSON', 'rows.jsonl', {}],
    ['lists as text', 'rows.csv', {}],
    ['columns of 0 and 1', 'rows.csv', { columns: ['a', 'b', 'c'] }],
  ] as const)('are read of %s', async ([how, file, config], { folder, options }) => {
    const lists = CELLS.map((cell) => cell.split('|').map((each) => each.trim()).filter(Boolean)); // prettier-ignore
    const quoted = (list: string[]): string => `"${JSON.stringify(list).replaceAll('"', '""')}"`;
    const cell = (list: string[], row: number): string => (how === 'lists as text' ? quoted(list) : CELLS[row]);
    const text = file.endsWith('.jsonl')
      ? lists.map((tags, x) => JSON.stringify({ x, tags })).join('\n')
      : csv(lists.map((list, row) => [row, cell(list, row), ...['a', 'b', 'c'].map((label) => (list.includes(label) ? 1 : 0))]), 'x,tags,a,b,c'); // prettier-ignore
    writeFileSync(join(folder, file), text);
    const dataset = await loadDataset({ ...multiLabel(config), path: file }, options);
    expect(dataset.target).toEqual({ name: 'tags', type: 'multi_label', classes: ['a', 'b', 'c'] });
    expect(listsOf(dataset)).toEqual(lists.map((list) => list.join('|')));
  });

  it.for([
    ['no list', {}, 'x,tags\n1,a|b\n2,', 'rows.csv:2:3: expected a list of labels, found "a|b"'],
    ['neither 0 nor 1', { columns: ['tags'] }, 'x,tags\n1,1\n2,2', 'rows.csv:3:3: expected 0 or 1, found "2"'],
    ['no labels at all', { separator: '|' }, 'x,tags\n1,\n2,', 'no row has a label of the target "tags"'],
  ] as const)('are refused where there are: %s', async ([, config, text, message], { folder, options }) => {
    writeFileSync(join(folder, 'rows.csv'), text);
    expect((await userError(loadDataset({ ...multiLabel(config), path: 'rows.csv' }, options))).message).toContain(
      message,
    );
  });

  it('that training has not are refused at their place', async ({ folder, options }) => {
    writeFileSync(join(folder, 'train.csv'), 'x,tags\n1,red|blue\n2,blue');
    writeFileSync(join(folder, 'test.csv'), 'x,tags\n1,red\n2,red|bleu');
    const files = { path: null, train: 'train.csv', test: 'test.csv' };
    const { message } = await userError(loadDataset({ ...multiLabel({ separator: '|' }), ...files }, options));
    expect(message).toContain('test.csv:3:3: "bleu" is no label of the target "tags" in the training data; the nearest label is "blue"'); // prettier-ignore
  });

  it('that are rare are in each part of a split', async ({ folder, options }) => {
    const rows = Array.from({ length: 100 }, (_, row) => [row, row % 10 === 0 ? 'common|rare' : 'common']);
    writeFileSync(join(folder, 'rows.csv'), csv(rows, 'x,tags'));
    const config = { ...multiLabel({ separator: '|' }), path: 'rows.csv', test_split: 0.2 };
    expect(listsOf({ ...(await loadDataset(config, options)), train: { count: 0, inputs: [new Float32Array()], target: new Int32Array() } }).filter((list) => list.includes('rare'))).toHaveLength(2); // prettier-ignore
  });
});

describe('several numbers', () => {
  it('stay with their rows, each scaled by its own', async ({ folder, options }) => {
    writeFileSync(join(folder, 'houses.csv'), csv(ROWS));
    const target = { price: { type: 'number' }, id: { type: 'number' } } as const;
    const { train, target: column } = await loadDataset({ ...table, inputs: { area: NUMBER }, target }, options);
    expect(column).toEqual({ name: 'price, id', type: 'number', classes: [], columns: ['price', 'id'] });
    expect(train.target).toHaveLength(2 * train.count);
    for (let row = 0; row < train.count; row++) expect(train.target[2 * row] + train.target[2 * row + 1]).toBe(1000);
    const { scale } = fitTarget(column, train.target, Int32Array.of(0, 1));
    const [a, b] = [train.target[1], train.target[3]];
    expect(scale).toMatchObject([{}, { mean: (a + b) / 2, standardDeviation: Math.abs(a - b) / 2 }]);
  });
});
